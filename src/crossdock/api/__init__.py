"""The HTTP API: system, process and experience layers, and webhooks in."""
