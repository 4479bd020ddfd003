"""The handbook ships as files that say what their sources say."""

from __future__ import annotations

import csv
from pathlib import Path

import pypdfium2
import pytest
from docx import Document

from backend.demo.content import CHATS, FILES, HANDBOOK
from tests.backend.demo.handbook.make import source, write_pdf
from tests.backend.demo.judging import ANSWERED, UNANSWERED, Question


def plain(text: str) -> str:
    return " ".join(text.split())


def text_of(name: str) -> str:
    """Return the words of a file of the handbook."""
    path = FILES / name
    if name.endswith(".pdf"):
        with pypdfium2.PdfDocument(path) as pdf:
            return plain(" ".join(page.get_textpage().get_text_range() for page in pdf))
    if name.endswith(".docx"):
        return plain(" ".join(paragraph.text for paragraph in Document(str(path)).paragraphs))
    return plain(path.read_text())


@pytest.mark.parametrize(
    ("name", "part"), [("delivery.pdf", "delivery"), ("warranty-and-care.docx", "warranty-and-care")]
)
def test_a_made_file_holds_every_section_of_its_source(name, part):
    text = text_of(name)
    for heading, words in source(part)["sections"]:
        assert plain(heading) in text
        assert plain(words) in text


def test_making_the_pdf_again_changes_nothing(tmp_path: Path):
    write_pdf(source("delivery"), tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == (FILES / "delivery.pdf").read_bytes()


def test_the_handbook_is_small():
    assert sum((FILES / name).stat().st_size for name in HANDBOOK) < 64 * 1024


@pytest.mark.parametrize(
    "question", [one for one in ANSWERED if not one.document.endswith(".csv")], ids=lambda one: one.text
)
def test_the_fact_that_a_question_asks_for_stands_in_its_document(question: Question):
    assert question.is_answered_by(text_of(question.document))


def test_the_products_are_whole_rows():
    with (FILES / "products.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    assert all(None not in row and row["price"].startswith("$") for row in rows)


def test_there_are_sixteen_questions_and_four_without_an_answer():
    assert (len(ANSWERED), len(UNANSWERED)) == (16, 4)
    assert {Path(one.document).suffix for one in ANSWERED} == {".md", ".pdf", ".docx", ".csv"}


def test_the_conversations_say_what_the_handbook_says():
    for chat in CHATS:
        for said in chat.turns:
            file, words = said.source
            assert plain(words) in text_of(file)
            assert plain(said.answer.replace(" [1]", "")).rstrip(".") in text_of(file)
