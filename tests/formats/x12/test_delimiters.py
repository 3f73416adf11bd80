"""Delimiters are found by the structure of the header, never by offset."""

from __future__ import annotations

import pytest

ISA = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *250101*1200*U*00401*000000007*0*P*>~"
BODY = "GS*PO*B*S*20250101*1200*3*X*004010~ST*850*0001~BEG*00*NE*PO1**20250101~SE*3*0001~GE*1*3~IEA*1*000000007~"


def with_delimiters(text, element="*", component=">", terminator="~"):
    return text.replace("*", element).replace(">", component).replace("~", terminator)


@pytest.mark.parametrize("element", ["*", "|", "^", "\x1d", "\t", "§"])
@pytest.mark.parametrize("terminator", ["~", "'", "\n", "\r\n", "\r", "~\n", "~\r\n", "\x1c", "!\n", "…\n"])
def test_every_usual_pair_of_separator_and_terminator_is_found(read, element, terminator):
    reading = read(with_delimiters(ISA + BODY, element, ":", terminator))
    assert [t.segment_count for t in reading.transactions] == [3]
    assert reading.transactions[0].segments[1] == ["BEG", "00", "NE", "PO1", "", "20250101"]
    assert set(reading.codes) <= {"isa-length"}
    assert reading.bytes_again == reading.data


def test_a_regular_isa_of_106_bytes_gives_no_warning(read):
    assert read(ISA + BODY).codes == []


def test_an_isa_of_another_length_is_read_and_says_which_elements_are_to_blame(read):
    short = "ISA*00**00**ZZ*BUYER*ZZ*SELLER*250101*1200*U*00401*7*0*P*>~"
    reading = read(short + BODY)
    assert reading.codes == ["isa-length"]
    assert not reading.problems[0].is_error
    assert "element 2 has 0 instead of 10" in reading.problems[0].text
    assert reading.transactions[0].interchange.sender == ("ZZ", "BUYER")


@pytest.mark.parametrize(
    ("version", "isa11", "expected"),
    [
        ("00401", "U", ""),
        ("00401", "^", ""),
        ("00402", "^", "^"),
        ("00501", "U", ""),
        ("00501", " ", ""),
        ("00501", "|", "|"),
    ],
)
def test_the_repetition_separator_depends_on_the_version(read, version, isa11, expected):
    text = ISA.replace("*U*00401*", f"*{isa11}*{version}*") + BODY
    assert read(text).transactions[0].delimiters.repetition == expected


def test_a_repetition_separator_that_is_another_delimiter_too_is_reported_at_isa11(read):
    reading = read(ISA.replace("*U*00401*", "*>*00501*") + BODY)
    assert reading.codes == ["isa-separator"]
    assert reading.problems[0].where.element == 11
    assert reading.transactions[0].delimiters.repetition == ""


def test_a_byte_order_mark_and_leading_blanks_are_passed_over(read):
    reading = read(b"\xef\xbb\xbf\r\n  \t" + (ISA + BODY).encode())
    assert reading.codes == []
    assert reading.transactions[0].interchange.offset == 8
    assert reading.bytes_again == reading.data


def test_an_isa_whose_element_16_is_missing_ends_at_its_terminator(read):
    reading = read(ISA.replace("*>~", "*~") + BODY)
    assert reading.codes == ["isa-separator"]
    assert reading.transactions[0].delimiters.terminator == "~"
    assert reading.transactions[0].delimiters.component == ""
    assert [t.segment_count for t in reading.transactions] == [3]


def test_an_isa_without_element_16_in_a_file_of_lines_loses_no_segment(read):
    text = (ISA.replace("*>~", "*~") + BODY).replace("~", "~\n").replace("PO1**20250101~\n", "PO1**20250101\n")
    reading = read(text)
    assert reading.codes == ["isa-separator"]
    assert reading.transactions[0].segments[1] == ["BEG", "00", "NE", "PO1", "", "20250101"]
    assert [s[0] for s in reading.transactions[0].segments] == ["ST", "BEG", "SE"]
    assert reading.bytes_again == reading.data


def test_an_isa_with_too_few_elements_is_measured_by_the_gs_behind_it(read):
    reading = read(ISA.replace("*0*P*", "*P*") + BODY)
    assert "isa-elements" in reading.codes
    assert "15 elements" in reading.problems[0].text
    assert reading.transactions[0].segment_count == 3


def test_a_bare_transaction_set_is_read_and_its_missing_envelopes_are_named(read):
    reading = read("ST*850*0001~\nBEG*00*NE*PO1**20250101~\nSE*3*0001~\n")
    assert reading.codes == ["missing-isa", "missing-gs"]
    assert reading.transactions[0].segment_count == 3
    assert reading.transactions[0].interchange is None


def test_a_bare_group_is_read(read):
    reading = read(BODY.replace("IEA*1*000000007~", "").replace("~", "\n"))
    assert reading.codes == ["missing-isa"]
    assert reading.transactions[0].group.control == "3"


def test_line_ends_written_as_backslash_n_are_passed_over_and_reported_once(read):
    reading = read((ISA + BODY).replace("~", "~\\n"))
    assert reading.codes == ["escaped-line-ends"]
    assert [s[0] for s in reading.transactions[0].segments] == ["ST", "BEG", "SE"]
    assert reading.bytes_again == reading.data


def test_delimiters_may_change_from_one_interchange_to_the_next(read):
    first, second = ISA + BODY, with_delimiters(ISA + BODY, "|", "!", "\n")
    reading = read(first + second + first)
    assert reading.codes == []
    assert [t.delimiters.element for t in reading.transactions] == ["*", "|", "*"]
