"""Judgements: a judge asked about conversations of the log, or about single answers in them."""
