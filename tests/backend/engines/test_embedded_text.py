"""What the embedded model is given, which sentence answers best, and what is said of an answer that does not stand."""

from __future__ import annotations

import pytest

from backend.engines.language_model.embedded_text import (
    OFF_THE_SOURCE,
    POORER_FIT,
    Held,
    believed,
    framed,
    text_for,
)
from backend.engines.language_model.sentences import ranked
from backend.ports.grounding import GroundPassage

KEYS = GroundPassage(
    1,
    "Workshop rules, Keys",
    "The spare key of the workshop hangs in the office. Only the foreman may lend it to somebody. "
    "The workshop closes at 18:00. A lost key costs 28 euros.",
)
WHO = "Who may lend the spare key of the workshop?"


def test_a_sentence_that_points_back_means_what_the_one_before_names():
    assert ranked([KEYS], WHO)[0].text == "Only the foreman may lend it to somebody."
    assert ranked([KEYS], "Where does the spare key hang?")[0].text.endswith("hangs in the office.")
    other = GroundPassage(2, "Workshop rules, Tools", "They lend nothing on Sundays.")
    best = ranked([KEYS, other], WHO)
    assert next(one for one in best if one.number == 2).score < best[1].score, "another passage names nothing for it"


def test_the_frame_holds_the_best_sentences_and_the_question_each_on_one_line():
    text, best = text_for([KEYS], WHO)
    read = framed(text, f"{WHO}\nAnswer: nobody")
    assert read.endswith(f"Text: {text}\nQuestion: {WHO} Answer: nobody\nAnswer:")
    assert text.endswith(best[0].text), "the best one stands last, nearest to the question"
    assert "Text:" not in framed(" ", "Why?")
    assert framed("A {brace}.", "What?").count("{brace}") == 1


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("The foreman may lend it to somebody.", Held("The foreman may lend it to somebody.", 1)),
        ("The mayor lends it for 99 euros.", Held("Only the foreman may lend it to somebody.", 1, OFF_THE_SOURCE)),
        ("The workshop closes at 18:00.", Held("Only the foreman may lend it to somebody.", 1, POORER_FIT)),
    ],
)
def test_an_answer_that_does_not_stand_gives_way_and_says_why(said: str, held: Held):
    assert believed(said, text_for([KEYS], WHO)[1]) == held
