"""The journal in a PostgreSQL database: many workers, 64 partitions."""
