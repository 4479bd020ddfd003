"""What holds values to a JSON Schema."""
