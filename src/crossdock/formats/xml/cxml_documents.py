"""cXML requests, messages and responses. Source: the public cXML reference guide, 1.2.

Whatever a document holds beyond these fields is kept in `rest` and written again.
"""

from __future__ import annotations

from crossdock.formats.xml.binding import Attribute, Bound, NumberAttribute, Text
from crossdock.formats.xml.cxml_parts import (
    CarrierIdentifier,
    Comments,
    Contact,
    Described,
    DocumentReference,
    Extrinsic,
    IdReference,
    ItemID,
    ItemIn,
    ItemOut,
    OrderIDInfo,
    OrderReference,
    PaymentTerm,
    PriceBasisQuantity,
    Priced,
    ShippedTo,
    Shipping,
    Tax,
)


class OrderRequestHeader(Bound):
    order_id: Attribute = None
    order_date: Attribute = None
    order_type: Attribute = None
    order_version: Attribute = None
    type: Attribute = None
    requested_delivery_date: Attribute = None
    ship_complete: Attribute = None
    effective_date: Attribute = None
    expiration_date: Attribute = None
    agreement_id: Attribute = None
    total: Priced | None = None
    ship_to: ShippedTo | None = None
    bill_to: ShippedTo | None = None
    shipping: Shipping | None = None
    tax: Tax | None = None
    payment_term: tuple[PaymentTerm, ...] = ()
    contact: tuple[Contact, ...] = ()
    comments: Comments | None = None
    document_reference: DocumentReference | None = None
    id_reference: tuple[IdReference, ...] = ()
    extrinsic: tuple[Extrinsic, ...] = ()


class OrderRequest(Bound):
    order_request_header: OrderRequestHeader | None = None
    item_out: tuple[ItemOut, ...] = ()


class ConfirmationHeader(Bound):
    confirm_id: Attribute = None
    type: Attribute = None
    """`accept`, `allDetail`, `detail`, `except`, `reject`, `requestToPay`, `replace`, `backordered`."""
    operation: Attribute = None
    notice_date: Attribute = None
    invoice_id: Attribute = None
    document_reference: DocumentReference | None = None
    total: Priced | None = None
    shipping: Shipping | None = None
    tax: Tax | None = None
    contact: tuple[Contact, ...] = ()
    comments: Comments | None = None
    id_reference: tuple[IdReference, ...] = ()
    extrinsic: tuple[Extrinsic, ...] = ()


class ConfirmationStatus(Bound):
    quantity: NumberAttribute = None
    type: Attribute = None
    shipment_date: Attribute = None
    delivery_date: Attribute = None
    unit_of_measure: str | None = None
    item_in: ItemIn | None = None
    unit_price: Priced | None = None
    tax: Tax | None = None
    shipping: Shipping | None = None
    comments: Comments | None = None
    extrinsic: tuple[Extrinsic, ...] = ()


class ConfirmationItem(Bound):
    quantity: NumberAttribute = None
    line_number: Attribute = None
    unit_of_measure: str | None = None
    contact: tuple[Contact, ...] = ()
    confirmation_status: tuple[ConfirmationStatus, ...] = ()


class ConfirmationRequest(Bound):
    confirmation_header: ConfirmationHeader | None = None
    order_reference: OrderReference | None = None
    order_id_info: OrderIDInfo | None = None
    confirmation_item: tuple[ConfirmationItem, ...] = ()


class ShipNoticeHeader(Bound):
    shipment_id: Attribute = None
    operation: Attribute = None
    notice_date: Attribute = None
    shipment_date: Attribute = None
    delivery_date: Attribute = None
    shipment_type: Attribute = None
    fulfillment_type: Attribute = None
    service_level: tuple[Described, ...] = ()
    document_reference: DocumentReference | None = None
    contact: tuple[Contact, ...] = ()
    comments: Comments | None = None
    id_reference: tuple[IdReference, ...] = ()
    extrinsic: tuple[Extrinsic, ...] = ()


class PackageIdentification(Bound):
    range_begin: Attribute = None
    range_end: Attribute = None


class ShipControl(Bound):
    start_date: Attribute = None
    carrier_identifier: tuple[CarrierIdentifier, ...] = ()
    shipment_identifier: tuple[CarrierIdentifier, ...] = ()
    package_identification: PackageIdentification | None = None
    contact: tuple[Contact, ...] = ()
    comments: Comments | None = None
    extrinsic: tuple[Extrinsic, ...] = ()


class ShipNoticeItem(Bound):
    quantity: NumberAttribute = None
    line_number: Attribute = None
    parent_line_number: Attribute = None
    ship_notice_line_number: Attribute = None
    item_id: ItemID | None = None
    unit_of_measure: str | None = None
    supplier_batch_id: str | None = None
    comments: Comments | None = None
    extrinsic: tuple[Extrinsic, ...] = ()


class ShipNoticePortion(Bound):
    quantity: NumberAttribute = None
    order_reference: OrderReference | None = None
    order_id_info: OrderIDInfo | None = None
    contact: tuple[Contact, ...] = ()
    comments: Comments | None = None
    extrinsic: tuple[Extrinsic, ...] = ()
    ship_notice_item: tuple[ShipNoticeItem, ...] = ()


class ShipNoticeRequest(Bound):
    ship_notice_header: ShipNoticeHeader | None = None
    ship_control: tuple[ShipControl, ...] = ()
    ship_notice_portion: tuple[ShipNoticePortion, ...] = ()


class InvoicePartner(Bound):
    contact: Contact | None = None
    id_reference: tuple[IdReference, ...] = ()


class InvoiceDetailRequestHeader(Bound):
    invoice_id: Attribute = None
    purpose: Attribute = None
    """`standard`, `creditMemo`, `debitMemo`, `lineLevelCreditMemo` and others."""
    operation: Attribute = None
    invoice_date: Attribute = None
    invoice_origin: Attribute = None
    invoice_partner: tuple[InvoicePartner, ...] = ()
    document_reference: DocumentReference | None = None
    payment_term: tuple[PaymentTerm, ...] = ()
    comments: Comments | None = None
    id_reference: tuple[IdReference, ...] = ()
    extrinsic: tuple[Extrinsic, ...] = ()


class InvoiceDetailOrderInfo(Bound):
    order_reference: OrderReference | None = None
    order_id_info: OrderIDInfo | None = None


class InvoiceDetailItemReference(Bound):
    line_number: Attribute = None
    item_id: ItemID | None = None
    description: tuple[Described, ...] = ()


class InvoiceDetailItem(Bound):
    invoice_line_number: Attribute = None
    quantity: NumberAttribute = None
    reference_date: Attribute = None
    unit_of_measure: str | None = None
    unit_price: Priced | None = None
    price_basis_quantity: PriceBasisQuantity | None = None
    invoice_detail_item_reference: InvoiceDetailItemReference | None = None
    subtotal_amount: Priced | None = None
    tax: Tax | None = None
    gross_amount: Priced | None = None
    net_amount: Priced | None = None
    comments: Comments | None = None
    extrinsic: tuple[Extrinsic, ...] = ()


class InvoiceDetailOrder(Bound):
    invoice_detail_order_info: InvoiceDetailOrderInfo | None = None
    invoice_detail_item: tuple[InvoiceDetailItem, ...] = ()


class InvoiceDetailSummary(Bound):
    subtotal_amount: Priced | None = None
    tax: Tax | None = None
    special_handling_amount: Priced | None = None
    shipping_amount: Priced | None = None
    gross_amount: Priced | None = None
    net_amount: Priced | None = None
    deposit_amount: Priced | None = None
    due_amount: Priced | None = None


class InvoiceDetailRequest(Bound):
    invoice_detail_request_header: InvoiceDetailRequestHeader | None = None
    invoice_detail_order: tuple[InvoiceDetailOrder, ...] = ()
    invoice_detail_summary: InvoiceDetailSummary | None = None


class Status(Bound):
    code: Attribute = None
    text: Attribute = None
    lang: Attribute = None
    value: Text = None


class InvoiceStatus(Bound):
    type: Attribute = None
    payment_reference_no: Attribute = None
    partial_amount: Priced | None = None
    comments: tuple[Comments, ...] = ()


class StatusUpdateRequest(Bound):
    document_reference: DocumentReference | None = None
    status: Status | None = None
    invoice_status: InvoiceStatus | None = None
    extrinsic: tuple[Extrinsic, ...] = ()


class Located(Bound):
    """BrowserFormPost, SupplierSetup and StartPage: a URL."""

    url: str | None = None


class SelectedItem(Bound):
    item_id: ItemID | None = None


class PunchOutSetupRequest(Bound):
    operation: Attribute = None
    buyer_cookie: str | None = None
    extrinsic: tuple[Extrinsic, ...] = ()
    browser_form_post: Located | None = None
    contact: tuple[Contact, ...] = ()
    supplier_setup: Located | None = None
    ship_to: ShippedTo | None = None
    selected_item: SelectedItem | None = None
    item_out: tuple[ItemOut, ...] = ()


class PunchOutSetupResponse(Bound):
    start_page: Located | None = None


class PunchOutOrderMessageHeader(Bound):
    operation_allowed: Attribute = None
    quote_status: Attribute = None
    total: Priced | None = None
    ship_to: ShippedTo | None = None
    shipping: Shipping | None = None
    tax: Tax | None = None


class PunchOutOrderMessage(Bound):
    buyer_cookie: str | None = None
    punch_out_order_message_header: PunchOutOrderMessageHeader | None = None
    item_in: tuple[ItemIn, ...] = ()


class Credential(Bound):
    domain: Attribute = None
    type: Attribute = None
    identity: str | None = None
    shared_secret: str | None = None


class Trader(Bound):
    """From and To."""

    credential: tuple[Credential, ...] = ()


class Sender(Bound):
    credential: tuple[Credential, ...] = ()
    user_agent: str | None = None


class Header(Bound):
    _from: Trader | None = None
    to: Trader | None = None
    sender: Sender | None = None


class Request(Bound):
    deployment_mode: Attribute = None
    order_request: OrderRequest | None = None
    confirmation_request: ConfirmationRequest | None = None
    ship_notice_request: ShipNoticeRequest | None = None
    invoice_detail_request: InvoiceDetailRequest | None = None
    status_update_request: StatusUpdateRequest | None = None
    punch_out_setup_request: PunchOutSetupRequest | None = None


class Message(Bound):
    deployment_mode: Attribute = None
    in_reply_to: Attribute = None
    status: Status | None = None
    punch_out_order_message: PunchOutOrderMessage | None = None


class Response(Bound):
    status: Status | None = None
    punch_out_setup_response: PunchOutSetupResponse | None = None


class CXML(Bound):
    """The envelope: `payload_id` names the document once and for all."""

    payload_id: Attribute = None
    timestamp: Attribute = None
    version: Attribute = None
    signature_version: Attribute = None
    lang: Attribute = None
    header: Header | None = None
    request: Request | None = None
    message: Message | None = None
    response: Response | None = None
