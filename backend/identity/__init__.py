"""People, sessions, sign-in links and API keys."""
