"""The document as a graph: its order, its edits, its problems."""
