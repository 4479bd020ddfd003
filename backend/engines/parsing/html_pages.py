"""HTML, which kreuzberg turns into Markdown."""

from __future__ import annotations

import html
import re
from pathlib import Path

from kreuzberg import ExtractionConfig, KreuzbergError, ParsingError, extract_bytes_sync

from backend.engines.parsing.detection import decode
from backend.engines.parsing.markdown import cut_at_headings, first_heading, without_links, without_marks
from backend.ports.parsing import ParsedDocument, ParsingFailed, Section

CONFIG = ExtractionConfig(output_format="markdown", use_cache=False)
INVISIBLE = re.compile(
    r"<(head|script|style|template|noscript|svg|nav|iframe|object)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
PAGE_FOOTER = re.compile(r"<footer\b.*?</footer\s*>", re.IGNORECASE | re.DOTALL)
FOOTER_BEGINS = re.compile(r"<footer\b", re.IGNORECASE)
MAX_FOOTERS = 50  # each one that is never closed costs a search to the end
MAX_HEAD_CHARACTERS = 100_000
TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})</title", re.IGNORECASE)
MAX_TITLE_CHARACTERS = 300


def read_html(path: Path) -> ParsedDocument:
    source = decode(path.read_bytes()).replace("\0", "")
    title = TITLE.search(source[:MAX_HEAD_CHARACTERS])
    visible = INVISIBLE.sub("", source)
    if len(FOOTER_BEGINS.findall(visible)) <= MAX_FOOTERS:
        visible = PAGE_FOOTER.sub("", visible)
    try:
        result = extract_bytes_sync(visible.encode(), "text/html", CONFIG)
    except (KreuzbergError, ParsingError, RuntimeError, ValueError):
        raise ParsingFailed("The web page is too broken to be read.") from None
    named = html.unescape(re.sub(r"\s+", " ", title.group(1))).strip() if title else ""
    sections = [
        Section(section.heading_path, without_marks(without_links(section.text)), rows=section.rows)
        for section in cut_at_headings(result.content)
    ]
    return ParsedDocument("html", named[:MAX_TITLE_CHARACTERS] or first_heading(sections), tuple(sections))
