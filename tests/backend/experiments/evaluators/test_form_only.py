"""An answer that is not equal to what is expected, and says it, is told from a wrong one."""

from __future__ import annotations

import pytest

from tests.backend.experiments.evaluators.aid import score


@pytest.mark.parametrize(
    ("output", "expected", "label"),
    [
        ("Billing", "billing", "held"),
        ("**billing**.", "billing", "held"),
        ("The category is: billing.", "billing", "held"),
        ("not  urgent!", "not urgent", "held"),
        ("shipping", "billing", ""),
        ("rebilling", "billing", ""),
        ("I know.", "no", ""),
        ("It is returns", ["billing", "returns"], "held"),
        ("类别是账单。", "账单", "held"),
        ("anything", "!", ""),
        ("", "billing", ""),
    ],
)
async def test_what_fails_by_its_form_alone_says_so(output: str, expected: object, label: str) -> None:
    found = await score("exact", output, expected)
    assert (found.passed, found.label) == (False, label)
    assert found.reason


async def test_what_is_equal_is_no_matter_of_form() -> None:
    found = await score("exact", " billing ", "billing")
    assert (found.passed, found.label) == (True, "")
