"""Passages that were wrapped by hand are drawn as flowing text."""

from __future__ import annotations

import pytest

from console.state.flowing import flowing, parted

WRAPPED = "Opened items can be returned within\n30 days of delivery, and we collect\nthem for $49."
FLOWS = "Opened items can be returned within 30 days of delivery, and we collect them for $49."
CODE = "```\nGET /orders/{id}\n  accept: json\n\nfour lines\nstay\n```"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Opened items\ncan be returned.\n\nNext\none.", "Opened items can be returned.\n\nNext one."),
        ("* a number\n* a photo of the\n  damage\n1. Open it", "* a number\n* a photo of the damage\n1. Open it"),
        ("Press\n1. Open\n2) Send", "Press\n1. Open\n2) Send"),
        (CODE, CODE),
        (f"Before\nit:\n\n{CODE}\n\nAnd\nbehind.", f"Before it:\n\n{CODE}\n\nAnd behind."),
        ("    indented\n    code", "    indented\n    code"),
        ("| a | b |\n| 1 | 2 |\n> said\n> so", "| a | b |\n| 1 | 2 |\n> said\n> so"),
        ("Meant  \nand meant\\\nhere", "Meant  \nand meant\\\nhere"),
        ("Phone: 1\nE-mail: 2", "Phone: 1\nE-mail: 2"),
        ("", ""),
    ],
)  # fmt: skip
def test_markdown_flows_but_for_what_has_lines_of_its_own(text: str, shown: str) -> None:
    assert flowing(text, "Guide.MD") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [(WRAPPED, FLOWS), ("Alder & Rowe\nLindenstrasse 14\nBerlin", "Alder & Rowe\nLindenstrasse 14\nBerlin")],
)
def test_plain_text_flows_where_it_was_wrapped(text: str, shown: str) -> None:
    assert flowing(text, "letter.txt") == shown


def test_what_two_passages_share_ends_where_it_did() -> None:
    at = WRAPPED.index("days")
    assert parted(WRAPPED, at, "a.txt") == (FLOWS[:at], FLOWS[at:])
    assert parted(WRAPPED, 0, "a.txt") == ("", FLOWS)
    assert parted("a\n* b\n* c", 2, "a.md") == ("a\n", "* b\n* c")


def test_a_long_text_without_a_break_is_drawn_at_once() -> None:
    text = "\n".join("word " * 40 for _ in range(2_000)) + "\n \n" * 20_000
    assert len(flowing(text, "a.md")) <= len(text)
