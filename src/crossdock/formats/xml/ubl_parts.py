"""Aggregates that several UBL documents share. Source: OASIS UBL 2.1 to 2.3 common library; fields in schema order."""

from __future__ import annotations

from typing import ClassVar

from crossdock.formats.xml.binding import Attribute, Bound, Number, Text

CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"


class Ubl(Bound):
    namespaces: ClassVar[tuple[str, str]] = (CBC, CAC)


class Amount(Ubl):
    currency_id: Attribute = None
    value: Number = None


class Quantity(Ubl):
    unit_code: Attribute = None
    value: Number = None


class Identifier(Ubl):
    scheme_id: Attribute = None
    scheme_agency_id: Attribute = None
    value: Text = None


class Coded(Ubl):
    list_id: Attribute = None
    list_agency_id: Attribute = None
    value: Text = None


class Country(Ubl):
    identification_code: Coded | None = None
    name: str | None = None


class AddressLine(Ubl):
    line: str | None = None


class Address(Ubl):
    id: Identifier | None = None
    postbox: str | None = None
    street_name: str | None = None
    additional_street_name: str | None = None
    building_name: str | None = None
    building_number: str | None = None
    department: str | None = None
    city_name: str | None = None
    postal_zone: str | None = None
    country_subentity: str | None = None
    country_subentity_code: Coded | None = None
    district: str | None = None
    address_line: tuple[AddressLine, ...] = ()
    country: Country | None = None


class PartyIdentification(Ubl):
    id: Identifier | None = None


class PartyName(Ubl):
    name: str | None = None


class TaxScheme(Ubl):
    id: Identifier | None = None
    name: str | None = None
    tax_type_code: Coded | None = None


class PartyTaxScheme(Ubl):
    registration_name: str | None = None
    company_id: Identifier | None = None
    tax_level_code: Coded | None = None
    exemption_reason: tuple[str, ...] = ()
    registration_address: Address | None = None
    tax_scheme: TaxScheme | None = None


class PartyLegalEntity(Ubl):
    registration_name: str | None = None
    company_id: Identifier | None = None
    registration_address: Address | None = None


class Contact(Ubl):
    id: Identifier | None = None
    name: str | None = None
    telephone: str | None = None
    telefax: str | None = None
    electronic_mail: str | None = None


class Party(Ubl):
    website_uri: str | None = None
    endpoint_id: Identifier | None = None
    party_identification: tuple[PartyIdentification, ...] = ()
    party_name: tuple[PartyName, ...] = ()
    postal_address: Address | None = None
    party_tax_scheme: tuple[PartyTaxScheme, ...] = ()
    party_legal_entity: tuple[PartyLegalEntity, ...] = ()
    contact: Contact | None = None


class TradingParty(Ubl):
    """CustomerParty and SupplierParty."""

    customer_assigned_account_id: Identifier | None = None
    supplier_assigned_account_id: Identifier | None = None
    additional_account_id: tuple[Identifier, ...] = ()
    party: Party | None = None
    delivery_contact: Contact | None = None
    despatch_contact: Contact | None = None
    accounting_contact: Contact | None = None
    buyer_contact: Contact | None = None
    seller_contact: Contact | None = None


class Period(Ubl):
    start_date: str | None = None
    start_time: str | None = None
    end_date: str | None = None
    end_time: str | None = None
    description_code: tuple[Coded, ...] = ()
    description: tuple[str, ...] = ()


class DocumentReference(Ubl):
    id: Identifier | None = None
    uuid: Identifier | None = None
    issue_date: str | None = None
    document_type_code: Coded | None = None
    document_type: str | None = None


class OrderReference(Ubl):
    id: Identifier | None = None
    sales_order_id: Identifier | None = None
    uuid: Identifier | None = None
    issue_date: str | None = None
    customer_reference: str | None = None
    document_reference: DocumentReference | None = None


class LineReference(Ubl):
    """LineReference and OrderLineReference."""

    line_id: Identifier | None = None
    sales_order_line_id: Identifier | None = None
    line_status_code: Coded | None = None
    document_reference: DocumentReference | None = None
    order_reference: OrderReference | None = None


class Location(Ubl):
    id: Identifier | None = None
    description: tuple[str, ...] = ()
    name: str | None = None
    address: Address | None = None


class Despatch(Ubl):
    id: Identifier | None = None
    actual_despatch_date: str | None = None
    actual_despatch_time: str | None = None
    despatch_address: Address | None = None
    despatch_party: Party | None = None


class Delivery(Ubl):
    id: Identifier | None = None
    quantity: Quantity | None = None
    actual_delivery_date: str | None = None
    actual_delivery_time: str | None = None
    latest_delivery_date: str | None = None
    tracking_id: Identifier | None = None
    delivery_address: Address | None = None
    delivery_location: Location | None = None
    requested_delivery_period: Period | None = None
    promised_delivery_period: Period | None = None
    estimated_delivery_period: Period | None = None
    carrier_party: Party | None = None
    delivery_party: Party | None = None
    despatch: Despatch | None = None


class DeliveryTerms(Ubl):
    id: Identifier | None = None
    special_terms: tuple[str, ...] = ()
    delivery_location: Location | None = None


class TaxCategory(Ubl):
    id: Identifier | None = None
    name: str | None = None
    percent: Quantity | None = None
    tax_exemption_reason_code: Coded | None = None
    tax_exemption_reason: tuple[str, ...] = ()
    tax_scheme: TaxScheme | None = None


class TaxSubtotal(Ubl):
    taxable_amount: Amount | None = None
    tax_amount: Amount | None = None
    percent: Quantity | None = None
    tax_category: TaxCategory | None = None


class TaxTotal(Ubl):
    tax_amount: Amount | None = None
    rounding_amount: Amount | None = None
    tax_subtotal: tuple[TaxSubtotal, ...] = ()


class AllowanceCharge(Ubl):
    id: Identifier | None = None
    charge_indicator: str | None = None
    allowance_charge_reason_code: Coded | None = None
    allowance_charge_reason: tuple[str, ...] = ()
    multiplier_factor_numeric: Quantity | None = None
    amount: Amount | None = None
    base_amount: Amount | None = None
    tax_category: tuple[TaxCategory, ...] = ()


class MonetaryTotal(Ubl):
    line_extension_amount: Amount | None = None
    tax_exclusive_amount: Amount | None = None
    tax_inclusive_amount: Amount | None = None
    allowance_total_amount: Amount | None = None
    charge_total_amount: Amount | None = None
    prepaid_amount: Amount | None = None
    payable_rounding_amount: Amount | None = None
    payable_amount: Amount | None = None


class FinancialInstitutionBranch(Ubl):
    id: Identifier | None = None
    name: str | None = None


class FinancialAccount(Ubl):
    id: Identifier | None = None
    name: str | None = None
    currency_code: Coded | None = None
    financial_institution_branch: FinancialInstitutionBranch | None = None


class PaymentMeans(Ubl):
    id: Identifier | None = None
    payment_means_code: Coded | None = None
    payment_due_date: str | None = None
    payment_channel_code: Coded | None = None
    instruction_id: Identifier | None = None
    payment_id: tuple[Identifier, ...] = ()
    payee_financial_account: FinancialAccount | None = None


class PaymentTerms(Ubl):
    id: Identifier | None = None
    note: tuple[str, ...] = ()
    settlement_discount_percent: Quantity | None = None
    amount: Amount | None = None
    settlement_period: Period | None = None


class BillingReference(Ubl):
    invoice_document_reference: DocumentReference | None = None
    credit_note_document_reference: DocumentReference | None = None


class ItemIdentification(Ubl):
    """Buyers', sellers', manufacturers' and standard identification of an item."""

    id: Identifier | None = None
    extended_id: Identifier | None = None


class CommodityClassification(Ubl):
    nature_code: Coded | None = None
    commodity_code: Coded | None = None
    item_classification_code: Coded | None = None


class ItemProperty(Ubl):
    name: str | None = None
    value: str | None = None


class LotIdentification(Ubl):
    lot_number_id: Identifier | None = None
    expiry_date: str | None = None


class ItemInstance(Ubl):
    product_trace_id: Identifier | None = None
    best_before_date: str | None = None
    serial_id: Identifier | None = None
    lot_identification: LotIdentification | None = None


class Item(Ubl):
    description: tuple[str, ...] = ()
    pack_quantity: Quantity | None = None
    pack_size_numeric: Quantity | None = None
    catalogue_indicator: str | None = None
    name: str | None = None
    brand_name: tuple[str, ...] = ()
    buyers_item_identification: ItemIdentification | None = None
    sellers_item_identification: ItemIdentification | None = None
    manufacturers_item_identification: tuple[ItemIdentification, ...] = ()
    standard_item_identification: ItemIdentification | None = None
    catalogue_item_identification: ItemIdentification | None = None
    origin_country: Country | None = None
    commodity_classification: tuple[CommodityClassification, ...] = ()
    classified_tax_category: tuple[TaxCategory, ...] = ()
    additional_item_property: tuple[ItemProperty, ...] = ()
    item_instance: tuple[ItemInstance, ...] = ()


class Price(Ubl):
    price_amount: Amount | None = None
    base_quantity: Quantity | None = None
    price_type_code: Coded | None = None
    price_type: str | None = None
    orderable_unit_factor_rate: Quantity | None = None
    validity_period: tuple[Period, ...] = ()
    allowance_charge: tuple[AllowanceCharge, ...] = ()


class TransportHandlingUnit(Ubl):
    id: Identifier | None = None
    transport_handling_unit_type_code: Coded | None = None
    handling_code: Coded | None = None
    total_package_quantity: Quantity | None = None


class Consignment(Ubl):
    id: Identifier | None = None
    gross_weight_measure: Quantity | None = None
    carrier_party: Party | None = None


class Shipment(Ubl):
    id: Identifier | None = None
    gross_weight_measure: Quantity | None = None
    net_weight_measure: Quantity | None = None
    gross_volume_measure: Quantity | None = None
    total_transport_handling_unit_quantity: Quantity | None = None
    consignment: tuple[Consignment, ...] = ()
    delivery: Delivery | None = None
    transport_handling_unit: tuple[TransportHandlingUnit, ...] = ()
