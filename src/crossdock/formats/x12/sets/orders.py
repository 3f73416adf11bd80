"""Transaction sets of ordering: 850, 855, 860, 865."""

_HEADER = """
    {CUR REF* PER* TAX* FOB* CTP* PAM* CSH* SAC* ITD* DIS* INC* DTM* LDT* LIN* SI* PID* MEA* PWK* PKG* TD1* TD5* TD3*
     TD4*
     MAN* PCT* CTB* TXI* NTE* MSG* SPI*}
    {(AMT {REF* DTM* PCT* FA1* FA2*})* (FA1 FA2*)* $NOTES $PARTY $CODES (ADV {DTM* MTX*})*
     (CB1 {REF* DTM* LDT* MSG*})*}
"""
_LINE = """
    {LIN* SI* CUR* CN1* PO3* CTP* PAM* MEA* PID* PWK* PO4* REF* PER* SAC* IT8* CSH* ITD* DIS* INC* TAX* FOB* SDQ* IT3*
     DTM* TD1* TD5* TD3* TD4* TC2* PCT* MAN* MSG* SPI* TXI* CTB* QTY* PKG* NTE* ACK:104 SCH* LS* LE*}
    {(LDT {QTY* MAN* MSG* REF* LM* LQ*})* $NOTES $PARTY $CODES (AMT {REF* PCT*})*
     (SLN {MSG* SI* PID* PO3* TC2* ADV* DTM* CTP* PAM* PO4* TAX* QTY* SAC* ACK:104 N9* N1* N2* N3* N4* REF* PER* SCH*
           TD5*})*}
"""
_SUMMARY = "(CTT {AMT*})"

ORDERS = {
    "850": f"BEG! {_HEADER} (PO1 {_LINE})+ {_SUMMARY}",
    "855": f"BAK! {_HEADER} (PO1 {_LINE})* {_SUMMARY}",
    "860": f"BCH! {_HEADER} (POC {_LINE})* {_SUMMARY}",
    "865": f"BCA! {_HEADER} (POC {_LINE})* {_SUMMARY}",
}
