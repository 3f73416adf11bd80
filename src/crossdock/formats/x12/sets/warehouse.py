"""Transaction sets between us and a warehouse that works for us: 940, 943, 944, 945, 947."""

WAREHOUSE = {
    "940": """
        W05!
        {$PARTY N9* G61* G62* NTE* W09* W66* W6* PER* LQ* LM* G66* SAC* MAN* TD5* FOB* ITD* MTX* G68* AMT* PID* REF*
         CUR*}
        (LX
          {MAN* N9* G62* NTE* LS* LE* W20*}
          (W01 {G69* N9* QTY* AMT* W20* MAN* G66* N1* N2* N3* N4* G62* LQ* NTE* PID* MEA* SAC* TD4* LH2* LH3* LS* LE*
           CTP*
                PI* R3* SDQ* G68*})*)*
        {W76 AMT* SAC*}
        """,
    "943": """
        W06! {$PARTY N9* G61* G62* NTE* W27* W28* W08* W6* PER* R4* G66* MAN* TD5*}
        {(W04 {G69* N9* W20* NTE* MAN* G62* QTY* N1* N2* N3* N4* LS* LE* LQ*})* (LX {MAN* PAL* N9* W04* G69* W20*})*}
        {W03 G62* N9*}
        """,
    "944": """
        W17! {$PARTY N9* G61* G62* NTE* W08* W28* W6* PER* W27* G66* R4*}
        {(W07 {G69* N9* W20* NTE* MAN* QTY* G62* LQ* N1* N2* N3* N4* PAL* MEA* (W13 {N9* NTE* MAN*})*})*
         (LX {MAN* PAL* N9* W07* G69* W20* W13*})*}
        {W14 N9*}
        """,
    "945": """
        W06!
        {$PARTY N9* G61* G62* NTE* W27* W28* W10* W6* PER* G66* G72* MAN* TD5* SAC* REF* M7* W08*}
        (LX
          {MAN* PAL* N9* G62* NTE* LS* LE* W20* MEA* TD1* REF* SSS*}
          {(W12 {G69* N9* QTY* W20* MEA* PWK* AMT* G62* R4* NTE* MAN* LQ* N1* N2* N3* N4* PID* PAL* LS* LE* W27* G72*
                 (SLN {SI* PID*})*})*
           (N1 {N2* N3* N4*})*})+
        {W03 G72* AMT*}
        """,
    "947": """
        W15! {$PARTY N9* G61* G62* NTE* PER*}
        (W19 {G69* N9* W20* NTE* G62* QTY* MAN* LQ* N1* N2* N3* N4* PID* LS* LE*})*
        {CTT W14}
        """,
}
