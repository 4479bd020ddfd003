"""Each threat is held off by a test that says so."""

from __future__ import annotations

from tests.security.threats import THREATS, marks


def test_each_threat_has_a_test_and_no_test_is_marked_with_one_that_nobody_knows() -> None:
    held = {threat for threat, _ in marks()}
    assert [f"{threat}: {words}" for threat, words in THREATS.items() if threat not in held] == []
    assert held <= set(THREATS)
