"""Units of measure: X12 element 355 <-> UN/ECE Recommendation 20 (measures) and 21 (packages, prefixed `X`).

Each pair was reviewed by meaning. Where X12 knows two codes for one unit, the first listed is the one we write. A
partner who means something else overrides it in the profile.
"""

from __future__ import annotations

from collections.abc import Mapping

_TABLE = """
EA EA   each
PC H87  piece
UN C62  unit, one
PR PR   pair
ST SET  set
KT KT   kit
DZ DZN  dozen
GS GRO  gross
HU CEN  hundred
TH MIL  thousand
AS AS   assortment
AY AY   assembly
LO LO   lot
CA XCS  case
CT XCT  carton
BX XBX  box
PK XPK  package
PH XPK  pack
BG XBG  bag
BD XBE  bundle
BO XBO  bottle
CN XCX  can
JR XJR  jar
TU XTU  tube
DR XDR  drum
BR XBA  barrel
PA XPL  pail
KE XKG  keg
CL XCY  cylinder
RL XRO  roll
RE XRL  reel
CX XCL  coil
SH XST  sheet
TY XPU  tray
TK XTK  tank
BA XBN  bale
PL XPX  pallet
VI XVI  vial
RM RM   ream
KG KGM  kilogram
GR GRM  gram
ME MGM  milligram
LB LBR  pound
OZ ONZ  ounce
CW CWA  hundredweight (short)
TN STN  short ton
MP TNE  metric ton
MR MTR  metre
CM CMT  centimetre
MM MMT  millimetre
FT FOT  foot
IN INH  inch
YD YRD  yard
LF LF   linear foot
LM LM   linear metre
SF FTK  square foot
SY YDK  square yard
SM MTK  square metre
SI INK  square inch
CF FTQ  cubic foot
CI INQ  cubic inch
CY YDQ  cubic yard
CR MTQ  cubic metre
BF BFT  board foot
GA GLL  gallon
QT QTL  quart
PT PTL  pint
FO OZA  fluid ounce
LT LTR  litre
ML MLT  millilitre
HR HUR  hour
DA DAY  day
MO MON  month
YR ANN  year
"""

X12_TO_UNECE: dict[str, str] = {}
UNECE_TO_X12: dict[str, str] = {}
for _line in _TABLE.split("\n"):
    if _line:
        _x12, _unece, *_ = _line.split()
        X12_TO_UNECE[_x12] = _unece
        UNECE_TO_X12.setdefault(_unece, _x12)

_KILOGRAMS = {"KG": "1", "GR": "0.001", "LB": "0.45359237", "OZ": "0.028349523125", "MP": "1000", "TN": "907.18474"}
KILOGRAMS_PER: Mapping[str, str] = _KILOGRAMS
"""Kilograms in one X12 unit of weight (avoirdupois, exact), as decimal text."""


def from_x12(code: str, overrides: Mapping[str, str]) -> str | None:
    """The Rec 20/21 code for an X12 unit. A code that is none of X12's but one of Rec 20/21 stays. None if unknown."""
    found = overrides.get(code) or X12_TO_UNECE.get(code)
    return found or (code if code in UNECE_TO_X12 else None)


def to_x12(code: str, overrides: Mapping[str, str]) -> str | None:
    """The X12 code for a Rec 20/21 unit; overrides read backwards, first match first. None if unknown."""
    for x12, unece in overrides.items():
        if unece == code:
            return x12
    return UNECE_TO_X12.get(code)


def is_package(code: str) -> bool:
    """Whether a Rec 20/21 code names a package, that holds other units."""
    return len(code) == 3 and code.startswith("X")
