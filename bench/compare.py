"""The statistics of experiments: how long a large comparison takes, and whether its words can be trusted."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np

from backend.experiments.statistics.comparison import compare
from backend.experiments.statistics.resampling import Floats
from backend.experiments.statistics.types import Arm, Metric
from bench.table import Figure, main

NUM_RUNS, NUM_ROWS, NUM_CONVERSATIONS, ROUNDS = 10, 10_000, 10, 5
ROWS_OF_A_STUDY = 60
METRICS = (
    Metric("correct"),
    Metric("grounded", margin=0.02),
    Metric("tone", margin=0.2),
    Metric("latency", higher_is_better=False, statistic="p95", worst=None),
    Metric("latency_p50", higher_is_better=False, statistic="p50", worst=None),
    Metric("cost", higher_is_better=False, worst=None),
)


def run_of(rng: np.random.Generator, name: str) -> Arm:
    """Draw the scores of one run: passed or not, shares, grades, a long-tailed latency, a cost."""
    shape = (NUM_ROWS, 1)
    scores = {
        "correct": (rng.random(shape) < 0.8).astype(np.float64),
        "grounded": rng.random(shape),
        "tone": rng.integers(1, 6, shape).astype(np.float64),
        "latency": rng.lognormal(0, 1, shape),
        "cost": rng.random(shape) / 100,
    }
    return Arm(name, {**scores, "latency_p50": scores["latency"]})


def shares(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw two arms of one study between which nothing differs: rows are hard or easy, answers waver."""
    firm = rng.random((ROWS_OF_A_STUDY, 1)) < 0.8
    waver = rng.random((ROWS_OF_A_STUDY, 2)) < 0.4
    drawn = np.where(waver, rng.random(waver.shape) < 0.8, firm).astype(np.float64)
    return drawn[:, :1], drawn[:, 1:]


def grades(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw grades of 1 to 5, each answer's beside its row's."""
    row = rng.integers(1, 6, (ROWS_OF_A_STUDY, 1)).astype(np.float64)
    old, new = (np.clip(row + rng.integers(-1, 2, row.shape), 1, 5) for _ in range(2))
    return old, new


def costs(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw costs with a long tail."""
    row = rng.lognormal(0, 1, (ROWS_OF_A_STUDY, 1))
    old, new = (row * rng.lognormal(0, 0.5, row.shape) for _ in range(2))
    return old, new


def shares_thrice(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw three answers of each arm to each row."""
    firm = rng.random((ROWS_OF_A_STUDY, 1)) < 0.8
    old, new = (
        np.where(rng.random((ROWS_OF_A_STUDY, 3)) < 0.4, rng.random((ROWS_OF_A_STUDY, 3)) < 0.8, firm) for _ in range(2)
    )
    return old.astype(np.float64), new.astype(np.float64)


def talks(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw twenty conversations of three rows, of which an arm takes a whole one better or worse."""
    talk = rng.normal(0, 1, TALKS[-1] + 1)
    old, new = (
        (talk + rng.normal(0, 0.7, talk.shape))[TALKS][:, None] + rng.normal(0, 0.5, (len(TALKS), 1)) for _ in range(2)
    )
    return old, new


def talks_passed(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw whether each row of a conversation passed."""
    old, new = talks(rng)
    return (old > -1).astype(np.float64), (new > -1).astype(np.float64)


def family(rng: np.random.Generator, name: str) -> Arm:
    """Draw an arm that is scored by four metrics."""
    shape = (ROWS_OF_A_STUDY, 1)
    scores = {
        "correct": (rng.random(shape) < 0.8).astype(np.float64),
        "tone": rng.integers(1, 6, shape).astype(np.float64),
        "grounded": rng.random(shape),
        "cost": rng.lognormal(0, 1, shape),
    }
    return Arm(name, scores)


def misled(rng: np.random.Generator) -> float:
    """Return the percent of experiments over two variants and four metrics in which any verdict is false."""
    metrics = [Metric(name, higher_is_better=name != "cost") for name in ("correct", "tone", "grounded", "cost")]
    false = 0
    for seed in range(FAMILIES):
        found = compare(family(rng, "A"), [family(rng, "B"), family(rng, "C")], metrics, seed=seed)
        false += any(one.verdict in {"better", "worse"} for one in found)
    return 100 * false / FAMILIES


TALKS = np.repeat(np.arange(ROWS_OF_A_STUDY // 3), 3)
FAMILIES = 400
# How two arms are drawn, how often, and which rows belong together.
STUDIES = {
    "shares": (shares, 2_000, None),
    "grades": (grades, 500, None),
    "costs": (costs, 500, None),
    "shares of three answers": (shares_thrice, 500, None),
    "grades of conversations": (talks, 500, TALKS),
    "shares of conversations": (talks_passed, 500, TALKS),
}


def figures() -> Iterator[Figure]:
    rng = np.random.default_rng(1)
    baseline, *variants = [run_of(rng, f"run {number}") for number in range(NUM_RUNS)]
    times = []
    for seed in range(ROUNDS):
        begun = time.perf_counter()
        compare(baseline, variants, METRICS, seed=seed)
        times.append(time.perf_counter() - begun)
    yield Figure("compare 10 runs x 10,000 rows, 6 metrics, median", statistics.median(times), "s", 2.0)
    times = []
    conversations = np.arange(NUM_ROWS) % NUM_CONVERSATIONS
    tails = [Metric("latency", higher_is_better=False, statistic=level, worst=None) for level in ("p50", "p95")]
    for seed in range(ROUNDS):
        begun = time.perf_counter()
        for tail in tails:
            compare(baseline, variants, [tail], clusters=conversations, seed=seed)
        times.append(time.perf_counter() - begun)
    yield Figure("the same rows in ten conversations, p50 and p95, median", statistics.median(times), "s", 2.0)
    for name, (draw, num_studies, clusters) in STUDIES.items():
        verdicts = covered = 0
        for seed in range(num_studies):
            old, new = draw(rng)
            found = compare(Arm("A", {"m": old}), [Arm("B", {"m": new})], [Metric("m")], clusters=clusters, seed=seed)[
                0
            ]
            verdicts += found.verdict in {"better", "worse"}
            covered += found.low <= 0 <= found.high
        held = 100 * covered / num_studies
        yield Figure(f"false verdicts where nothing differs, {name}", 100 * verdicts / num_studies, "%", 5.0)
        yield Figure(f"95 % intervals that hold the truth, {name}", held, "%", 93.0, more_is_better=True)
    yield Figure("experiments of 8 questions with any false verdict", misled(rng), "%", 5.0)


if __name__ == "__main__":
    main(figures)
