"""Reading JSON so that nothing is lost: what is taken is gone from the source, and what remains goes to `ext`.

`take_*` moves a value into the model; `see_*` only looks, and the value stays for `ext`. A value that can't be what its
name says is left where it is and named as a problem, with its path in the source's own words.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from crossdock.runtime.connector import Problem

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_LARGEST_INT = 2**63 - 1
_MOST_DIGITS = 20
_EARLIEST, _LATEST = 1970, 2200


class Unreadable(ValueError):
    """The body as a whole is no JSON object. The message says why."""


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, with Decimal for every fraction. Raises Unreadable."""
    try:
        value = _decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError, InvalidOperation) as error:
        raise Unreadable(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Unreadable("not a JSON object")
    return value


class Problems:
    """What could not be read. A fatal problem is one that would change what the document means."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.fatal = False

    def add(self, path: str, reason: str, *, fatal: bool = False) -> None:
        problem = Problem(path, reason)
        if problem not in self.found:
            self.found.append(problem)
        self.fatal = self.fatal or fatal


class Source:
    """One JSON object within a document, with the path that leads to it."""

    def __init__(self, data: dict[str, Any], problems: Problems, path: str = "") -> None:
        self.data = data
        self.problems = problems
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether the field says anything: null, "", [] and {} don't."""
        return not _says_nothing(self.data.get(name))

    def unfit(self, name: str, reason: str, *, fatal: bool = False) -> None:
        """The field is left in the source, and a person is told."""
        self.problems.add(self.at(name), reason, fatal=fatal)

    # --- single values ---------------------------------------------------------------------------------------------

    def see_text(self, name: str) -> str:
        """A string or number as text, "" where there is none."""
        value = self.data.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)
        self.unfit(name, f"must be text, is {_kind(value)}")
        return ""

    def take_text(self, name: str) -> str:
        value = self.see_text(name)
        if value:
            del self.data[name]
        return value

    def take_first(self, *names: str) -> str:
        """The first field that has text; the others stay."""
        return next((value for name in names if (value := self.take_text(name))), "")

    def see_flag(self, name: str) -> bool:
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.unfit(name, f"must be true or false, is {_kind(value)}")
        return False

    def see_decimal(self, name: str, *, fatal: bool = False) -> Decimal | None:
        """A number, or a number in a string. None where there is none or it is unfit."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        number = decimal_of(value)
        if number is None:
            self.unfit(name, f"must be a number, is {_shown(value)}", fatal=fatal)
        return number

    def take_decimal(self, name: str, *, fatal: bool = False) -> Decimal | None:
        number = self.see_decimal(name, fatal=fatal)
        if number is not None:
            del self.data[name]
        return number

    def see_instant(self, name: str) -> datetime | None:
        """ISO 8601 with an offset, kept as it is given. None where there is none or it is unfit."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        try:
            at = datetime.fromisoformat(value)
            at.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            self.unfit(name, f"must be a date and time, is {_shown(value)}")
            return None
        if at.tzinfo is None:
            self.unfit(name, "must carry its offset from UTC")
            return None
        if not _EARLIEST <= at.year <= _LATEST:
            self.unfit(name, f"must be between the years {_EARLIEST} and {_LATEST}")
            return None
        return at

    def take_instant(self, name: str) -> datetime | None:
        at = self.see_instant(name)
        if at is not None:
            del self.data[name]
        return at

    # --- parts ------------------------------------------------------------------------------------------------------

    def part(self, name: str) -> "Source":
        """The object under that name; an empty one where there is none."""
        value = self.data.get(name)
        if isinstance(value, dict):
            return Source(value, self.problems, self.at(name))
        if not _says_nothing(value):
            self.unfit(name, f"must be an object, is {_kind(value)}")
        return Source({}, self.problems, self.at(name))

    def parts(self, name: str) -> "list[Source]":
        """The objects in the list under that name."""
        value = self.data.get(name)
        if _says_nothing(value):
            return []
        if not isinstance(value, list):
            self.unfit(name, f"must be a list, is {_kind(value)}")
            return []
        found = []
        for index, item in enumerate(value):
            path = f"{self.at(name)}[{index}]"
            if isinstance(item, dict):
                found.append(Source(item, self.problems, path))
            else:
                self.problems.add(path, f"must be an object, is {_kind(item)}")
        return found

    def rest(self) -> dict[str, object]:
        """What nobody took, as values that JSON brings back unchanged; empty values are left out."""
        return {name: value for name, item in self.data.items() if not _says_nothing(value := plain(item))}

    def __bool__(self) -> bool:
        return any(not _says_nothing(value) for value in self.data.values())


def decimal_of(value: object) -> Decimal | None:
    """A finite number of at most 20 digits before and after the point, from JSON's number or string; else None."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS or len(number.as_tuple().digits) > _MOST_DIGITS:
        return None
    return number


def date_of(value: str) -> date | None:
    """A calendar date `2026-01-05`, or None."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def zone_of(at: datetime) -> str:
    """The offset that an instant was given in: `-05:00`, or `UTC`."""
    offset = at.utcoffset() or timedelta()
    if not offset:
        return "UTC"
    minutes = abs(int(offset.total_seconds())) // 60
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _says_nothing(value: object) -> bool:
    return value is None or value == "" or value == [] or value == {}


def plain(value: object) -> object:
    """A value without empty members; numbers that JSON would bend become strings. Lists keep their places."""
    if isinstance(value, dict):
        return {name: kept for name, item in value.items() if not _says_nothing(kept := plain(item))}
    if isinstance(value, list):
        items = [plain(item) for item in value]
        return items if any(not _says_nothing(item) for item in items) else []
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, int) and abs(value) > _LARGEST_INT:
        return str(value)
    return value


def _kind(value: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        bool: "true or false",
        str: "text",
        int: "a number",
        Decimal: "a number",
    }
    return names.get(type(value), "null")


def _shown(value: object) -> str:
    return repr(value)[:40] if isinstance(value, str | int | Decimal) else _kind(value)
