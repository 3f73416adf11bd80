"""Every set that we describe: an example of each passes, and each misses what it requires."""

from __future__ import annotations

import pytest

from crossdock.formats.x12 import read_transactions, validate
from crossdock.formats.x12.grammar import compile_grammar
from crossdock.formats.x12.library import STANDARD
from crossdock.formats.x12.sets import FUNCTIONAL_IDS, SETS

EXAMPLES = {
    "850": "BEG*00*SA*4711**20250101~CUR*BY*USD~REF*DP*038~FOB*PP~ITD*01*3*2**15**30~DTM*010*20250110~TD5*O*2*UPSN~"
    "N9*ZZ*NOTE~MSG*HANDLE WITH CARE~N1*ST*ACME*92*0042~N3*MAIN 1~N4*TOWN*IL*62701*US~"
    "PO1*1*12*EA*9.5**UP*012345678905*VN*A-1~CTP**RES*12~PID*F****WIDGET~PO4*12*1*EA~SAC*A*C310***500~"
    "SDQ*EA*92*0042*6*0043*6~SCH*12*EA***002*20250110~N1*WH**92*W1~SLN*1**I*1*EA~CTT*1~AMT*TT*114~",
    "855": "BAK*00*AC*4711*20250101~REF*VR*9~N1*SE*US~PO1*1*12*EA*9.5**UP*012345678905~PID*F****WIDGET~"
    "ACK*IA*12*EA*068*20250110~ACK*IB*2*EA~CTT*1~",
    "856": "BSN*00*S1*20250101*1200*0001~DTM*011*20250101~HL*1**S~TD1*CTN25*2****G*20*LB~TD5*B*2*UPSN*M~REF*BM*1~"
    "N1*ST*ACME*92*0042~N3*MAIN 1~N4*TOWN*IL*62701~HL*2*1*O~PRF*4711***20250101~HL*3*2*P~"
    "MAN*GM*00001234567890123459~HL*4*3*I~LIN**UP*012345678905~SN1**12*EA~PID*F****WIDGET~CTT*4~",
    "810": "BIG*20250101*INV1*20250101*4711~NTE*GEN*THANKS~CUR*SE*USD~REF*VR*9~N1*RE*US~N3*ROAD~ITD*01*3~"
    "DTM*011*20250101~"
    "FOB*PP~IT1*1*12*EA*9.5**UP*012345678905~PID*F****WIDGET~SAC*C*D240***500~TDS*11900~TXI*ST*4.00~CAD*M***UPS~"
    "SAC*A*C310***100~ISS*1*CT~CTT*1~",
    "860": "BCH*04*SA*4711***20250102~REF*DP*038~N1*ST*ACME*92*42~POC*1*QD*10*2*EA*9.5**UP*012345678905~"
    "PID*F****WIDGET~CTT*1~",
    "865": "BCA*00*AC*4711***20250102~N1*ST*ACME*92*42~POC*1*QD*10*2*EA*9.5**UP*012345678905~ACK*IQ*10*EA~CTT*1~",
    "997": "AK1*PO*3~AK2*850*0001~AK3*PO1*3**8~AK4*2*330*6*ABC~AK5*R*5~AK2*850*0002~AK5*A~AK9*P*2*2*1~",
    "999": "AK1*PO*3*005010~AK2*850*0001~IK3*PO1*3**8~CTX*SITUATIONAL TRIGGER*PO1*3~IK4*2*330*6*ABC~IK5*R*5~"
    "AK9*R*1*1*0~",
    "940": "W05*N*ORDER1*4711~N1*ST*ACME*92*42~N3*MAIN~N4*TOWN*IL*62701~N9*CO*1~G62*10*20250110~NTE*WHI*FRAGILE~"
    "W66*PP*M****UPSN~LX*1~W01*12*EA*012345678905*VN*A-1~G69*WIDGET~N9*LI*1~W76*12*20*LB~",
    "945": "W06*F*ORDER1*20250101*S1**4711~N1*ST*ACME*92*42~G62*11*20250101~W27*M*UPSN~LX*1~"
    "MAN*GM*00001234567890123459~"
    "W12*CC*12*12*0*EA**VN*A-1~G69*WIDGET~N9*LI*1~W03*12*20*LB~",
    "943": "W06*N*ORDER1*20250101*S1~N1*SF*US*92*01~G62*10*20250101~W27*M*UPSN~W04*12*EA*012345678905*VN*A-1~"
    "G69*WIDGET~W03*12~",
    "944": "W17*F*20250101*R1*ORDER1*S1~N1*WH*THEM*92*01~W07*12*EA*012345678905*VN*A-1~G69*WIDGET~N9*LI*1~"
    "W13*2*EA*01~W14*12~",
    "947": "W15*20250101*A1~N1*WH*THEM*92*01~W19*AC*2*EA**VN*A-1~G69*WIDGET~N9*LI*1~",
    "846": "BIA*00*DD*REF1*20250101*1200~N1*SF*US*92*01~LIN*1*UP*012345678905~PID*F****WIDGET~CTP**RES*9.5~"
    "QTY*33*100*EA~"
    "SCH*50*EA***018*20250201~CTT*1~",
    "820": "BPR*C*114*C*ACH*CTX*01*111000025*DA*123*1234567890**01*111000026*DA*456*20250115~"
    "TRN*1*T1*1234567890~CUR*PR*USD~"
    "REF*TN*1~DTM*097*20250115~N1*PR*THEM~N1*PE*US~ENT*1~RMR*IV*INV1*PO*114*119*5~REF*PO*4711~ADX*-5*01~",
    "204": "B2**UPSN**S1**PP~B2A*00~L11*4711*PO~G62*10*20250110~AT5*FR~N1*BT*US*93*01~N7**T1~S5*1*CL*100*L*2*PC~"
    "L11*4711*PO~G62*10*20250110*I*0800~AT8*G*L*100*2~N1*SF*US*93*01~N3*ROAD~N4*TOWN*IL*62701~L5*1*WIDGETS~"
    "S5*2*CU~N1*ST*ACME*93*42~OID*O1*4711~L3*100*G~",
    "990": "B1*UPSN*S1*20250101*A~N9*CN*P1~",
    "214": "B10*P1*S1*UPSN~L11*4711*PO~N1*ST*ACME*93*42~LX*1~AT7*X6*NS***20250101*0800*LT~MS1*TOWN*IL*US~"
    "MS2*UPSN*T1~L11*1*QN~"
    "AT8*G*L*100*2~",
    "210": "B3**P1*S1*PP**20250101*10000**20250103*035*UPSN*20250101~C3*USD~N9*PO*4711~G62*86*20250101~"
    "R3*UPSN*B**M~"
    "N1*SH*US~N3*ROAD~N7**T1~LX*1~L5*1*WIDGETS~L0*1***100*G~L1*1*1.0*LB*10000~L3*100*G***10000~",
    "824": "BGN*11*A1*20250101*1200~N1*FR*US~OTI*TR*IV*INV1***20250101~REF*PO*4711~"
    "TED*024*PO NUMBER UNKNOWN*PO1*3~NTE*GEN*CALL US~",
    "832": "BCT*PS~CUR*SE*USD~DTM*007*20250101~N1*SE*US~LIN*1*UP*012345678905~PID*F****WIDGET~CTP**RES*9.5*1*EA~CTT*1~",
    "812": "BCD*20250101*CM1*I*100*C*20250101*INV1**20241220*4711~N9*IV*INV1~N1*BY*ACME~"
    "CDD*01*C**100***2*EA*50~LIN*1*UP*012345678905~",
}


def problems_of(set_id, body):
    version = "005010" if set_id == "999" else "004010"
    text = (
        "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *250101*1200*U*00401*000000007*0*P*>~"
        f"GS*{FUNCTIONAL_IDS[set_id]}*B*S*20250101*1200*3*X*{version}~"
        f"ST*{set_id}*0001~{body}SE*{body.count('~') + 2}*0001~GE*1*3~IEA*1*000000007~"
    )
    (transaction,) = read_transactions([text.encode()])
    assert transaction.problems == []
    return validate(transaction)


def test_every_set_has_an_example():
    assert set(EXAMPLES) == set(SETS)


@pytest.mark.parametrize("set_id", sorted(EXAMPLES))
def test_an_example_of_the_set_has_no_problems(set_id):
    assert [str(problem) for problem in problems_of(set_id, EXAMPLES[set_id])] == []


@pytest.mark.parametrize("set_id", sorted(set(EXAMPLES) - {"820"}))
def test_without_its_first_segment_the_set_is_incomplete(set_id):
    first, rest = EXAMPLES[set_id].split("~", 1)
    problems = problems_of(set_id, rest)
    assert ("segment-missing", first.split("*")[0]) in [(p.code.value, p.where.tag) for p in problems]


@pytest.mark.parametrize("set_id", sorted(EXAMPLES))
def test_every_segment_of_the_examples_is_described(set_id):
    tags = {segment.split("*")[0] for segment in EXAMPLES[set_id].split("~") if segment}
    assert tags <= set(STANDARD.layouts)


@pytest.mark.parametrize("set_id", sorted(SETS))
def test_every_grammar_can_end_from_every_state(set_id):
    grammar = compile_grammar(SETS[set_id])
    waiting, seen = [grammar.start], {id(grammar.start): grammar.start}
    while waiting:
        for tag, (state, _) in waiting.pop().items():
            if tag != "SE" and id(state) not in seen:
                seen[id(state)] = state
                waiting.append(state)
    assert all("SE" in state for state in seen.values())
