"""Codes of 997, 999 and TA1: which problem they stand for, and what they say to a person, in our own words."""

from __future__ import annotations

from crossdock.formats.x12.errors import Code

SEGMENT_CODES = {
    Code.SEGMENT_ID: "1",
    Code.SEGMENT_MISSING: "3",
    Code.LOOP_REPEATED: "4",
    Code.SEGMENT_REPEATED: "5",
    Code.SEGMENT_NOT_IN_SET: "6",
    Code.SEGMENT_SEQUENCE: "7",
    Code.SEGMENT_TOO_LONG: "8",
    Code.HL_DUPLICATE: "8",
    Code.HL_ORPHAN: "8",
    Code.HL_CYCLE: "8",
    Code.HL_ID: "8",
}
"""AK304 and IK304."""
ELEMENTS_IN_ERROR = "8"

ELEMENT_CODES = {
    Code.ELEMENT_MISSING: "1",
    Code.ELEMENT_CONDITION: "2",
    Code.ELEMENT_TOO_MANY: "3",
    Code.ELEMENT_TOO_SHORT: "4",
    Code.ELEMENT_TOO_LONG: "5",
    Code.ELEMENT_CHARACTER: "6",
    Code.INVALID_CHARACTER: "6",
    Code.ELEMENT_CODE: "7",
    Code.HL_ID: "7",
    Code.HL_DUPLICATE: "7",
    Code.HL_ORPHAN: "7",
    Code.HL_CYCLE: "7",
    Code.ELEMENT_DATE: "8",
    Code.ELEMENT_TIME: "9",
    Code.ELEMENT_EXCLUSION: "10",
    Code.ELEMENT_REPEATED: "12",
    Code.COMPONENT_TOO_MANY: "13",
}
"""AK403 and IK403."""

TRANSACTION_CODES = {
    Code.SET_UNKNOWN: "1",
    Code.SET_NOT_IN_GROUP: "1",
    Code.MISSING_SE: "2",
    Code.SE_CONTROL: "3",
    Code.SE_COUNT: "4",
    Code.ST_SET: "6",
    Code.ST_CONTROL: "7",
    Code.DUPLICATE_CONTROL: "23",
}
"""AK502 to AK506 and IK502 to IK506."""
SEGMENTS_IN_ERROR = "5"

GROUP_CODES = {Code.MISSING_GE: "3", Code.GE_CONTROL: "4", Code.GE_COUNT: "5"}
"""AK905 to AK909; a GS06 that is no number is 6."""
GROUP_CONTROL_INVALID = "6"

INTERCHANGE_CODES = {
    Code.IEA_CONTROL: "001",
    Code.IEA_COUNT: "021",
    Code.MISSING_IEA: "023",
    Code.ISA_ELEMENTS: "022",
    Code.MISSING_GS: "022",
    Code.UNEXPECTED_GE: "022",
    Code.UNEXPECTED_SE: "022",
    Code.UNEXPECTED_SEGMENT: "022",
}
"""TA105."""
ISA_ELEMENT_CODES = {
    1: "010",
    2: "011",
    3: "012",
    4: "013",
    5: "005",
    6: "006",
    7: "007",
    8: "008",
    9: "014",
    10: "015",
    11: "032",
    12: "017",
    13: "018",
    14: "019",
    15: "020",
    16: "027",
}
"""TA105 for an element of the ISA."""

VERDICT_WORDS = {
    "A": "accepted",
    "E": "accepted with errors",
    "P": "partially accepted",
    "R": "rejected",
    "M": "rejected: the message authentication failed",
    "W": "rejected: the assurance failed",
    "X": "rejected: the decrypted content could not be read",
}

SEGMENT_WORDS = {
    "1": "the segment is unknown",
    "2": "the segment is not expected here",
    "3": "a required segment is missing",
    "4": "the loop occurs too often",
    "5": "the segment occurs too often",
    "6": "the segment does not belong to this transaction set",
    "7": "the segment is out of sequence",
    "8": "the segment has elements in error",
    "I4": "the implementation does not use this segment",
    "I6": "a segment that the implementation requires here is missing",
    "I7": "the loop occurs fewer times than the implementation requires",
    "I8": "the segment occurs fewer times than the implementation requires",
    "I9": "the implementation does not use this loop, or not so often",
}

ELEMENT_WORDS = {
    "1": "it is required and missing",
    "2": "another element makes it required, and it is missing",
    "3": "the segment has too many elements",
    "4": "it is too short",
    "5": "it is too long",
    "6": "it holds a character that is not allowed",
    "7": "its code is not a valid one",
    "8": "it is no valid date",
    "9": "it is no valid time",
    "10": "another element excludes it",
    "12": "it is repeated too often",
    "13": "it has too many components",
    "I6": "its code is not one that the implementation uses",
    "I9": "its value is not one that the implementation uses",
    "I10": "the implementation does not use it",
    "I11": "it is repeated fewer times than the implementation requires",
    "I12": "its pattern is not the one that the implementation requires",
    "I13": "the implementation does not use it when another element is present",
}

TRANSACTION_WORDS = {
    "1": "the transaction set is not supported",
    "2": "its SE is missing",
    "3": "the control numbers of its ST and SE differ",
    "4": "its segment count is wrong",
    "5": "segments are in error",
    "6": "its identifier is missing or invalid",
    "7": "its control number is missing or invalid",
    "19": "its implementation convention is not known",
    "23": "its control number occurs more than once in the group",
    "I5": "segments break the implementation's rules",
    "I6": "its implementation convention is not supported",
}

GROUP_WORDS = {
    "1": "the functional group is not supported",
    "2": "the version of the functional group is not supported",
    "3": "its GE is missing",
    "4": "the control numbers of its GS and GE differ",
    "5": "its count of transaction sets is wrong",
    "6": "its control number breaks the syntax",
}

INTERCHANGE_WORDS = {
    "000": "no error",
    "001": "the control numbers of ISA and IEA differ",
    "002": "the standard (ISA11) is not supported",
    "003": "the version (ISA12) is not supported",
    "004": "the segment terminator is invalid",
    "005": "the sender's qualifier is invalid",
    "006": "the sender's id is invalid",
    "007": "the receiver's qualifier is invalid",
    "008": "the receiver's id is invalid",
    "009": "the receiver's id is unknown",
    "010": "the authorization qualifier is invalid",
    "011": "the authorization is invalid",
    "012": "the security qualifier is invalid",
    "013": "the security information is invalid",
    "014": "the date is invalid",
    "015": "the time is invalid",
    "016": "the standard (ISA11) is invalid",
    "017": "the version (ISA12) is invalid",
    "018": "the control number is invalid",
    "019": "the acknowledgment request (ISA14) is invalid",
    "020": "the usage indicator (ISA15) is invalid",
    "021": "the count of groups is wrong",
    "022": "the control structure is invalid",
    "023": "the input ended too early",
    "024": "the content is invalid",
    "025": "the control number was used before",
    "026": "the element separator is invalid",
    "027": "the component separator is invalid",
    "032": "the repetition separator is invalid",
}
