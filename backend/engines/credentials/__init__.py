"""Passwords by argon2, codes by cryptography."""
