"""OpenID Connect: Google, Microsoft Entra and any other issuer."""
