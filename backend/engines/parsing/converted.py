"""DOCX and HTML, which kreuzberg turns into Markdown."""

from __future__ import annotations

import html
import re
from pathlib import Path

from kreuzberg import ExtractionConfig, KreuzbergError, ParsingError, extract_bytes_sync, extract_file_sync

from backend.engines.parsing.archives import check_archive
from backend.engines.parsing.detection import decode
from backend.engines.parsing.markdown import cut_at_headings, first_heading, front_matter, without_links, without_marks
from backend.ports.parsing import Kind, ParsedDocument, ParsingFailed, Section

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONFIG = ExtractionConfig(output_format="markdown", use_cache=False)
INVISIBLE = re.compile(
    r"<(script|style|template|noscript|svg|nav|iframe|object)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
PAGE_FOOTER = re.compile(r"<footer\b.*?</footer\s*>", re.IGNORECASE | re.DOTALL)
TITLE = re.compile(r"<title[^>]*>(.*?)</title\s*>", re.IGNORECASE | re.DOTALL)
MAX_TITLE_CHARACTERS = 300


def read_docx(path: Path) -> ParsedDocument:
    check_archive(path)
    try:
        result = extract_file_sync(path, DOCX, CONFIG)
    except (KreuzbergError, ParsingError, RuntimeError, ValueError, OSError):
        raise ParsingFailed("The Word document is damaged.", hint="Open it, save it anew and add it again.") from None
    return _document("docx", result.content, str(result.metadata.get("title") or ""))


def read_html(path: Path) -> ParsedDocument:
    source = decode(path.read_bytes()).replace("\0", "")
    title = TITLE.search(source)
    visible = PAGE_FOOTER.sub("", INVISIBLE.sub("", source))
    try:
        result = extract_bytes_sync(visible.encode(), "text/html", CONFIG)
    except (KreuzbergError, ParsingError, RuntimeError, ValueError):
        raise ParsingFailed("The web page is too broken to be read.") from None
    named = html.unescape(re.sub(r"\s+", " ", title.group(1))).strip() if title else ""
    return _document("html", result.content, named[:MAX_TITLE_CHARACTERS])


def _document(kind: Kind, markdown: str, title: str) -> ParsedDocument:
    _, text = front_matter(re.sub(r"\A---\s*\n+## title:[^\n]*\n", "", markdown))
    sections = [
        Section(section.heading_path, without_marks(without_links(section.text)), rows=section.rows)
        for section in cut_at_headings(text)
    ]
    return ParsedDocument(kind, title or first_heading(sections), tuple(sections))
