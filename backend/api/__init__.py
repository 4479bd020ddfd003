"""The REST edge: routes, who may call them, and how refusals read."""
