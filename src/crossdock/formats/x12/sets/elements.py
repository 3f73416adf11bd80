"""Data elements that our segments use: reference number, type, shortest and longest value, and a name in our words.

Gathered from public partner guides and observed documents. A second length after a bar holds from version 005010 on.
Types: AN text, ID code, R decimal, N0 to N4 integer with implied decimals, DT date, TM time.
"""

ELEMENTS = """
2     N0 1 6   number of transaction sets accepted
3     AN 1 60  free-form message
12    ID 1 3   account type
19    AN 2 30  city
22    AN 1 30  commodity code
23    ID 1 1   commodity code qualifier
26    ID 2 3   country
28    N0 1 9   group control number
40    ID 2 2   equipment type
54    ID 2 2   risk of loss
58    N2 1 12|15 charge
60    R  1 9   freight rate
61    AN 1 30  free-form information
65    R  1 8   height
66    ID 1 2   code qualifier
67    AN 2 80  identification code
71    N0 1 5   inquiry number
76    AN 1 22  invoice number
79    AN 1 50  lading description
80    N0 1 7   lading quantity
81    R  1 10  weight
82    R  1 8   length
87    AN 1 48  marks and numbers
88    ID 1 2   marks and numbers qualifier
91    ID 1 2   transportation method
92    ID 2 2   order type
93    AN 1 60  name
96    N0 1 10  number of segments
97    N0 1 6   number of transaction sets included
98    ID 2 3   party role
100   ID 3 3   currency
102   ID 1 2   ownership
103   AN 3 5   packaging
107   ID 1 2   payment method
110   ID 1 2   application acknowledgment code
116   ID 3 15  postal code
118   R  1 9   rate
122   ID 2 2   rate qualifier
123   N0 1 6   number of transaction sets received
124   AN 2 15  application receiver
127   AN 1 30|80 reference
128   ID 2 3   reference qualifier
133   ID 1 2   routing sequence
140   ID 2 4   carrier code (SCAC)
142   AN 2 15  application sender
143   ID 3 3   transaction set
145   AN 1 30  shipment number
146   ID 2 2   method of payment
147   ID 1 1   shipment qualifier
152   ID 2 3   special handling
156   ID 2 2   state or province
163   ID 2 2   stop reason
165   N0 1 3   stop number
166   AN 1 55  address
176   ID 1 2   time qualifier
183   R  1 8   volume
184   ID 1 1   volume unit
187   ID 1 2   weight qualifier
188   ID 1 1   weight unit
189   R  1 8   width
193   N2 1 12  net amount due
202   ID 1 2   correction indicator
206   AN 1 4   equipment initial
207   AN 1 15  equipment number
208   ID 1 2   hazardous material code
209   ID 1 1   hazardous material class
212   R  1 17  unit price
213   N0 1 3   lading line number
225   AN 2 15  seal number
234   AN 1 48|80 product or service id
235   ID 2 2   product id qualifier
236   ID 3 3   price identifier
248   ID 1 1   allowance or charge
280   R  4 10  exchange rate
284   ID 2 2   service level
285   AN 1 22  depositor order number
289   N0 1 2   price multiplier
305   ID 1 2   transaction handling
306   ID 1 2   action
309   ID 1 2   location qualifier
310   AN 1 30  location
324   AN 1 22  purchase order number
325   AN 1 20  tax identification number
326   AN 1 45  request reference number
327   AN 1 8   change order sequence number
328   AN 1 30  release number
329   AN 4 9   transaction set control number
330   R  1 15  quantity ordered
331   ID 2 2   allowance or charge method
332   R  1 6   percent
333   ID 1 2   terms basis date
334   ID 2 2   terms qualifier
335   ID 3 3   transportation terms
336   ID 2 2   terms type
337   TM 4 8   time
338   R  1 6   discount percent
342   R  1 5   percent of invoice payable
344   ID 2 2   unit of time
345   ID 2 2   lead time
346   ID 2 2   application type
347   R  1 10  hash total
349   ID 1 1   description type
350   AN 1 20  line number
351   N0 1 3   discount days due
352   AN 1 80  description
353   ID 2 2   purpose
354   N0 1 6   number of line items
355   ID 2 2   unit of measure
356   N0 1 6   pack
357   R  1 8   size
358   R  1 15  quantity invoiced
362   N2 1 10  discount amount
363   ID 3 3   note reference
364   AN 1 80|256 communication number
365   ID 2 2   communication qualifier
366   ID 2 2   contact function
367   AN 1 30  contract number
368   ID 2 2   shipment or order status
369   AN 1 45  free-form description
370   DT 6 8   discount due date
371   ID 2 2   change reason
373   DT 6 8   date
374   ID 3 3   date qualifier
380   R  1 15  quantity
382   R  1 10  number of units shipped
384   R  1 9   gross weight per pack
385   R  1 9   gross volume per pack
386   N0 1 3   net days
387   AN 1 35  routing
388   DT 6 8   deferred due date
389   N2 1 10  deferred amount due
396   AN 2 30  shipment identification
400   ID 1 2   unit load option
406   N0 1 3   number of pallets
407   ID 2 2   seal status
426   ID 2 2   adjustment reason
432   ID 2 2   date qualifier
438   AN 12 12 U.P.C. case code
441   ID 1 1   tax exempt
443   AN 1 20  contact inquiry reference
446   DT 6 8   net due date
447   AN 1 4   loop identifier
473   ID 1 1   order status
474   AN 1 22  link sequence number
475   AN 1 22  credit or debit number
478   ID 1 1   credit or debit
479   ID 2 2   functional identifier
480   AN 1 12  version
481   ID 1 2   trace type
482   ID 2 2   payment action
499   ID 2 10  condition value
506   ID 2 2   account id qualifier
507   AN 3 12  bank id
508   AN 1 35  account number
509   AN 10 10 originating company
510   AN 9 9   originating company supplement
514   ID 1 1   reporting
522   ID 1 3   amount qualifier
554   N0 1 6   assigned number
558   ID 1 1   reservation action
559   ID 2 2   agency
563   ID 1 2   sales requirement
569   ID 1 3   account number qualifier
587   ID 2 2   acknowledgment type
591   ID 3 3   payment method
597   ID 1 8   vessel code
610   N2 1 15  amount
622   N0 1 5   number of loads
623   ID 2 2   time zone
628   AN 1 12  hierarchical id
639   ID 2 2   basis of unit price
640   ID 2 2   transaction type
641   ID 3 3   status reason
646   R  1 15  quantity shipped to date
647   ID 1 3   application error
648   ID 3 3   price multiplier qualifier
649   R  1 10  multiplier
653   ID 3 3   discount type
654   ID 2 2   discount base
655   R  1 10  discount value
656   ID 2 2   discount limit basis
657   N0 1 10  lower limit
662   ID 1 1   relationship
668   ID 2 2   line status
669   ID 3 3   currency market
670   ID 2 2   change
671   R  1 9   quantity left to receive
673   ID 2 2   quantity qualifier
683   ID 2 2   catalog purpose
687   ID 2 2   class of trade
688   ID 2 2   restrictions
706   ID 2 2   relationship of entities
715   ID 1 1   verdict on the group
716   ID 1 3   group error code
717   ID 1 1   verdict on the transaction set
718   ID 1 3   transaction set error code
719   N0 1 10  segment position
720   ID 1 3   segment error code
721   ID 2 3   segment
722   N0 1 2   element position
723   ID 1 3   element error code
724   AN 1 99  copy of the bad element
725   N0 1 4   element reference number
728   ID 2 2   quantity returnable
731   ID 2 2   transit direction
732   ID 2 2   transit time qualifier
733   R  1 4   transit time
734   AN 1 12  hierarchical parent id
735   ID 1 2   hierarchical level
736   ID 1 1   hierarchical child flag
737   ID 2 2   measurement reference
738   ID 1 3   measurement qualifier
739   R  1 20  measurement
740   R  1 20  smallest value
741   R  1 20  largest value
750   ID 2 3   characteristic
751   AN 1 12  description code
752   ID 2 2   surface or layer
753   ID 1 5   packaging characteristic
754   AN 1 7   packaging description code
755   ID 2 2   report type
756   ID 1 2   report transmission
757   N0 1 2   copies needed
765   N0 1 2   day of month
770   AN 1 20  option number
782   R  1 18  amount
786   ID 2 2   security level
799   AN 1 30  version identifier
810   N0 1 6   inner pack
812   ID 1 10  payment format
819   ID 2 3   language
822   AN 1 15  source subqualifier
828   R  1 9   taxable amount
901   ID 2 2   advice reason
933   AN 1 264 message
934   ID 2 2   carriage control
935   ID 2 2   measurement significance
936   ID 2 2   measurement attribute
954   R  1 10  percentage
955   ID 1 2   tax jurisdiction qualifier
956   AN 1 10  tax jurisdiction
963   ID 1 2   tax type
1000  ID 2 2   service characteristic
1004  ID 1 2   percent qualifier
1005  ID 4 4   hierarchical structure
1019  ID 1 3   invoice type
1035  AN 1 60|80 last name or organization
1036  AN 1 35  first name
1037  AN 1 25  middle name
1038  AN 1 10  name prefix
1039  AN 1 10  name suffix
1048  ID 1 3   business function
1065  ID 1 1   entity type
1073  ID 1 1   yes or no
1096  AN 1 30  county
1106  ID 2 2   address part
1166  ID 2 2   contract type
1179  ID 1 2   tax rate
1250  ID 2 3   date format
1251  AN 1 35  date period
1270  ID 1 3   code list
1271  AN 1 30  industry code
1300  ID 4 4   allowance or charge
1301  AN 1 10  agency allowance code
1373  ID 2 4   industry measurement
1470  N0 1 9   number
1525  ID 1 2   report transmission request
1551  AN 1 4096 long text
1609  AN 1 20  error detail
1650  ID 2 2   shipment status
1651  ID 2 2   status reason
1652  ID 2 2   appointment status
1705  AN 1 35  implementation convention
1715  ID 1 3   country subdivision
"""

CODES = {
    "715": "A E M P R W X",
    "717": "A E M R W X",
    "736": "0 1",
}
"""Closed code lists, where a wrong code makes the segment unreadable. Other codes belong to the partner's profile."""
