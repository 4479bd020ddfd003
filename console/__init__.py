"""All that an operator sees; the only package that imports reflex."""
