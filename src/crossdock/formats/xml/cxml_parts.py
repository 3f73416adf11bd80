"""Parts that several cXML documents share: money, parties, items. Source: the public cXML reference guide, 1.2."""

from __future__ import annotations

from crossdock.formats.xml.binding import Attribute, Bound, Number, NumberAttribute, Text


class Money(Bound):
    currency: Attribute = None
    alternate_amount: Attribute = None
    alternate_currency: Attribute = None
    value: Number = None


class Priced(Bound):
    """Total, UnitPrice, SubtotalAmount and others that hold one Money."""

    money: Money | None = None


class Described(Bound):
    """Description: text, or a short name and text."""

    lang: Attribute = None
    type: Attribute = None
    value: Text = None
    short_name: str | None = None


class Comments(Bound):
    lang: Attribute = None
    value: Text = None


class Extrinsic(Bound):
    name: Attribute = None
    value: Text = None


class Classification(Bound):
    domain: Attribute = None
    code: Attribute = None
    value: Text = None


class Country(Bound):
    iso_country_code: Attribute = None
    value: Text = None


class PostalAddress(Bound):
    name: Attribute = None
    deliver_to: tuple[str, ...] = ()
    street: tuple[str, ...] = ()
    city: str | None = None
    municipality: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: Country | None = None
    extrinsic: tuple[Extrinsic, ...] = ()


class CountryCode(Bound):
    iso_country_code: Attribute = None
    value: Text = None


class TelephoneNumber(Bound):
    country_code: CountryCode | None = None
    area_or_city_code: str | None = None
    number: str | None = None
    extension: str | None = None


class Phone(Bound):
    name: Attribute = None
    telephone_number: TelephoneNumber | None = None


class Email(Bound):
    name: Attribute = None
    preferred_lang: Attribute = None
    value: Text = None


class Name(Bound):
    lang: Attribute = None
    value: Text = None


class Address(Bound):
    address_id: Attribute = None
    address_id_domain: Attribute = None
    iso_country_code: Attribute = None
    name: Name | None = None
    postal_address: PostalAddress | None = None
    email: Email | None = None
    phone: Phone | None = None
    fax: Phone | None = None
    url: str | None = None


class IdReference(Bound):
    domain: Attribute = None
    identifier: Attribute = None


class Contact(Bound):
    role: Attribute = None
    address_id: Attribute = None
    name: Name | None = None
    postal_address: tuple[PostalAddress, ...] = ()
    email: tuple[Email, ...] = ()
    phone: tuple[Phone, ...] = ()
    fax: tuple[Phone, ...] = ()
    url: tuple[str, ...] = ()
    id_reference: tuple[IdReference, ...] = ()
    extrinsic: tuple[Extrinsic, ...] = ()


class CarrierIdentifier(Bound):
    domain: Attribute = None
    value: Text = None


class ShippedTo(Bound):
    """ShipTo and BillTo."""

    address: Address | None = None
    carrier_identifier: tuple[CarrierIdentifier, ...] = ()
    id_reference: tuple[IdReference, ...] = ()


class TaxDetail(Bound):
    purpose: Attribute = None
    category: Attribute = None
    percentage_rate: NumberAttribute = None
    tax_point_date: Attribute = None
    taxable_amount: Priced | None = None
    tax_amount: Priced | None = None
    tax_location: Described | None = None
    description: Described | None = None


class Tax(Bound):
    money: Money | None = None
    description: Described | None = None
    tax_detail: tuple[TaxDetail, ...] = ()


class Shipping(Bound):
    tracking_domain: Attribute = None
    tracking_id: Attribute = None
    money: Money | None = None
    description: Described | None = None


class ItemID(Bound):
    supplier_part_id: str | None = None
    supplier_part_auxiliary_id: str | None = None
    buyer_part_id: str | None = None
    id_reference: tuple[IdReference, ...] = ()


class PriceBasisQuantity(Bound):
    quantity: NumberAttribute = None
    conversion_factor: NumberAttribute = None
    unit_of_measure: str | None = None
    description: Described | None = None


class ItemDetail(Bound):
    unit_price: Priced | None = None
    description: tuple[Described, ...] = ()
    unit_of_measure: str | None = None
    price_basis_quantity: PriceBasisQuantity | None = None
    classification: tuple[Classification, ...] = ()
    manufacturer_part_id: str | None = None
    manufacturer_name: Name | None = None
    url: str | None = None
    lead_time: str | None = None
    extrinsic: tuple[Extrinsic, ...] = ()


class DocumentReference(Bound):
    payload_id: Attribute = None


class OrderReference(Bound):
    order_id: Attribute = None
    order_date: Attribute = None
    document_reference: DocumentReference | None = None


class OrderIDInfo(Bound):
    order_id: Attribute = None
    order_date: Attribute = None
    id_reference: tuple[IdReference, ...] = ()


class PaymentTerm(Bound):
    pay_in_number_of_days: NumberAttribute = None


class ItemOut(Bound):
    quantity: NumberAttribute = None
    line_number: Attribute = None
    requested_delivery_date: Attribute = None
    requested_shipment_date: Attribute = None
    item_type: Attribute = None
    parent_line_number: Attribute = None
    agreement_item_number: Attribute = None
    item_id: ItemID | None = None
    item_detail: ItemDetail | None = None
    ship_to: ShippedTo | None = None
    shipping: Shipping | None = None
    tax: Tax | None = None
    contact: tuple[Contact, ...] = ()
    comments: Comments | None = None


class ItemIn(Bound):
    quantity: NumberAttribute = None
    line_number: Attribute = None
    item_type: Attribute = None
    parent_line_number: Attribute = None
    item_id: ItemID | None = None
    item_detail: ItemDetail | None = None
    ship_to: ShippedTo | None = None
    shipping: Shipping | None = None
    tax: Tax | None = None
    comments: Comments | None = None
