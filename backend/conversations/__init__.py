"""Every chat with a flow: its messages, what they cost, and what people thought of them."""
