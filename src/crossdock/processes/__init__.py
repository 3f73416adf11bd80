"""Business processes: one file (or folder) each, pure. `decision` holds what they may answer with."""
