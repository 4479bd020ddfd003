"""A test that failed gets a second try only where it is one of a few."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.again import Noted, may_run_again

JOURNEY = "tests/journeys/test_flows.py::test_a_flow_is_drawn"
OTHER = "tests/backend/flows/test_runs.py::test_a_run"


@pytest.mark.parametrize(
    ("code", "wrong", "may"),
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
def test_only_a_few_run_again(code: int, wrong: list[str], may: bool) -> None:  # noqa: FBT001  # a value
    assert may_run_again(code, wrong) is may


def test_a_set_up_that_fails_is_one_thing_however_many_tests_it_takes_along() -> None:
    noted = Noted()
    for number in range(9):
        noted.pytest_runtest_logreport(report(f"{OTHER}[{number}]", "setup"))
    noted.pytest_runtest_logreport(report(JOURNEY, "call"))
    noted.pytest_runtest_logreport(report(JOURNEY, "teardown"))
    assert len(noted.failed) == 10
    assert set(noted.failed.values()) == {"tests/backend/flows/test_runs.py", JOURNEY}
    assert may_run_again(1, noted.failed.values())


def report(test: str, when: Literal["setup", "call", "teardown"]) -> pytest.TestReport:
    return pytest.TestReport(test, (test, 1, test), {}, "failed", None, when)
