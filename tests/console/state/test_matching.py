"""What two lists share, however often they say the same."""

from __future__ import annotations

import random

import pytest

from console.state.matching import Part, parts_of


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("", "", []),
        ("ab", "", [(False, 0, 2, 0, 0)]),
        ("ab", "ab", [(True, 0, 2, 0, 2)]),
        ("axb", "ayzb", [(True, 0, 1, 0, 1), (False, 1, 2, 1, 3), (True, 2, 3, 3, 4)]),
        ("xa", "ay", [(False, 0, 1, 0, 0), (True, 1, 2, 0, 1), (False, 2, 2, 1, 2)]),
    ],
)
def test_shared_parts_and_what_stands_in_the_place_of_others(old: str, new: str, parts: list[Part]) -> None:
    assert parts_of(list(old), list(new)) == [Part(*one) for one in parts]


@pytest.mark.parametrize("length", [4_000, 16_000])
def test_lists_of_two_words_are_matched_or_left_whole(length: int) -> None:
    """difflib took 3 s for the shorter ones and would take minutes for the others."""
    draw = random.Random(1)
    old, new = ([draw.choice("ab") for _ in range(length)] for _ in range(2))
    parts = parts_of(old, new)
    assert [one for part in parts for one in old[part.old_from : part.old_to]] == old
    assert [one for part in parts for one in new[part.new_from : part.new_to]] == new
    assert all(old[one.old_from : one.old_to] == new[one.new_from : one.new_to] for one in parts if one.is_shared)
    assert (len(parts) == 1) is (length == 16_000)
