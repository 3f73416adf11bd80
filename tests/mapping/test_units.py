"""Units: every reviewed pair goes there and back, and a partner's own meaning wins."""

from __future__ import annotations

from crossdock.mapping.units import UNECE_TO_X12, X12_TO_UNECE, from_x12, is_package, to_x12


def test_every_unit_goes_there_and_back_to_the_same_meaning() -> None:
    assert len(X12_TO_UNECE) >= 60
    for x12, unece in X12_TO_UNECE.items():
        back = to_x12(unece, {})
        assert back is not None
        assert from_x12(back, {}) == unece
        assert len(x12) == 2
        assert len(unece) in (2, 3)
    assert UNECE_TO_X12["XPK"] == "PK"


def test_a_partners_own_meaning_wins_both_ways() -> None:
    own = {"CA": "XBX", "QQ": "EA"}
    assert (from_x12("CA", own), to_x12("XBX", own)) == ("XBX", "CA")
    assert (from_x12("QQ", own), to_x12("EA", own)) == ("EA", "QQ")


def test_codes_of_the_other_list_and_unknown_ones_are_told_apart() -> None:
    assert from_x12("DZN", {}) == "DZN"
    assert from_x12("??", {}) is None
    assert to_x12("???", {}) is None
    assert is_package("XCS")
    assert not is_package("KGM")
