"""What spans of other systems say of a conversation."""
