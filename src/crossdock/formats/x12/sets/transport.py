"""Transaction sets between us and carriers: 204, 990, 214, 210."""

TRANSPORT = {
    "204": """
        B2! B2A! {L11* G62* MS3* AT5* PLD* LH6* NTE* RIC* C3* ITD* LAD* LH1* SAC* K1* N9*}
        {$PARTY $EQUIPMENT}
        (S5
          {L11* G62* AT8* LAD* AT5* PLD* NTE* G61* N9* MS3* LH6* Q7* K1*}
          {$PARTY $EQUIPMENT (L5 {AT8* G61* LH1* LH2* LH3* LFH* L11*})* (LH1 {LH2* LH3* LFH* LEP* LH4* LHT*})*
           (OID {G62* LAD* L5* AT8* G61* LH1* LH2* LH3* LFH* LH6* LEQ* L11* NTE* M7*})*})*
        {L3 AT8* L11*}
        """,
    "990": """
        B1! {N9* V9* L11* G62* R3* K1* NTE* N7* M7* AT7*}
        {(N1 {N2* N3* N4* G61*})* (S5 {N9* G62* L11* N1* N2* N3* N4*})*} L9*
        """,
    "214": """
        B10! {L11* MAN* G62* N9* NTE* K1* MS3* REF* PER* AT8*} {$PARTY}
        {(LX
           {MS1* MS2* L11* MAN* Q7* K1* AT5* AT8* NTE* N9* M7* LOC* G62* SDQ* R4* (AT7 {MS1* MS2* M7*})*}
           {$PARTY (CD3 {L11* AT7* MS1* MS2* K1* NM1* Q7* AT8* MAN*})* (PRF {L11* AT7* MS1* MS2* MAN* Q7* AT8* CD3*})*
            (EFI BIN*)* (SPO SDQ*)* (OID {SDQ* L11*})*})*
         AT7* MS1* MS2* M7* Q7*}
        """,
    "210": """
        B3! {C2* C3* ITD* N9* L11* G62* R3* H3* K1* NTE* M7* FOB* PER* POD* V9* CUR* REF* MS3* L7*}
        {$PARTY $EQUIPMENT}
        {(S5 {N9* L11* G62* H3* N1* N2* N3* N4* N7* AT8* LAD* G61* L5* L0* L1*})*
         (OID {SDQ* L5* L0* L1* N9* L11* G62*})*
         (LX {N9* L11* POD* L5* H1* H2* L0* L1* L4* L7* K1* SL1* N1* N2* N3* N4* N7* M7* H3* CD3* SPO* SDQ* G62* MEA*
          LAD*
              SLN* TXI* L9* Q7* AT8* ITD* R3* REF* PO4*})*
         L5* L0* L1* L4* L7*}
        {L3 SPO* PWK* L9*}
        """,
}
