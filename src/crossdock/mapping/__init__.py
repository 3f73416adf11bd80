"""Standard documents to business objects and back. Pure: partner variants are data (`profile`), trouble is a list."""
