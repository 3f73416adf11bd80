"""Document formats: bytes to structure and back. Pure; no file, no socket, no business meaning."""
