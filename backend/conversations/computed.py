"""Columns that the databases compute; not of the class: nothing writes them, and who reads a row reads the parts."""

from __future__ import annotations

from sqlalchemy import Column, Computed, String

from backend.columns import WideInteger
from backend.conversations.mixes import mix_sql

# What the filters count by.
MIX = Column("mix", String, Computed(mix_sql()), nullable=True)
# What the list is sorted by, as a line of it says it.
TOKENS = Column("tokens", WideInteger, Computed("tokens_in + tokens_out"))
MEAN_LATENCY = Column(
    "mean_latency_ms", WideInteger, Computed("CASE WHEN num_turns > 0 THEN latency_ms / num_turns ELSE 0 END")
)
