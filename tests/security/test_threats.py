"""Each threat is held off by a test that says so."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.security.threats import THREATS, marks

HELD: dict[str, list[str]] = defaultdict(list)
for threat, test in marks():
    HELD[threat].append(test)


@pytest.mark.parametrize("threat", THREATS)
def test_a_threat_has_a_test(threat: str) -> None:
    assert HELD[threat], THREATS[threat]


def test_no_test_is_marked_with_a_threat_that_nobody_knows() -> None:
    assert set(HELD) <= set(THREATS)
