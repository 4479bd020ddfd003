"""What the product needs of the outside: protocols and their value types, no vendor."""
