"""Versions of the journal's schema, in plain SQL, one folder per store; and what applies them."""
