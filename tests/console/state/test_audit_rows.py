"""What the audit log says, in words."""

from __future__ import annotations

import pytest

from console.state.audit_rows import place_words, words_of


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
