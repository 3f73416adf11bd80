"""UBL documents: Order, OrderResponse, DespatchAdvice, ReceiptAdvice, Invoice, CreditNote, Catalogue.

Source: OASIS UBL 2.1 to 2.3; Peppol BIS 3 uses the same elements. Fields stand in schema order. Whatever a document
holds beyond them is kept in `rest` and written again.
"""

from __future__ import annotations

from crossdock.formats.xml.ubl_parts import (
    AllowanceCharge,
    Amount,
    BillingReference,
    Coded,
    Delivery,
    DeliveryTerms,
    DocumentReference,
    Identifier,
    Item,
    LineReference,
    MonetaryTotal,
    OrderReference,
    Party,
    PaymentMeans,
    PaymentTerms,
    Period,
    Price,
    Quantity,
    Shipment,
    TaxTotal,
    TradingParty,
    Ubl,
)


class Document(Ubl):
    """What all documents start with."""

    ubl_version_id: Identifier | None = None
    customization_id: Identifier | None = None
    profile_id: Identifier | None = None
    profile_execution_id: Identifier | None = None
    id: Identifier | None = None


class LineItem(Ubl):
    id: Identifier | None = None
    sales_order_id: Identifier | None = None
    note: tuple[str, ...] = ()
    line_status_code: Coded | None = None
    quantity: Quantity | None = None
    line_extension_amount: Amount | None = None
    total_tax_amount: Amount | None = None
    minimum_backorder_quantity: Quantity | None = None
    maximum_backorder_quantity: Quantity | None = None
    partial_delivery_indicator: str | None = None
    back_order_allowed_indicator: str | None = None
    accounting_cost_code: Coded | None = None
    accounting_cost: str | None = None
    delivery: tuple[Delivery, ...] = ()
    delivery_terms: DeliveryTerms | None = None
    originator_party: Party | None = None
    allowance_charge: tuple[AllowanceCharge, ...] = ()
    price: Price | None = None
    item: Item | None = None
    tax_total: tuple[TaxTotal, ...] = ()


class OrderLine(Ubl):
    substitution_status_code: Coded | None = None
    note: tuple[str, ...] = ()
    line_item: LineItem | None = None
    seller_proposed_substitute_line_item: tuple[LineItem, ...] = ()
    seller_substituted_line_item: tuple[LineItem, ...] = ()
    buyer_proposed_substitute_line_item: tuple[LineItem, ...] = ()
    order_line_reference: tuple[LineReference, ...] = ()


class Order(Document):
    sales_order_id: Identifier | None = None
    copy_indicator: str | None = None
    uuid: Identifier | None = None
    issue_date: str | None = None
    issue_time: str | None = None
    order_type_code: Coded | None = None
    note: tuple[str, ...] = ()
    requested_invoice_currency_code: Coded | None = None
    document_currency_code: Coded | None = None
    customer_reference: str | None = None
    accounting_cost_code: Coded | None = None
    accounting_cost: str | None = None
    line_count_numeric: Quantity | None = None
    validity_period: tuple[Period, ...] = ()
    quotation_document_reference: DocumentReference | None = None
    order_document_reference: tuple[DocumentReference, ...] = ()
    originator_document_reference: DocumentReference | None = None
    additional_document_reference: tuple[DocumentReference, ...] = ()
    buyer_customer_party: TradingParty | None = None
    seller_supplier_party: TradingParty | None = None
    originator_customer_party: TradingParty | None = None
    accounting_customer_party: TradingParty | None = None
    delivery: tuple[Delivery, ...] = ()
    delivery_terms: DeliveryTerms | None = None
    payment_means: tuple[PaymentMeans, ...] = ()
    payment_terms: tuple[PaymentTerms, ...] = ()
    allowance_charge: tuple[AllowanceCharge, ...] = ()
    tax_total: tuple[TaxTotal, ...] = ()
    anticipated_monetary_total: MonetaryTotal | None = None
    order_line: tuple[OrderLine, ...] = ()


class OrderResponse(Document):
    """OrderResponse, and OrderResponseSimple with its accepted indicator and reason."""

    sales_order_id: Identifier | None = None
    copy_indicator: str | None = None
    uuid: Identifier | None = None
    issue_date: str | None = None
    issue_time: str | None = None
    order_response_code: Coded | None = None
    note: tuple[str, ...] = ()
    accepted_indicator: str | None = None
    rejection_note: tuple[str, ...] = ()
    document_currency_code: Coded | None = None
    customer_reference: str | None = None
    line_count_numeric: Quantity | None = None
    validity_period: tuple[Period, ...] = ()
    order_reference: tuple[OrderReference, ...] = ()
    seller_supplier_party: TradingParty | None = None
    buyer_customer_party: TradingParty | None = None
    originator_customer_party: TradingParty | None = None
    delivery: tuple[Delivery, ...] = ()
    allowance_charge: tuple[AllowanceCharge, ...] = ()
    tax_total: tuple[TaxTotal, ...] = ()
    legal_monetary_total: MonetaryTotal | None = None
    order_line: tuple[OrderLine, ...] = ()


class DespatchLine(Ubl):
    id: Identifier | None = None
    note: tuple[str, ...] = ()
    line_status_code: Coded | None = None
    delivered_quantity: Quantity | None = None
    backorder_quantity: Quantity | None = None
    backorder_reason: tuple[str, ...] = ()
    outstanding_quantity: Quantity | None = None
    outstanding_reason: tuple[str, ...] = ()
    oversupply_quantity: Quantity | None = None
    order_line_reference: tuple[LineReference, ...] = ()
    item: Item | None = None
    shipment: tuple[Shipment, ...] = ()


class DespatchAdvice(Document):
    copy_indicator: str | None = None
    uuid: Identifier | None = None
    issue_date: str | None = None
    issue_time: str | None = None
    document_status_code: Coded | None = None
    despatch_advice_type_code: Coded | None = None
    note: tuple[str, ...] = ()
    line_count_numeric: Quantity | None = None
    order_reference: tuple[OrderReference, ...] = ()
    additional_document_reference: tuple[DocumentReference, ...] = ()
    despatch_supplier_party: TradingParty | None = None
    delivery_customer_party: TradingParty | None = None
    buyer_customer_party: TradingParty | None = None
    seller_supplier_party: TradingParty | None = None
    shipment: Shipment | None = None
    despatch_line: tuple[DespatchLine, ...] = ()


class ReceiptLine(Ubl):
    id: Identifier | None = None
    note: tuple[str, ...] = ()
    received_quantity: Quantity | None = None
    short_quantity: Quantity | None = None
    shortage_action_code: Coded | None = None
    rejected_quantity: Quantity | None = None
    reject_reason_code: Coded | None = None
    reject_reason: tuple[str, ...] = ()
    reject_action_code: Coded | None = None
    oversupply_quantity: Quantity | None = None
    received_date: str | None = None
    order_line_reference: LineReference | None = None
    despatch_line_reference: tuple[LineReference, ...] = ()
    item: tuple[Item, ...] = ()
    shipment: tuple[Shipment, ...] = ()


class ReceiptAdvice(Document):
    copy_indicator: str | None = None
    uuid: Identifier | None = None
    issue_date: str | None = None
    issue_time: str | None = None
    document_status_code: Coded | None = None
    receipt_advice_type_code: Coded | None = None
    note: tuple[str, ...] = ()
    line_count_numeric: Quantity | None = None
    order_reference: tuple[OrderReference, ...] = ()
    despatch_document_reference: tuple[DocumentReference, ...] = ()
    delivery_customer_party: TradingParty | None = None
    despatch_supplier_party: TradingParty | None = None
    shipment: Shipment | None = None
    receipt_line: tuple[ReceiptLine, ...] = ()


class BilledLine(Ubl):
    """InvoiceLine and CreditNoteLine."""

    id: Identifier | None = None
    uuid: Identifier | None = None
    note: tuple[str, ...] = ()
    invoiced_quantity: Quantity | None = None
    credited_quantity: Quantity | None = None
    line_extension_amount: Amount | None = None
    tax_point_date: str | None = None
    accounting_cost_code: Coded | None = None
    accounting_cost: str | None = None
    free_of_charge_indicator: str | None = None
    invoice_period: tuple[Period, ...] = ()
    order_line_reference: tuple[LineReference, ...] = ()
    despatch_line_reference: tuple[LineReference, ...] = ()
    receipt_line_reference: tuple[LineReference, ...] = ()
    billing_reference: tuple[BillingReference, ...] = ()
    document_reference: tuple[DocumentReference, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    allowance_charge: tuple[AllowanceCharge, ...] = ()
    tax_total: tuple[TaxTotal, ...] = ()
    item: Item | None = None
    price: Price | None = None


class Invoice(Document):
    copy_indicator: str | None = None
    uuid: Identifier | None = None
    issue_date: str | None = None
    issue_time: str | None = None
    due_date: str | None = None
    invoice_type_code: Coded | None = None
    note: tuple[str, ...] = ()
    tax_point_date: str | None = None
    document_currency_code: Coded | None = None
    tax_currency_code: Coded | None = None
    accounting_cost_code: Coded | None = None
    accounting_cost: str | None = None
    line_count_numeric: Quantity | None = None
    buyer_reference: str | None = None
    invoice_period: tuple[Period, ...] = ()
    order_reference: OrderReference | None = None
    billing_reference: tuple[BillingReference, ...] = ()
    despatch_document_reference: tuple[DocumentReference, ...] = ()
    receipt_document_reference: tuple[DocumentReference, ...] = ()
    contract_document_reference: tuple[DocumentReference, ...] = ()
    additional_document_reference: tuple[DocumentReference, ...] = ()
    accounting_supplier_party: TradingParty | None = None
    accounting_customer_party: TradingParty | None = None
    payee_party: Party | None = None
    buyer_customer_party: TradingParty | None = None
    seller_supplier_party: TradingParty | None = None
    tax_representative_party: Party | None = None
    delivery: tuple[Delivery, ...] = ()
    delivery_terms: DeliveryTerms | None = None
    payment_means: tuple[PaymentMeans, ...] = ()
    payment_terms: tuple[PaymentTerms, ...] = ()
    allowance_charge: tuple[AllowanceCharge, ...] = ()
    tax_total: tuple[TaxTotal, ...] = ()
    withholding_tax_total: tuple[TaxTotal, ...] = ()
    legal_monetary_total: MonetaryTotal | None = None
    invoice_line: tuple[BilledLine, ...] = ()


class Response(Ubl):
    """DiscrepancyResponse: why something is credited."""

    reference_id: Identifier | None = None
    response_code: Coded | None = None
    description: tuple[str, ...] = ()


class CreditNote(Document):
    copy_indicator: str | None = None
    uuid: Identifier | None = None
    issue_date: str | None = None
    issue_time: str | None = None
    tax_point_date: str | None = None
    credit_note_type_code: Coded | None = None
    note: tuple[str, ...] = ()
    document_currency_code: Coded | None = None
    tax_currency_code: Coded | None = None
    accounting_cost_code: Coded | None = None
    accounting_cost: str | None = None
    line_count_numeric: Quantity | None = None
    buyer_reference: str | None = None
    invoice_period: tuple[Period, ...] = ()
    discrepancy_response: tuple[Response, ...] = ()
    order_reference: OrderReference | None = None
    billing_reference: tuple[BillingReference, ...] = ()
    despatch_document_reference: tuple[DocumentReference, ...] = ()
    receipt_document_reference: tuple[DocumentReference, ...] = ()
    contract_document_reference: tuple[DocumentReference, ...] = ()
    additional_document_reference: tuple[DocumentReference, ...] = ()
    accounting_supplier_party: TradingParty | None = None
    accounting_customer_party: TradingParty | None = None
    payee_party: Party | None = None
    buyer_customer_party: TradingParty | None = None
    seller_supplier_party: TradingParty | None = None
    tax_representative_party: Party | None = None
    delivery: tuple[Delivery, ...] = ()
    delivery_terms: tuple[DeliveryTerms, ...] = ()
    payment_means: tuple[PaymentMeans, ...] = ()
    payment_terms: tuple[PaymentTerms, ...] = ()
    allowance_charge: tuple[AllowanceCharge, ...] = ()
    tax_total: tuple[TaxTotal, ...] = ()
    legal_monetary_total: MonetaryTotal | None = None
    credit_note_line: tuple[BilledLine, ...] = ()


class ItemLocationQuantity(Ubl):
    lead_time_measure: Quantity | None = None
    minimum_quantity: Quantity | None = None
    maximum_quantity: Quantity | None = None
    price: Price | None = None


class CatalogueLine(Ubl):
    id: Identifier | None = None
    action_code: Coded | None = None
    life_cycle_status_code: Coded | None = None
    note: tuple[str, ...] = ()
    orderable_indicator: str | None = None
    orderable_unit: str | None = None
    content_unit_quantity: Quantity | None = None
    order_quantity_increment_numeric: Quantity | None = None
    minimum_order_quantity: Quantity | None = None
    maximum_order_quantity: Quantity | None = None
    warranty_information: tuple[str, ...] = ()
    pack_level_code: Coded | None = None
    line_validity_period: Period | None = None
    required_item_location_quantity: tuple[ItemLocationQuantity, ...] = ()
    item: Item | None = None


class Catalogue(Document):
    uuid: Identifier | None = None
    action_code: Coded | None = None
    name: str | None = None
    issue_date: str | None = None
    issue_time: str | None = None
    revision_date: str | None = None
    note: tuple[str, ...] = ()
    description: tuple[str, ...] = ()
    version_id: Identifier | None = None
    validity_period: tuple[Period, ...] = ()
    provider_party: Party | None = None
    receiver_party: Party | None = None
    seller_supplier_party: TradingParty | None = None
    contractor_customer_party: TradingParty | None = None
    catalogue_line: tuple[CatalogueLine, ...] = ()
