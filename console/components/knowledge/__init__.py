"""The pieces of the knowledge pages."""
