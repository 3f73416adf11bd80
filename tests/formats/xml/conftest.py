"""What an XML document says: elements, attributes, comments and text, but not blanks between elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree


@pytest.fixture(scope="session")
def said() -> Callable[[bytes], Any]:
    """A document's content in a form that compares: equal where two documents say the same."""
    return lambda data: _said(etree.fromstring(data))


def _said(node: etree._Element) -> Any:
    tag: object = node.tag
    if not isinstance(tag, str):
        return "comment", node.text
    text = node.text or ""
    attributes = sorted((str(name), str(value)) for name, value in node.attrib.items())
    if not len(node):
        return tag, attributes, text if text.strip() else ""
    inner = [text.strip()]
    for child in node:
        inner += [_said(child), (child.tail or "").strip()]
    return tag, attributes, inner
