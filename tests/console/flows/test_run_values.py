"""What the page of a run writes of values: texts, passages, JSON; and what it cost."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from backend.flows.types import Usage
from console.state import formats
from console.state.run_board import SHOWN_CHARACTERS
from console.state.run_values import JSON_CHARACTERS, NOT_AS_IT_STANDS, given, messages, values

PASSAGE = {
    "number": 2,
    "chunk_id": "chunk_2",
    "document_id": "doc_1",
    "document_name": "Returns.md",
    "heading": "Refunds",
    "text": "A refund takes five working days.",
    "page": None,
    "score": 0.5,
}


def test_passages_of_several_searches_are_a_list_with_document_heading_and_text():
    found = values({"question": "When?", "passages": [[PASSAGE], [PASSAGE]]})
    assert [(one.name, one.text) for one in found.lines] == [("question", "When?"), ("passages", "")]
    first = found.lines[1].passages[0]
    assert (first.source.number, first.source.name, first.source.place) == ("2", "Returns.md", "Refunds")
    assert (first.source.href, first.text) == ("/documents/doc_1?chunk=chunk_2", PASSAGE["text"])
    assert len(found.lines[1].passages) == 2
    assert json.loads(found.raw)["passages"][0] == [PASSAGE]


def test_the_passages_of_a_search_are_shown_once():
    reading = f"[1] Returns.md, Refunds\n{PASSAGE['text']}"
    found = values({"passages": [PASSAGE], "text": reading})
    assert [one.name for one in found.lines] == ["passages"]
    assert reading in json.loads(found.raw)["text"], "the whole stands behind the line"
    answer = values({"passages": [PASSAGE], "answer": PASSAGE["text"]})
    assert [one.name for one in answer.lines] == ["passages", "answer"], "an answer that quotes is no repetition"


def test_a_lone_value_needs_no_name_and_what_is_no_text_is_json():
    assert [(one.name, one.text) for one in values({"answer": "Yes"}).lines] == [("", "Yes")]
    assert values({"data": ["From one track", "From another"]}).lines[0].text == "From one track\n\nFrom another"
    lines = values({"found": True, "count": 0, "empty": "", "body": {"a": [1]}, "mixed": [PASSAGE, 1]}).lines
    assert [(one.name, one.text) for one in lines[:2]] == [("found", "yes"), ("count", "0")]
    assert [one.name for one in lines[2:]] == ["body", "mixed"]
    assert lines[2].code == '{\n  "a": [\n    1\n  ]\n}'
    assert not lines[3].passages
    assert "Returns.md" in lines[3].code


@pytest.mark.parametrize("nothing", [None, {}, []])
def test_nothing_draws_nothing(nothing: object):
    assert values(nothing).raw == ""
    assert messages(nothing).raw == ""


def test_messages_stand_under_their_roles():
    sent = messages([{"role": "system", "content": "Be short."}, {"role": "user", "content": "When?"}])
    assert [(one.name, one.text) for one in sent.lines] == [("System", "Be short."), ("User", "When?")]
    assert messages("When?").lines[0].text == "When?"


def test_what_the_embedded_model_read_and_why_its_answer_gave_way_is_said():
    assert given(None).raw == ""
    kept = given({"given": "Text: A.", "wrote": "", "because": ""})
    assert [(one.name, one.text) for one in kept.lines] == [("", NOT_AS_IT_STANDS), ("It read", "Text: A.")]
    gone = given({"given": "Text: A.", "wrote": "B.", "because": "It is off."})
    assert [one.name for one in gone.lines[2:]] == ["It wrote", "The answer is not its own"]
    assert gone.lines[3].text == "It is off. The best sentence of the passages is quoted instead."
    assert [one.text for one in given({"given": "", "because": "It was not asked."}).lines] == ["It was not asked."]


def test_what_is_long_is_cut_and_says_so():
    found = values({"answer": "x" * 30_000})
    assert len(found.lines[0].text) == SHOWN_CHARACTERS + 2
    assert len(found.raw) == JSON_CHARACTERS + 2
    assert found.raw.endswith(" …")


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        (Usage(), ""),
        (Usage(12, 3), "$0"),
        (Usage(0, 3, has_unpriced=True), "no price"),
        (Usage(12, 3, Decimal("0.0121")), "$0.0121"),
    ],
)
def test_a_cost_stands_where_a_model_was_asked(usage: Usage, words: str):
    assert formats.spent(usage) == words
