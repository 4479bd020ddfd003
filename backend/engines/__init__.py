"""The vendors behind the ports, each kind in its folder; only bootstrap loads them."""
