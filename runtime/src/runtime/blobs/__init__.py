"""Where bytes lie that belong into no log: in PostgreSQL, or in a store that speaks S3."""
