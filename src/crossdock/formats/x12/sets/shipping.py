"""Transaction sets of shipping, stock and catalogs: 856, 846, 832."""

SHIPPING = {
    "856": """
        BSN! {DTM* REF* TBA* TSD*}
        (HL
          {LIN SN1 SLN* PRF PO4* PID* MEA* PWK* PKG* TD1* TD5* TD3* TD4* TSD* REF* PER* LOC* MAN* DTM* FOB* PAL* ITD*
           CUR*
           AMT* QTY* MSG* NTE* SDQ* ETD* V1* R4* YNQ* IT1* TXI* LQ* ITA* J2X* SPI* CAD* LS* LE* GF* PAM* PCT* TC2*}
          {$PARTY $NOTES $CODES (SAC CUR*)* (CLD {REF* DTP* MAN*})*})+
        CTT
        """,
    "846": """
        BIA! {CUR* DTM* REF* PER* MEA* MSG* N9* CTP* TXI* CSH* PID* G62* MAN* SAC*} {$PARTY}
        (LIN
          {PID* MEA* PKG* DTM* CTP* CUR* SAC* PO4* REF* PER* SDQ* MAN* UIT* CS* DD* G53* PCT* LDT* MSG* TXI* IT3*
           SCH* N9*
           TD1* TD3* TD4* TD5* PO3* AMT* IT8*}
          {(QTY {UIT* MEA* LDT* DTM* REF* SCH* LS* LE* SDQ* MAN* CTP* PID* LQ* N1* N2* N3* N4* PO4* TD5*})*
           (SLN {PID* MEA* DTM* CTP* QTY* REF* PO4* SAC*})* $PARTY $CODES})+
        CTT
        """,
    "832": """
        BCT! {CUR* REF* PER* DTM* SAC* ITD* PAM* PWK* PID* TD4* TD5* TAX* CSH* FOB* CTP* MEA* PKG* LDT* MAN* MTX*
        NTE* MSG*
              TXI* CTB* CAD* PCT* QTY* G36* AMT*}
        {$PARTY $NOTES $CODES}
        (LIN
          {REF* DTM* CUR* CTB* PID* MEA* PKG* PO4* SAC* ITD* TD4* TD5* LDT* CTP* TAX* PER* QTY* G36* FOB* PWK* MAN*
           G53*
           IT8* MSG* TXI* PCT* NTE* AMT* LOC* SI* SDQ* IT3* SCH* PO3* YNQ* RPA* TC2* CSH*}
          {$PARTY $NOTES $CODES
           (SLN {DTM* REF* PID* MEA* PO4* CTP* SAC* TAX* QTY* PKG* CTB* CUR* TD4* LDT* N1* N2* N3* N4* MSG*})*})*
        CTT
        """,
}
