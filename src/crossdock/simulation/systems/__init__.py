"""Shop, ERP, warehouses and carrier as plain deterministic objects, each with a ledger of its own effects."""
