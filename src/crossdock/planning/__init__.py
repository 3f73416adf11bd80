"""Promising, sourcing, allocation: pure functions over one snapshot. Whoever acts on them checks again."""
