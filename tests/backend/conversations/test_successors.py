"""Which message of a trace follows which, once more of it is told."""

from __future__ import annotations

import pytest

from backend.conversations.tracing.successors import Said, successors

ASKED, LOOKED, ANSWERED = ("user", "", "Where?"), ("tool", "lookup", "Here"), ("assistant", "", "It is here.")
OTHER = ("assistant", "", "It is there.")


@pytest.mark.parametrize(
    ("before", "now", "follows"),
    [
        ([ASKED, ANSWERED], [ASKED, ANSWERED], {}),
        ([ANSWERED], [ASKED, LOOKED, ANSWERED], {"1": "3"}),
        ([ASKED, ANSWERED], [ASKED, LOOKED, OTHER], {"2": "3"}),  # the answer is the answer, whatever it says
        ([ASKED, LOOKED, ANSWERED], [ASKED, ANSWERED], {"2": "2", "3": "2"}),
        ([LOOKED, ANSWERED], [ASKED, LOOKED, ANSWERED], {"1": "2", "2": "3"}),
        ([ASKED, LOOKED], [("user", "", "Who?"), OTHER], {"1": "1", "2": "2"}),
    ],
)
def test_what_a_message_said_is_found_again(before: list[Said], now: list[Said], follows: dict[str, str]) -> None:
    numbered = [{str(number): one for number, one in enumerate(said, 1)} for said in (before, now)]
    told = successors(*numbered)
    assert told == {old: new for old, new in follows.items() if old != new}
    moved = list(told.items())
    assert all(new not in dict(moved[at + 1 :]) for at, (_, new) in enumerate(moved))
