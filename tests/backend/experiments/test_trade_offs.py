"""Quality, cost and time of variants: who is beaten at all three, and who by none."""

from __future__ import annotations

import math

import numpy as np

from backend.experiments.analysis.matrices import Matrices
from backend.experiments.analysis.trade_offs import trade_offs_of
from backend.experiments.statistics.types import Metric
from backend.experiments.types import COST, LATENCY, TradeOff

# Quality, cost, milliseconds; a row each ten times over.
Told = dict[str, tuple[float, float, float]]


def trade_offs(told: Told, *, higher_is_better: bool = True) -> dict[str, TradeOff]:
    quality, cost, latency = (np.array([[[one[at]]] * 10 for one in told.values()]) for at in range(3))
    found = Matrices(list(range(10)), 0, {"m": quality, COST: cost, LATENCY: latency}, {}, np.zeros(quality.shape))
    metric = Metric("m", higher_is_better=higher_is_better)
    return {one.variant: one for one in trade_offs_of(found, metric, [(name, name) for name in told], None)}


def said(told: Told, *, higher_is_better: bool = True) -> dict[str, tuple[bool, bool]]:
    found = trade_offs(told, higher_is_better=higher_is_better)
    return {name: (one.on_front, one.by_latency) for name, one in found.items()}


def test_who_is_faster_at_the_same_quality_and_cost_beats_and_is_not_beaten() -> None:
    same = {"slow": (0.5, 0.002, 900.0), "fast": (0.5, 0.002, 100.0)}
    assert said(same) == {"slow": (False, False), "fast": (True, False)}


def test_who_is_faster_than_the_better_and_cheaper_is_unbeaten_by_latency_alone() -> None:
    told = {
        "good": (0.9, 0.001, 900.0), "quick": (0.8, 0.002, 100.0), "beaten": (0.8, 0.002, 950.0),
        "cheap": (0.1, 0.0005, 900.0),
    }  # fmt: skip
    assert said(told) == {
        "good": (True, False), "quick": (True, True), "beaten": (False, False), "cheap": (True, False),
    }  # fmt: skip
    turned = {name: (-quality, cost, time) for name, (quality, cost, time) in told.items()}
    assert said(turned, higher_is_better=False) == said(told), "where less is better too"


def test_what_is_not_known_makes_nobody_better() -> None:
    told = {
        "timed": (0.5, 0.002, 900.0), "untimed": (0.5, 0.002, math.nan), "unpriced": (1.0, math.nan, 1.0),
    }  # fmt: skip
    assert said(told) == {"timed": (True, False), "untimed": (False, False), "unpriced": (False, False)}
    neither = {name: (quality, 0.002, math.nan) for name, quality in (("A", 0.5), ("B", 0.6))}
    assert said(neither) == {"A": (False, False), "B": (True, False)}
