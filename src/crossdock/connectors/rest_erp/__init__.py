"""An ERP behind a small JSON contract: prices, credit, sales, shipments, invoices, payments. See
openapi.json."""
