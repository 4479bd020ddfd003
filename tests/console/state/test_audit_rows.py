"""What the audit log says, in words."""

from __future__ import annotations

from datetime import UTC

import pytest

from backend.audit.types import Actor, AuditEvent, Breach, BreachKind, Target
from console.state import formats
from console.state.audit_rows import audit_detail, breach_words, place_words, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FlowDraftState", "flow draft"),
        ("ApiKeysState", "api keys"),
        ("POST /api/flows", "POST /api/flows"),
        ("a b State", "a b State"),
        ("", ""),
    ],
)
def test_a_place_is_named_in_words(name: str, words: str) -> None:
    assert place_words(name) == words


def test_an_act_is_named_in_words() -> None:
    assert words_of("api_key.create") == "API key create"


@pytest.mark.parametrize(
    ("breach", "words"),
    [
        (Breach(BreachKind.REMOVED, 5, 2), "Events 5 to 6 were removed."),
        (Breach(BreachKind.CUT, 5, 2), "The end of the chain was cut off: 2 events from 5 on."),
        (Breach(BreachKind.REWRITTEN, 6, 6), "The chain was rewritten: event 6 is not the one that was signed."),
        (
            Breach(BreachKind.REWRITTEN, 0, 6),
            "The chain was rewritten: its end bears no signature of this installation.",
        ),
    ],
)
def test_a_breach_says_which_it_is(breach: Breach, words: str) -> None:
    assert breach_words(breach, UTC, formats.now()) == words


def test_what_changed_stands_where_it_was_before_what_came() -> None:
    before, after = {"name": "old", "tags": ["a"]}, {"name": "new", "tags": ["a"]}
    event = AuditEvent(
        "aud_1", "org_1", None, 1, formats.now(), Actor("", "", "session"), "dataset.update", Target("dataset"),
        before, after, "", "", "",
    )  # fmt: skip
    changes = audit_detail(event, UTC).changes
    assert [(one.number, one.mark, one.text) for one in changes][:4] == [
        ("1", "", "{"), ("2", "del", '  "name": "old",'), ("2", "add", '  "name": "new",'), ("3", "", '  "tags": ['),
    ]  # fmt: skip
