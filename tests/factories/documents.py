"""Files as people really have them, and files as nobody should."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, ListFlowable, ListItem, PageBreak, Paragraph, SimpleDocTemplate, Table

STYLES = getSampleStyleSheet()
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)


def text(words: str, style: str = "BodyText") -> Paragraph:
    return Paragraph(words, STYLES[style])


def _running_titles(canvas: Canvas, document: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(50, 800, "ACME support handbook, confidential")
    canvas.drawString(280, 30, f"Page {document.page}")


def write_pdf(path: Path, story: Sequence[Flowable], title: str = "") -> Path:
    SimpleDocTemplate(str(path), pagesize=A4, title=title).build(
        list(story), onFirstPage=_running_titles, onLaterPages=_running_titles
    )
    return path


def handbook_pdf(path: Path) -> Path:
    """Three pages: title, numbered headings, wrapped paragraphs, a list, a table with rules, a cut word."""
    incident = "An incident of severity {} is told to the person on duty within fifteen minutes, who opens a bridge, "
    incident += "names a scribe, and writes to the status page before anything else is tried."
    return write_pdf(
        path,
        [
            text("Support handbook", "Title"),
            text("1. Warranty and returns", "Heading1"),
            text("The warranty of every device lasts twenty-four months from the day of delivery. " * 3),
            text("A customer who wants to return a device opens a ticket, gets a label, and sends the par\u00adcel."),
            text("1.1 Who pays for the parcel", "Heading2"),
            text("We pay for parcels inside the European Union."),
            ListFlowable([ListItem(text(words)) for words in ("Germany: two days", "France: three days")]),
            text("2. Prices", "Heading1"),
            Table(
                [["Plan", "Seats", "Price"], ["Starter", "3", "EUR 19"], ["Business", "unlimited", "EUR 399"]],
                style=[("GRID", (0, 0), (-1, -1), 0.5, colors.grey)],
            ),
            PageBreak(),
            text("3. Escalation", "Heading1"),
            *(text(incident.format(number)) for number in range(4)),
            PageBreak(),
            text("4. Opening hours", "Heading1"),
            text("We are there from nine to five."),
        ],
        "Support handbook",
    )  # fmt: skip


def scanned_pdf(path: Path) -> Path:
    """A page that is one picture."""
    canvas = Canvas(str(path))
    canvas.rect(100, 100, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    return path


def encrypted_pdf(path: Path) -> Path:
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(100, 700, "only for those who know")
    canvas.save()
    return path


def raw_pdf(path: Path, objects: Sequence[bytes]) -> Path:
    """Write objects 1..n with a right cross-reference table; the first one is the catalogue."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(content)
    return path


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d %s>>\nstream\n" % (len(content), extra) + content + b"\nendstream"


PAGE_TREE = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"


def giant_stream_pdf(path: Path, megabytes: int = 2000) -> Path:
    """A page whose content unpacks to gigabytes of spaces."""
    packer = zlib.compressobj(9)
    block = b" " * (1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    return raw_pdf(path, [*PAGE_TREE, PAGE, stream(packed, b"/Filter/FlateDecode"), FONT])


def wordy_pdf(path: Path, num_pages: int, num_shows: int = 20_000) -> Path:
    """Pages that show a text again and again: 0.1 s of work each."""
    content = b"BT /F 10 Tf 50 700 Td " + b"(many words that say little) Tj 0 -1 Td " * num_shows + b"ET"
    tree = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"3 0 R " * num_pages, num_pages)
    return raw_pdf(path, [PAGE_TREE[0], tree, PAGE, stream(zlib.compress(content), b"/Filter/FlateDecode"), FONT])


def handbook_docx(path: Path) -> Path:
    document = docx.Document()
    document.core_properties.title = "Employee guide"
    document.add_heading("Employee guide", 0)
    document.add_heading("Holidays", 1)
    document.add_paragraph("Every employee has thirty days of paid holiday a year.")
    paragraph = document.add_paragraph("Ask your lead ")
    paragraph.add_run("two weeks").bold = True
    paragraph.add_run(" before.")
    document.add_heading("Sick leave", 2)
    document.add_paragraph("Call R&D before 9:00, if < 3 days:")
    for words in ("Write to your team", "Rest"):
        document.add_paragraph(words, style="List Bullet")
    for words in ("First step", "Second step"):
        document.add_paragraph(words, style="List Number")
    document.add_heading("Expenses", 1)
    table = document.add_table(rows=0, cols=3)
    for row in (("Kind", "Limit", "Needs"), ("Hotel", "EUR 150", "receipt"), ("Train", "first class", "ticket")):
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.sections[0].header.paragraphs[0].text = "ACME confidential"
    document.save(str(path))
    return path


def docx_with(path: Path, parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a DOCX of exactly these parts, the content types added."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def body_xml(words: str, prolog: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
    )


def nested_zip_bomb() -> bytes:
    """Sixteen times sixteen files of 1 MB of zeros, in 42.zip's manner."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(16):
            archive.writestr(f"{number}.bin", bytes(1 << 20))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(16):
            archive.writestr(f"{number}.zip", inner.getvalue())
    return outer.getvalue()


def png() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 4)) + chunk(b"IEND", b"")
    )
