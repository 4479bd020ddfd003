"""The sheet of every piece in every state: what the pieces are tried on."""
