"""What a search found is shown around its first word, as it was written."""

from __future__ import annotations

import random

import pytest

from backend.conversations.folding import folded
from backend.conversations.snippets import LONGEST, pieces_of
from backend.conversations.words import terms_in

LONG = "x" * 300


def shown(text: str, search: str) -> str:
    return "".join(f"[{one.text}]" if one.is_hit else one.text for one in pieces_of(text, terms_in(search)))


@pytest.mark.parametrize(
    ("text", "search", "found"),
    [
        ("Where is my Sofa?", "sofa", "Where is my [Sofa]?"),
        ("Die Straße ist\n  zu schmal", "STRASSE zu", "Die [Straße] ist [zu] schmal"),
        ("Die Straße", "tras", "Die S[traß]e"),  # half of a letter is marked with all of it
        ("Crème bru\u0302lée, Łódź", "creme brulee lodz", "[Crème] [bru\u0302lée], [Łódź]"),
        ("هَلْ يُمْكِنُنِي إرجاع", "هل إرجاع", "[هَلْ] يُمْكِنُنِي [إرجاع]"),
        ("你好、我想退货、订单号", "退货", "你好、我想[退货]、订单号"),
        ("ｶﾞｽ and ガス", "ガス", "[ｶﾞｽ] and [ガス]"),
        ("반품하고 싶어요", "반품", "[반품]하고 싶어요"),
        ("मुझे कपड़े वापस करने हैं", "वापस", "मुझे कपड़े [वापस] करने हैं"),
        ("a bad habit", "ba", "a [ba]d habit"),
        ("habit", "ba", ""),
        ("red sofa, sofa red", '"red sofa"', "[red sofa], sofa red"),
        ("100% wool", "100%", "[100%] wool"),
        ("<mark>x</mark> & <b>sofa</b>", "sofa", "<mark>x</mark> & <b>[sofa]</b>"),
        ("so\u202efa sofa\x07", "sofa", "so fa [sofa] "),
        (f"{LONG} sofa", "sofa", "…[sofa]"),
        (f"{'x' * 199}sofa\u0308s\u0301 a", '"ofas a"', f"…{'x' * 31}s[ofa\u0308s\u0301 a]"),
        ("a " + "\u0640" * 450 + " b", "a b", "[a] " + "\u0640" * 450 + " [b]"),
        ("a " + "\u0640" * 450 + " b", '"a b"', "[a " + "\u0640" * 450 + " b]"),
        ("\u0640" * 450 + "ab", "ab", "[ab]"),
        ("nothing", "sofa", ""),
        ("", "sofa", ""),
    ],
)
def test_words_are_shown_where_they_stand(text: str, search: str, found: str) -> None:
    assert shown(text, search) == found


def test_a_long_text_is_cut_between_words_around_the_first() -> None:
    text = " ".join(f"word{number}" for number in range(1_000))
    told = shown(text, "word500")
    assert told.startswith("…word49")
    assert " [word500] word501 " in told
    assert told.endswith("…")
    assert len(told) <= LONGEST + 4


def test_a_long_text_without_spaces_is_cut_too() -> None:
    told = shown("退" * 20_000 + "货" + "订" * 20_000, "货")
    assert told.count("[货]") == 1
    assert len(told) <= LONGEST + 4


def test_letters_of_a_long_text_without_spaces_are_placed_only_where_they_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = list[str]()
    monkeypatch.setattr("backend.conversations.snippets.folded", lambda text: asked.append(text) or folded(text))
    assert pieces_of("漢字仮名" * 12_499 + "終わ", ("終わ",))[-1].text == "終わ"
    assert len(asked) < 1_000


def test_what_is_marked_folds_to_what_was_asked_for_in_any_text() -> None:
    draw = random.Random(4)
    signs = "aßéÅøﬁ ｶﾞ退货ـهَنگขำ각\u1100\u1161\u0301\u0327ো\u09c7\u09be¨½\u200d\n\tİ\U0001f469"
    for _ in range(3_000):
        text = "".join(draw.choices(signs, k=draw.randint(1, 30)))
        start = draw.randrange(len(text))
        search = text[start : start + draw.randint(1, 4)]
        for term in terms_in(search):
            pieces = pieces_of(text, (term,))
            for one in pieces:
                assert not one.is_hit or term in folded(one.text), (text, term, pieces)
