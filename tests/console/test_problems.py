"""An error says what happened, what to do and where the log has more, once."""

from __future__ import annotations

import re

import pytest
import reflex as rx

from backend.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound, QuotaExceeded, Unavailable
from console.problems import caught, problem_of, show_problem
from console.toasts import refuse, warn


def _sent(event: rx.event.EventSpec) -> list[str]:
    return [str(value) for _, value in event.args]


@pytest.mark.parametrize("family", [NotFound, Conflict, Forbidden, InvalidInput, QuotaExceeded, Unavailable])
@pytest.mark.parametrize("hint", ["", "Reload the page."])
def test_a_refusal_speaks_for_itself(family: type[DomainError], hint: str) -> None:
    refusal = family("It is gone.", hint=hint)
    assert problem_of(refusal).text == f"It is gone. {hint}".strip()
    assert _sent(show_problem(refusal)) == _sent(refuse("It is gone.", hint))


def test_the_toast_of_an_unexpected_error_shows_the_reference_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    toast = show_problem(ValueError("no"))
    assert _sent(toast)[0] == _sent(warn(""))[0], "it stays until it is closed"
    [reference] = re.findall(r"Reference (err_\w+)", " ".join(_sent(toast)))
    assert [reference in record.getMessage() for record in caplog.records] == [True]


def test_what_was_caught_stands_once_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caught() as found:
        raise ValueError("no")
    assert found.problem
    assert found.problem.text.endswith(f"Reference {found.problem.reference}.")
    assert found.problem.reference
    assert [found.problem.reference in record.getMessage() for record in caplog.records] == [True]


def test_a_block_that_goes_well_has_no_problem() -> None:
    with caught() as found:
        pass
    assert (found.error, found.problem) == (None, None)


def test_a_number_is_never_parted_from_its_unit() -> None:
    refused = problem_of(Conflict("exact got worse, from 100.0 % to 55.5 %.", hint="It took 12 ms more of 5 answers."))
    assert refused.words == "exact got worse, from 100.0\u00a0% to 55.5\u00a0%."
    assert refused.hint == "It took 12\u00a0ms more of 5 answers."
