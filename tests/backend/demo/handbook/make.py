"""Write the PDF and the DOCX of the example handbook from their sources.

Run `python -m tests.backend.demo.handbook.make` after changing a source, and commit what it wrote.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict
from xml.sax.saxutils import escape

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate

SOURCES = Path(__file__).parent
FILES = Path(__file__).parents[4] / "backend" / "demo" / "files"
WRITTEN_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)  # fixed, so that making the files again changes nothing

TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=11, leading=15, spaceAfter=10)
TITLE = ParagraphStyle("title", parent=TEXT, fontName="Helvetica-Bold", fontSize=20, leading=26)
HEADING = ParagraphStyle("heading", parent=TEXT, fontName="Helvetica-Bold", fontSize=14, leading=18, spaceBefore=8)


class Source(TypedDict):
    """A part of the handbook: sections are (heading, text)."""

    title: str
    intro: str
    sections: list[tuple[str, str]]


def source(name: str) -> Source:
    """Return a part by its file name without the ending."""
    part: Source = json.loads((SOURCES / f"{name}.json").read_text())
    return part


def write_pdf(part: Source, path: Path) -> None:
    """Lay the part out on A4; `invariant` leaves times and random ids out of the file."""
    story = [Paragraph(escape(part["title"]), TITLE), Paragraph(escape(part["intro"]), TEXT)]
    for heading, text in part["sections"]:
        story.append(KeepTogether([Paragraph(escape(heading), HEADING), Paragraph(escape(text), TEXT)]))
    margin = 22 * mm
    sheet = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
        title=part["title"],
        author="Alder & Rowe",
        invariant=1,
    )
    sheet.build(story)


def write_docx(part: Source, path: Path) -> None:
    """Write headings as headings, so that a parser finds them."""
    document = Document()
    document.core_properties.title = part["title"]
    document.core_properties.author = "Alder & Rowe"
    document.core_properties.created = document.core_properties.modified = WRITTEN_AT.replace(tzinfo=None)
    document.add_heading(part["title"], level=1)
    document.add_paragraph(part["intro"])
    for heading, text in part["sections"]:
        document.add_heading(heading, level=2)
        document.add_paragraph(text)
    document.save(str(path))


if __name__ == "__main__":
    write_pdf(source("delivery"), FILES / "delivery.pdf")
    write_docx(source("warranty-and-care"), FILES / "warranty-and-care.docx")
