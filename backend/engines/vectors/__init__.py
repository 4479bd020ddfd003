"""Vector indexes: Qdrant Edge in a room of its own."""
