"""A test that failed gets a second try only where it is one of a few."""

from __future__ import annotations

import pytest

from tests.again import may_run_again

JOURNEY = "tests/journeys/test_flows.py::test_a_flow_is_drawn"
OTHER = "tests/backend/flows/test_runs.py::test_a_run"


@pytest.mark.parametrize(
    ("code", "failed", "may"),
    [
        (1, [JOURNEY], True),
        (1, [f"{JOURNEY}[{number}]" for number in range(4)], True),
        (1, [f"{JOURNEY}[{number}]" for number in range(5)], False),
        (1, [JOURNEY, OTHER], True),
        (1, [OTHER], True),
        (1, [], False),
        (2, [JOURNEY], False),
        (3, [JOURNEY], False),
    ],
)
def test_only_a_few_run_again(code: int, failed: list[str], may: bool) -> None:  # noqa: FBT001  # a value
    assert may_run_again(code, failed) is may
