"""Rows of questions and expected answers, in versions that never change."""
