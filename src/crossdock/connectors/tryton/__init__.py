"""Tryton ERP 8.2: customers, prices, credit, sales, stock, invoices and payments over its network API."""
