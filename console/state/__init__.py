"""What the pages hold: rows ready to draw, a phase, a query. Thin."""
