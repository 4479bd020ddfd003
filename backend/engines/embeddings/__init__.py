"""Embedding models: WordLlama in a room, any OpenAI-compatible endpoint."""
