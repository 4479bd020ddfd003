"""The run journal: SQLite in one hop of a writer's thread, Postgres in one pipeline."""
