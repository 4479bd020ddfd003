"""A row that was made of an answer leads to an experiment over it."""

from __future__ import annotations

import pytest

from backend.turns.types import TestState, TurnTest
from console.state.conversations_rows import test_line as line_of

DUE = TurnTest("msg_1", "dset_1", "Tickets", 3, "billing", TestState.NEW, is_due=True)


@pytest.mark.parametrize(
    ("flow", "prompt", "begins"),
    [
        ("flow_1", "prm_1", "?dataset=dset_1&flow=flow_1"),
        ("", "prm_1", "?dataset=dset_1&prompt=prm_1"),
        ("", "", "?dataset=dset_1"),
    ],
)
def test_a_new_experiment_begins_with_what_answered(flow: str, prompt: str, begins: str) -> None:
    said = line_of(DUE, flow, prompt)
    assert (said.run, said.run_href) == ("New experiment", f"/experiments/new{begins}")
