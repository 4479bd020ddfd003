"""Columns that the databases compute; not of the class: nothing writes them, and who reads a row reads the parts."""

from __future__ import annotations

from sqlalchemy import Column, Computed, String, text

from backend.columns import WideInteger
from backend.conversations.mixes import mix_sql

# What the filters count by.
MIX = Column("mix", String, Computed(mix_sql()), nullable=True)
# Postgres takes 2,704 bytes a row of an index and refuses the whole row beyond: names of 500 signs have 2,000 at most.
SHORT, LONG = (text(f"deleted_at IS NULL AND length(mix) {half}") for half in ("< 500", ">= 500"))
# What the list is sorted by, as a line of it says it.
TOKENS = Column("tokens", WideInteger, Computed("tokens_in + tokens_out"))
MEAN_LATENCY = Column(
    "mean_latency_ms", WideInteger, Computed("CASE WHEN num_turns > 0 THEN latency_ms / num_turns ELSE 0 END")
)
