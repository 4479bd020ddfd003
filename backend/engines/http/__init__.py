"""The guarded way out of the house."""
