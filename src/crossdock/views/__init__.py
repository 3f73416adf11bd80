"""Read models, built from the journal: they can be thrown away and built again."""
