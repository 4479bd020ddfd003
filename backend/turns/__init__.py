"""A turn of a conversation: kept as a test, and asked again."""
