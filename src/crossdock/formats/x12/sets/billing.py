"""Transaction sets of billing, payment and application advice: 810, 820, 812, 824."""

BILLING = {
    "810": """
        BIG!
        {NTE* CUR* REF* YNQ* PER* ITD* DTM* FOB* PID* MEA* PWK* PKG* L7* BAL* INC* PAM* CRC* MTX* SAC* TXI* MSG*
         $PARTY $NOTES $CODES (V1 {R4* DTM* PWK* REF* V9*})* (FA1 FA2*)*}
        (IT1
          {CRC* QTY* CUR* IT3* TXI* CTP* PAM* MEA* PID* PWK* PKG* PO4* ITD* REF* YNQ* PER* SDQ* DTM* CAD* L7* SR*
           CSH* SAC*
           TAX* FOB* MSG* NTE* V9* TD5* PCT* MTX* LIN* SI* CN1* DIS* INC* TD1* TD3* MAN*}
          {(SLN {DTM* REF* PID* SAC* TC2* TXI* CTP* PAM* PO4* QTY* CUR* MSG* MEA*})* $PARTY $NOTES $CODES
           (V1 {R4* DTM* REF*})* (FA1 FA2*)*})*
        TDS! {TXI* CAD* AMT* BAL* INC* PAM* CRC*} {(SAC TXI*)* (ISS PID*)*} CTT
        """,
    "820": """
        {BPR BPS} {NTE* TRN* CUR* REF* DTM* PER* ITD*}
        {(N1 {N2* N3* N4* REF* PER* RDM* DTM*})* LS* LE* (RMT {REF* DTM* IT1* LS* LE*})*
         (ENT
           {N2* N3* N4* REF* PER* DTM* NTE* LS* LE* PEN* INV* NX1* NX2*}
           {(N1 {N2* N3* N4* REF* PER* RDM*})* (NM1 {N2* N3* N4* REF* PER*})*
            (IT1 {RPA* QTY* REF* DTM* SAC* TXI* ITA* SLN* PID*})* (ADX {NTE* PER* REF* DTM*})*
            (RMR {NTE* REF* DTM* PER* TXI* IT1* SLN* ADX* RPA* QTY* SAC* FC* ITA* CUR* SR* LOC* INV* PSA* N1* N2* N3*
             N4*
                  PID*})*
            (TXP {TXI* DTM*})* (DED DTM*)* (LX {REF* TRN* DTM* IT1* RMR*})*})*
         (RMR {NTE* REF* DTM* PER* TXI* IT1* SLN* ADX* RPA* QTY* SAC* CUR* LOC* N2* N3* N4*})*
         (ADX {NTE* PER* REF* DTM*})* (TXP {TXI* DTM*})* (DED DTM*)* (RYL {NM1* LOC* REF* DTM*})*}
        """,
    "812": """
        BCD! {CUR* PER* ITD* DTM* FOB* SAC* TXI* REF* NTE* MSG*}
        {$PARTY $NOTES $CODES (FA1 FA2*)* (SHD {FOB* SAC* TXI*})*}
        (CDD
          {LIN* PO4* AMT* SAC* TXI* PID* DTM* QTY* REF* CTP* CUR* MSG* NTE* PER* PWK*}
          {$PARTY $NOTES $CODES (SLN {PID* DTM* REF* CTP*})* (FA1 FA2*)*})+
        {CTT AMT* TDS*}
        """,
    "824": """
        BGN! {DTM* REF* PER* CUR* NTE*} {(N1 {N2* N3* N4* REF* PER*})*}
        (OTI
          {REF* DTM* PER* AMT* QTY* NM1* NTE* N1*}
          {(TED {NTE* RED* CTX*})* (LM {LQ* RED*})*})+
        {LTE* $CODES}
        """,
}
