"""The database: SQLite in the data directory, or Postgres at an address."""
