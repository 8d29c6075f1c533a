"""What services need of PostgreSQL, whatever their tables are."""
