"""Governance that executes: access now; catalog, lifecycle and audit stand here too."""
