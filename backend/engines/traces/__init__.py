"""How traces are written on the wire."""
