"""What tells a good answer from a bad one: one file a family. Loaded at first use, for their libraries are heavy."""
