"""What differs between two versions, by line and by word."""

from __future__ import annotations

import time

import pytest

from backend.bootstrap import Services
from backend.operator import Operator
from backend.prompts.types import Content, Placeholder, Prompt, Turn
from console.state.prompt_diff import Effort, Half, compared, lines_of, pieces
from tests.console.state.test_prompts import answer, opened, owner
from tests.console.tab import Tab, tab

__all__ = ["answer", "owner", "tab"]

BEFORE = ["Same.", "Give the period and the last day.", "Cite as [1]. At most 120 words.", "End."]
AFTER = [
    "Same.", "Give the period, the first day and the last day.", "Prices: {{ prices }}", "Say what is taken off.",
    "Cite as [1]. Aim for 80 words, at most 120 words.", "End.",
]  # fmt: skip


def written(half: Half) -> str:
    return "".join(f"<{one.text}>" if one.changed else one.text for one in half.pieces)


def test_lines_that_are_alike_stand_beside_each_other() -> None:
    found = compared(BEFORE, AFTER)
    assert (found.num_added, found.num_removed) == (4, 2)
    numbers = [(row.left.number, row.right.number) for row in found.rows]
    assert numbers == [("1", "1"), ("2", "2"), ("", "3"), ("", "4"), ("3", "5"), ("4", "6")]
    assert [row.left.mark for row in found.rows] == ["", "del", "pad", "pad", "del", ""]
    assert written(found.rows[1].right) == "Give the period<, the first day> and the last day."
    assert "<At>" in written(found.rows[4].left)


def test_one_column_shows_what_went_before_what_came() -> None:
    marks = [(line.mark, line.number) for line in compared(BEFORE, AFTER).lines]
    assert marks == [
        ("", "1"), ("del", "2"), ("del", "3"), ("add", "2"), ("add", "3"), ("add", "4"), ("add", "5"), ("", "6"),
    ]  # fmt: skip


def test_lines_with_little_in_common_are_two_lines() -> None:
    (first, second) = compared(["Answer the question."], ["Be calm!"]).rows
    assert {first.left.mark, first.right.mark} == {"del", "pad"}
    assert {second.left.mark, second.right.mark} == {"pad", "add"}
    assert not any(piece.changed for row in (first, second) for piece in (*row.left.pieces, *row.right.pieces))


@pytest.mark.parametrize(("before", "after"), [([], ["a", "b"]), (["a"], []), (["a"], ["a"]), ([""], ["x"])])
def test_both_sides_come_back_whole(before: list[str], after: list[str]) -> None:
    rows = compared(before, after).rows
    assert ["".join(p.text for p in row.left.pieces) for row in rows if row.left.mark != "pad"] == before
    assert ["".join(p.text for p in row.right.pieces) for row in rows if row.right.mark != "pad"] == after


def test_holes_are_told_from_words() -> None:
    found = [(one.kind, one.text, one.changed) for one in pieces("a {{ b }}{% c %}{# d #}", [(2, 6)])]
    assert found == [
        ("", "a ", False), ("v", "{{ b", True), ("v", " }}", False), ("k", "{% c %}", False), ("c", "{# d #}", False),
    ]  # fmt: skip


def test_a_chat_and_its_parameters_are_lines() -> None:
    said = (Turn(role="system", content="Be calm."), Placeholder(placeholder="history"))
    chat = Content(kind="chat", messages=said, temperature=0.2, instructions="Short.")
    lines = lines_of(chat, Content(kind="chat"))
    assert lines[:5] == ["[system]", "Be calm.", "[messages put in as history]", "[instructions]", "Short."]
    assert lines[5:] == ["", "[temperature] 0.2"]
    assert lines_of(chat, chat)[-1] == "Short."


def reordered(words: list[str]) -> list[str]:
    return [*words[1::2], "new", *words[::2]]


HARD = {
    "other words in every line": (
        [f"line {number} of the text with some words in it" for number in range(1_500)],
        [f"line {number} of another text with other words in it" for number in range(1_500)],
    ),
    "equal lines": (["b", *["a"] * 1_900], ["a"] * 1_900 + ["c"]),
    "equal lines about a change": (["a", "b"] * 1_000, ["b", "c", "a"] * 600),
    "lines in another order": ([str(one) for one in range(2_000)], reordered([str(one) for one in range(1_990)])),
    "blocks": (
        [f"end {one}" if one % 50 == 0 else f"{one} . . ." for one in range(2_000)],
        [f"end {one}" if one % 50 == 0 else f"{one} , . . ." for one in range(2_000)],
    ),
    "one word again and again": (["a " * 50_000], ["b " + "a " * 49_000 + "c"]),
    "many lines of signs": (["." * 190 + "!" for _ in range(500)], ["?" + "." * 190 for _ in range(500)]),
    "every second word": (
        [" ".join(f"w{one} x{one}" for one in range(8_000))],
        [" ".join(f"w{one} y{one}" for one in range(8_000))],
    ),
    "open braces": (["{" * 100_000], ["x" + "{" * 100_000]),
    "open tags": (["{% " * 33_000], ["x" + "{# " * 33_000]),
    "holes": (["{{a}}" * 20_000], ["{{b}}" * 20_000]),
}


@pytest.mark.parametrize("name", HARD)
def test_no_text_holds_the_process_up(name: str) -> None:
    """Each took from seconds to minutes where it was compared without a bound; now at most one, of a good processor."""
    before, after = HARD[name]
    began = time.process_time()
    found = compared(before, after)
    assert time.process_time() - began < 60
    assert ["".join(p.text for p in row.left.pieces) for row in found.rows if row.left.mark != "pad"] == before
    assert ["".join(p.text for p in row.right.pieces) for row in found.rows if row.right.mark != "pad"] == after
    assert sum(len(half.pieces) for half in found.lines) < 20_000


def test_matching_is_refused_before_it_costs_more_than_is_left() -> None:
    effort = Effort(1_000)
    assert effort.matcher(["."] * 20, [","] * 20) is not None
    assert effort.left == 200
    assert effort.matcher(["."] * 20, ["."] * 20) is None


def test_what_is_too_long_is_not_compared() -> None:
    assert compared(["a"], ["a"] * 2_001).is_too_long
    assert compared(["a" * 300_001], ["a"]).is_too_long
    assert not compared([], ["a" * 300_000]).is_too_long


async def test_a_version_is_compared_with_what_people_get_now_unless_another_was_picked(
    services: Services, owner: Operator, answer: Prompt, tab: Tab
) -> None:
    await services.prompts.save_version(owner, answer.id, Content(text="Answer {{ question }} at length."))
    await services.prompts.set_label(owner, answer.id, "production", 3)
    page, _, _, labels = await opened(tab, answer)
    assert (page.chosen, page.base) == (3, 1), "what it replaced in production"
    await page.choose(2)
    assert page.base == 3
    await labels.roll_back("production", "v3")
    await page.refresh()
    assert (page.chosen, page.production, page.base) == (2, 1, 1)
    await page.compare("3")
    await page.look("unified")
    await page.refresh()
    assert page.base == 3, "another view and a moved label keep what was picked"
    await page.choose(3)
    assert page.base == 1
