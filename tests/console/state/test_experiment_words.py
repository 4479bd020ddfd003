"""Small words and places of the experiment pages: versions begun with, times not known, ends of intervals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from backend.experiments.types import Status
from console.state import formats
from console.state.experiment_ends import under
from console.state.experiment_rows import experiment_line
from console.state.experiment_variants import FLOW, VariantLine, unlike
from console.state.forms import Choice
from tests.console.state.test_experiment_rows import NOW, experiment


def test_a_second_variant_of_a_flow_begins_with_another_version() -> None:
    offered = [Choice("draft", "draft"), Choice("published", "published, now v2"), Choice("2", "v2")]
    one = VariantLine("f1", "", "", FLOW, subject="desk", versions=offered)
    assert [line.version for line in unlike([one])] == [""]
    assert [line.version for line in unlike([one, one])] == ["", "published"]
    assert [line.version for line in unlike([one, replace(one, subject="other")])] == ["", ""]
    unpublished = replace(one, versions=offered[:1])
    assert unlike([unpublished, unpublished])[1] == unpublished  # which the plan says


def test_what_has_not_begun_has_no_time_under_started() -> None:
    made = experiment(Status.DRAFT)
    line = experiment_line(replace(made, started_at=None), UTC, NOW)
    assert (line.when, line.when_exact) == ("Not started", f"Made {formats.exact(made.created_at, UTC)}")
    begun = experiment_line(replace(made, started_at=NOW), UTC, NOW)
    assert (begun.when, begun.when_exact) == (formats.clock(NOW, UTC, NOW), formats.exact(NOW, UTC))


@pytest.mark.parametrize(
    ("low", "high", "at"),
    [
        (40.0, 160.0, (40.0, 160.0)),  # under their ends
        (100.0, 104.0, (82.0, 122.0)),  # beside each other
        (0.0, 206.0, (17.0, 189.0)),  # inside the drawing
        (13.0, 14.0, (17.0, 57.0)),
        (190.0, 193.0, (149.0, 189.0)),
    ],
)
def test_the_numbers_of_an_interval_stand_under_its_ends(low: float, high: float, at: tuple[float, float]) -> None:
    assert under(low, high, "+1.2 s", "+3.4 s") == pytest.approx(at)
