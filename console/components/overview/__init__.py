"""The pieces of the first screen and of the home."""
