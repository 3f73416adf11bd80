"""Sets, segments and elements as data: what supply-chain documents use, in our own words, from public partner guides
and observed documents. The standards body's dictionaries are not here; `Library.extended` takes those of a
licence."""

from string import Template

from crossdock.formats.x12.sets.acknowledgments import ACKNOWLEDGMENTS
from crossdock.formats.x12.sets.billing import BILLING
from crossdock.formats.x12.sets.elements import CODES, ELEMENTS
from crossdock.formats.x12.sets.orders import ORDERS
from crossdock.formats.x12.sets.segments import SEGMENTS
from crossdock.formats.x12.sets.shipping import SHIPPING
from crossdock.formats.x12.sets.transport import TRANSPORT
from crossdock.formats.x12.sets.warehouse import WAREHOUSE

_PARTS = {
    "PARTY": """(N1 {N2* N3* N4* NX2* REF* PER* SI* FOB* TD1* TD5* TD3* TD4* PKG* DTM* LOC* MSG* DMG* QTY* SCH* LDT*
    N9*
                     G61* L11* G62* LH6*})*""",
    "EQUIPMENT": "(N7 {N7A* N7B* MEA* M7* N5* NTE* G62*})*",
    "NOTES": "(N9 {DTM* MSG* MTX* PWK*})*",
    "CODES": "(LM LQ*)*",
}
"""Loops that many sets share; a set's text names them with a dollar sign."""

_ALL = ORDERS | SHIPPING | BILLING | WAREHOUSE | TRANSPORT | ACKNOWLEDGMENTS

SETS = {set_id: Template(text).substitute(_PARTS) for set_id, text in _ALL.items()}
"""The grammar of each set, in the notation of `crossdock.formats.x12.grammar`."""

CLOSED = frozenset(ACKNOWLEDGMENTS)
"""Sets whose grammar is complete."""

FUNCTIONAL_IDS = dict(
    pair.split(":")
    for pair in """
    180:AN 204:SM 210:IM 214:QM 753:RF 754:RG 810:IN 812:CD 816:OR 820:RA 824:AG 830:PS 832:SC 846:IB 850:PO 852:PD
    855:PR
    856:SH 860:PC 861:RC 862:SS 864:TX 865:CA 867:PT 870:RS 940:OW 943:AR 944:RE 945:SW 947:AW 990:GF 997:FA 999:FA
    """.split()
)
"""GS01 for each set, also of sets that have no grammar here."""

__all__ = ["CLOSED", "CODES", "ELEMENTS", "FUNCTIONAL_IDS", "SEGMENTS", "SETS"]
