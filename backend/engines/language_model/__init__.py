"""Models that speak the OpenAI protocol: connected ones, the embedded one, and the scripted one."""
