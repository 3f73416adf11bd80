"""The XML reader: what is dangerous or damaged is refused with one sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.xml import Limits, XmlRefusedError, XmlWriteError, read_cxml, read_ubl, read_xml, write_xml

LAUGHS = b"""<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;&l;&l;">
<!ENTITY n "&m;&m;&m;&m;&m;&m;&m;&m;&m;&m;">]><a>&n;</a>"""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LAUGHS, "declares entities"),
        (LAUGHS.decode().encode("utf-16"), "declares entities"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "declares entities"),
        (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">%x;]><a/>', "declares entities"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a>&nbsp;</a>', "does not define"),
        (b"<a>&nbsp;</a>", "no well-formed XML"),
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"ISA*00*", "no well-formed XML"),
        (b"<a><b></a>", "no well-formed XML"),
        (b"<a>\xff</a>", "no well-formed XML"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "no well-formed XML"),
        (b"<a>" * 200 + b"</a>" * 200, "deeper than 100"),
        (b"<a>" * 50_000, "no well-formed XML"),
        (b"<a>" + b"<b/>" * 200 + b"</a>", "more than 150 elements"),
        (b"<a " + b" ".join(b'x%d=""' % n for n in range(1200)) + b"/>", "more than 1000 attributes"),
        (b"<a>" + b"x" * 100_000 + b"</a>", "are the limit"),
    ],
)
def test_it_is_refused_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(XmlRefusedError) as refusal:
        read_xml(data, Limits(max_bytes=90_000 if b"xxxx" in data else 500_000, max_elements=150))
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_external_dtd_is_named_and_not_fetched() -> None:
    assert read_xml(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>').tag == "a"


def test_a_dtd_address_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(XmlWriteError):
        write_xml(read_xml(b"<a/>"), 'x"><!ENTITY')


@pytest.mark.parametrize("data", [b"<a/>", b"<Order/>", b'<Order xmlns="urn:x"/>'])
def test_other_documents_are_refused(data: bytes) -> None:
    with pytest.raises(XmlRefusedError):
        read_cxml(data)
    with pytest.raises(XmlRefusedError):
        read_ubl(data)


pieces = st.sampled_from(
    [
        b"<a>",
        b"</a>",
        b"<b c='",
        b"'/>",
        b"&amp;",
        b"&x;",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<?p ?>",
        b"<!DOCTYPE a [",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(pieces, st.binary(max_size=5)), max_size=15).map(b"".join))
def test_no_bytes_fail_in_another_way(data: bytes) -> None:
    refused = ""
    try:
        read_xml(data)
    except XmlRefusedError as refusal:
        refused = str(refusal)
    assert "\n" not in refused
