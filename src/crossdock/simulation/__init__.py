"""Simulated systems, customers and faults, and the checks that judge a run by the systems' own ledgers."""
