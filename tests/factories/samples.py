"""Files as people give them: one of each kind, and those that go wrong."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

MARKDOWN = """# Returns and refunds

## Periods

You may send back furniture within 30 days and accessories within 60 days of delivery.

## Opened items

Opened packaging does not shorten the period, if every part is with it.
"""
HTML = """<html><head><title>Collection</title></head><body><h1>Collection from home</h1>
<p>Collection of large items costs $49 and is taken off the refund.</p></body></html>"""
CSV = "zone,city,days\n10115,Berlin,Tuesday and Thursday\n20095,Hamburg,Monday\n"
TEXT = "The warranty of the Lindholm sofa covers its frame for ten years.\n"


def pdf(*pages: str, password: str = "") -> bytes:
    """Return a PDF with one line of text per page."""
    buffer = io.BytesIO()
    encryption = StandardEncryption(password, canPrint=0) if password else None
    drawing = canvas.Canvas(buffer, pagesize=A4, encrypt=encryption)
    for text in pages or ("Fabric of grade B is brushed, never washed.",):
        drawing.drawString(72, 760, text)
        drawing.showPage()
    drawing.save()
    return buffer.getvalue()


def docx(heading: str = "Care", text: str = "Leather is wiped with a dry cloth once a week.") -> bytes:
    document = Document()
    document.add_heading(heading, 1)
    document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def zip_bomb() -> bytes:
    """Return something that calls itself a Word file and unpacks to 300 MB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 300_000_000)
    return buffer.getvalue()


def samples() -> dict[str, bytes]:
    """Return a good file of each kind by its name."""
    return {
        "returns.md": MARKDOWN.encode(),
        "collection.html": HTML.encode(),
        "zones.csv": CSV.encode(),
        "warranty.txt": TEXT.encode(),
        "fabric.pdf": pdf(),
        "care.docx": docx(),
    }


def handbook(num_sections: int, *, sentences: int = 3) -> str:
    """Return a Markdown file of about one passage per section."""
    lines = ["# Handbook", ""]
    for number in range(num_sections):
        lines += [f"## Rule {number}", ""]
        lines += [
            f"Rule {number} says in its sentence {part} what shelf {number * 31 % 977} holds."
            for part in range(sentences)
        ]
        lines.append("")
    return "\n".join(lines)


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
