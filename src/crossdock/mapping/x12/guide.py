"""A partner's guide as data (`Profile.rules`), held against a document, whichever way it goes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crossdock.mapping.problems import Problem
from crossdock.mapping.profile import Profile, Rule

_PATH = re.compile(r"([A-Z][A-Z0-9]{1,2}?)(?:\*([^*]*?))?(\d\d)?")
"""Tag, the first element's value where the rule is for segments with that one, and the element that it is about."""


def check_guide(set_id: str, segments: Sequence[Sequence[str]], profile: Profile) -> tuple[Problem, ...]:
    """What the partner's guide for `set_id` finds wrong. `segments` from ST on, or a body that we made."""
    found: list[Problem] = []
    for rule in profile.rules:
        if rule.set_id == set_id:
            found += _check(rule, segments)
    return tuple(found)


def _check(rule: Rule, segments: Sequence[Sequence[str]]) -> list[Problem]:
    parsed = _PATH.fullmatch(rule.path)
    if parsed is None:
        return [Problem(rule.path, f"this rule of the guide for {rule.set_id} is no path such as REF*DP or BEG04")]
    tag, first, element = parsed[1], parsed[2], int(parsed[3] or 0)
    rows = [
        (number, segment)
        for number, segment in enumerate(segments, 1)
        if segment[0] == tag and (not first or (len(segment) > 1 and segment[1].strip() == first))
    ]
    if not element:
        if rule.use == "required" and not rows:
            return [Problem(rule.path, f"the partner's guide requires it in every {rule.set_id}")]
        if rule.use == "forbidden":
            return [Problem(rule.path, "the partner's guide does not allow it", number) for number, _ in rows]
        return []
    found = []
    for number, segment in rows:
        value = segment[element].strip() if element < len(segment) else ""
        where = f"{tag}*{segment[1][:20]}, element {element}" if len(segment) > 1 else f"{tag}, element {element}"
        if rule.use == "required" and not value:
            found.append(Problem(where, "the partner's guide requires a value", number, element))
        elif rule.use == "forbidden" and value:
            found.append(
                Problem(where, f"the partner's guide does not allow a value; '{value[:40]}' is", number, element)
            )
        elif value and rule.any_of and value not in rule.any_of:
            said = f"'{value[:40]}' is none of {', '.join(rule.any_of)}, that the partner's guide allows"
            found.append(Problem(where, said, number, element))
    return found
