"""XML elements to msgspec structs and back, without loss: what a struct does not name is kept where it stood.

A struct's fields are named as the standard names them, in snake case: `order_line` is the element OrderLine,
`unit_code` with the type `Attribute` is the attribute unitCode, a field of type `Text` or `Number` the element's own
text. The order of the fields is the order of the standard's schema, in which they are written.
"""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import islice
from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from lxml import etree

from crossdock.formats.xml.parser import Problem, Problems, Severity, XmlWriteError, safe_parser


class _Role(msgspec.Struct, frozen=True):
    role: str


Attribute: TypeAlias = Annotated[str | None, _Role("attribute")]
NumberAttribute: TypeAlias = Annotated[Decimal | None, _Role("attribute")]
Text: TypeAlias = Annotated[str | None, _Role("text")]
Number: TypeAlias = Annotated[Decimal | None, _Role("text")]


class Kept(msgspec.Struct, frozen=True):
    """An element, comment or piece of text that no field names: its place among the children, and its XML."""

    at: int
    xml: str
    is_text: bool = False


class Rest(msgspec.Struct, frozen=True):
    """What an element holds beyond its struct's fields. Keys of `spelled` and `attributes_of` are field names, with
    `#n` (from 0) where the element repeats."""

    attributes: dict[str, str] = {}
    kept: tuple[Kept, ...] = ()
    order: tuple[str, ...] = ()
    """Tags of the known children, where they are not in the schema's order."""
    spelled: dict[str, str] = {}
    """The exact text of values that would be written in another way, or could not be read."""
    attributes_of: dict[str, dict[str, str]] = {}
    """Attributes of simple elements."""


class Bound(msgspec.Struct, kw_only=True):
    """Base of all structs. `rest` is None where nothing was kept."""

    namespaces: ClassVar[tuple[str, str]] = ("", "")
    """The namespaces of simple and of structured children."""

    rest: Rest | None = None


Shape = TypeVar("Shape", bound=Bound)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    role: str
    tag: str
    index: int
    struct: type[Bound] | None
    is_number: bool
    many: bool


@dataclass(frozen=True, slots=True)
class _Spec:
    attributes: dict[str, _Field]
    children: dict[str, _Field]
    text: _Field | None
    fields: tuple[_Field, ...]


_ACRONYMS = {"id": "ID", "uuid": "UUID", "uri": "URI", "url": "URL", "ubl": "UBL", "gtin": "GTIN"}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@cache
def _spec(cls: type[Bound]) -> _Spec:
    hints = get_type_hints(cls, include_extras=True)
    found = [
        _field(name, hints[name], index, cls) for index, name in enumerate(cls.__struct_fields__) if name != "rest"
    ]
    return _Spec(
        {each.tag: each for each in found if each.role == "attribute"},
        {each.tag: each for each in found if each.role == "child"},
        next((each for each in found if each.role == "text"), None),
        tuple(found),
    )


def _field(name: str, hint: Any, index: int, cls: type[Bound]) -> _Field:
    role = "child"
    if get_origin(hint) is Annotated:
        hint, mark = get_args(hint)
        role = mark.role
    many = get_origin(hint) is tuple
    options = get_args(hint) if many or get_origin(hint) in (Union, types.UnionType) else (hint,)
    kind = next(each for each in options if each not in (type(None), Ellipsis))
    struct = kind if isinstance(kind, type) and issubclass(kind, Bound) else None
    return _Field(name, role, _tag(name, role, struct, cls), index, struct, kind is Decimal, many)


def _tag(name: str, role: str, struct: type[Bound] | None, cls: type[Bound]) -> str:
    words = name.strip("_").split("_")
    pascal = "".join(_ACRONYMS.get(word, word[:1].upper() + word[1:]) for word in words)
    if role == "attribute":
        camel = words[0] + "".join(_ACRONYMS.get(word, word[:1].upper() + word[1:]) for word in words[1:])
        return _XML_LANG if name == "lang" else camel
    simple, structured = cls.namespaces
    namespace = simple if struct is None or _spec(struct).text is not None else structured
    return f"{{{namespace}}}{pascal}" if namespace else pascal


@dataclass(slots=True)
class _Reading:
    """What is gathered of one element."""

    values: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    spelled: dict[str, str] = field(default_factory=dict)
    attributes_of: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: list[_Field] = field(default_factory=list)

    def rest(self) -> Rest | None:
        indexes = [each.index for each in self.tags]
        order = () if indexes == sorted(indexes) else tuple(each.tag for each in self.tags)
        if not (self.attributes or self.kept or order or self.spelled or self.attributes_of):
            return None
        return Rest(self.attributes, tuple(self.kept), order, self.spelled, self.attributes_of)


def read_struct(cls: type[Shape], element: etree._Element, path: str, problems: Problems) -> Shape:
    """A struct from an element. What cannot be read is kept, and named in `problems` with its path."""
    spec, reading = _spec(cls), _Reading()
    for name, value in _attributes(element).items():
        known = spec.attributes.get(name)
        if known is None:
            reading.attributes[name] = value
        else:
            reading.values[known.name] = _value(value, known, known.name, f"{path}/@{name}", reading, problems)
    position = 0
    if spec.text is not None:
        text = spec.text
        reading.values[text.name] = _value(element.text or "", text, text.name, path, reading, problems)
    elif element.text and element.text.strip():
        reading.kept.append(Kept(0, element.text, True))
        position = 1
    for child in element:
        _read_child(child, spec, reading, path, position, problems)
        position += 1
        if child.tail and child.tail.strip():
            reading.kept.append(Kept(position, child.tail, True))
            position += 1
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in reading.values.items()}
    return cls(**values, rest=reading.rest())


def _read_child(
    child: etree._Element, spec: _Spec, reading: _Reading, path: str, position: int, problems: Problems
) -> None:
    tag: object = child.tag
    known = spec.children.get(tag) if isinstance(tag, str) else None
    if known is None or (known.struct is None and len(child)):
        reading.kept.append(Kept(position, _serialised(child)))
        return
    label = etree.QName(child).localname
    if not known.many and known.name in reading.values:
        said = f"{label!s} stands here more than once; only the first is read"
        problems.append(Problem(f"{path}/{label}", said, severity=Severity.WARNING))
        reading.kept.append(Kept(position, _serialised(child)))
        return
    before = len(reading.values.setdefault(known.name, [])) if known.many else 0
    place = f"{path}/{label}[{before + 1}]" if known.many else f"{path}/{label}"
    value: Any
    if known.struct is not None:
        value = read_struct(known.struct, child, place, problems)
    else:
        key = f"{known.name}#{before}" if known.many else known.name
        value = _value(child.text or "", known, key, place, reading, problems)
        if child.attrib:
            reading.attributes_of[key] = _attributes(child)
    reading.tags.append(known)
    if known.many:
        reading.values[known.name].append(value)
    else:
        reading.values[known.name] = value


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _value(
    text: str, known: _Field, key: str, path: str, reading: _Reading, problems: Problems
) -> str | Decimal | None:
    """A text as its field's type; how it was spelled is kept where writing the value would spell it otherwise."""
    stripped = text.strip()
    value: str | Decimal | None = stripped
    if known.is_number:
        value = _number(stripped)
        if value is None and stripped:
            problems.append(Problem(path, f"{stripped[:40]!r} is no number", stripped[:99]))
    if _text(value) != text:
        reading.spelled[key] = text
    return value


def _number(text: str) -> Decimal | None:
    if not text or not text.isascii() or text.strip("+-.0123456789"):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _text(value: str | Decimal | None) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else value


def _serialised(child: etree._Element) -> str:
    return etree.tostring(child, encoding="unicode", with_tail=False)


def write_struct(data: Bound, tag: str, nsmap: dict[str | None, str] | None = None) -> etree._Element:
    """The element of a struct: fields in the schema's order, and everything kept at its place.

    Raises `XmlWriteError` for text that XML cannot carry.
    """
    rest = data.rest or Rest()
    spec = _spec(type(data))
    try:
        element = etree.Element(tag, nsmap=nsmap)  # type: ignore[arg-type]  # None is the default namespace
        for name, value in rest.attributes.items():
            element.set(name, value)
        known: list[tuple[str, etree._Element]] = []
        for each in spec.fields:
            known += _write_field(element, each, getattr(data, each.name), rest)
    except ValueError as error:
        if isinstance(error, XmlWriteError):
            raise
        raise XmlWriteError(f"{etree.QName(tag).localname}: {error}") from None
    items = _merged(_ordered(known, rest.order), rest.kept)
    _append(element, items)
    return element


def _write_field(
    element: etree._Element, known: _Field, value: Any, rest: Rest
) -> Iterable[tuple[str, etree._Element]]:
    if known.role == "child":
        values = value if known.many else (value,) if value is not None or known.name in rest.spelled else ()
        return [_write_child(known, each, number, rest) for number, each in enumerate(values)]
    text = _spelled(value, known.name, rest)
    if text is not None and known.role == "attribute":
        element.set(known.tag, text)
    elif text is not None:
        element.text = text
    return ()


def _write_child(known: _Field, value: Any, number: int, rest: Rest) -> tuple[str, etree._Element]:
    if isinstance(value, Bound):
        return known.tag, write_struct(value, known.tag)
    key = f"{known.name}#{number}" if known.many else known.name
    child = etree.Element(known.tag)
    child.text = _spelled(value, key, rest) or None
    for name, text in rest.attributes_of.get(key, {}).items():
        child.set(name, text)
    return known.tag, child


def _spelled(value: str | Decimal | None, key: str, rest: Rest) -> str | None:
    """The text to write: as it was spelled when it was read, unless the value is another one by now."""
    spelled = rest.spelled.get(key)
    if spelled is not None:
        stripped = spelled.strip()
        was = _number(stripped) if isinstance(value, Decimal) or (value is None and stripped) else stripped
        if value == was or (value is None and not stripped):
            return spelled
    return None if value is None else _text(value)


def _ordered(known: list[tuple[str, etree._Element]], order: tuple[str, ...]) -> list[etree._Element]:
    """Children in the order they were read in, those added since behind; without one, in the schema's."""
    if not order:
        return [child for _, child in known]
    places: dict[str, deque[int]] = {}
    for place, tag in enumerate(order):
        places.setdefault(tag, deque()).append(place)
    ranked = []
    for number, (tag, child) in enumerate(known):
        left = places.get(tag)
        ranked.append((left.popleft() if left else len(order), number, child))
    return [child for _, _, child in sorted(ranked, key=lambda each: each[:2])]


def _merged(known: list[etree._Element], kept: tuple[Kept, ...]) -> list[etree._Element | str]:
    """Known children with everything kept at its place among them."""
    items: list[etree._Element | str] = []
    waiting = iter(known)
    for each in sorted(kept, key=lambda one: one.at):
        items += islice(waiting, max(each.at - len(items), 0))
        items.append(each.xml if each.is_text else _parsed(each.xml))
    return [*items, *waiting]


def _parsed(xml: str) -> etree._Element:
    """A kept element or comment as a node again."""
    try:
        wrapper = etree.fromstring(f"<kept>{xml}</kept>", safe_parser())
    except etree.XMLSyntaxError:
        raise XmlWriteError("An element that was kept as text is no XML any more") from None
    return wrapper[0]


def _append(element: etree._Element, items: list[etree._Element | str]) -> None:
    last: etree._Element | None = None
    for item in items:
        if not isinstance(item, str):
            element.append(item)
            item.tail = None
            last = item
        elif last is not None:
            last.tail = (last.tail or "") + item
        else:
            element.text = (element.text or "") + item
