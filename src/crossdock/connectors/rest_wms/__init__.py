"""A warehouse system or 3PL behind a small JSON contract, with signed webhooks back. See openapi.json."""
