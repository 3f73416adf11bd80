"""The journal in one SQLite file: one process, one writer, one partition."""
