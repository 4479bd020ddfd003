"""Prompts: what a model is told, in versions that stand and under labels that move."""
