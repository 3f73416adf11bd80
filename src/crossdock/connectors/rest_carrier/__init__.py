"""A carrier behind a small JSON contract: labels, and tracking by signed webhooks and poll. See
openapi.json."""
