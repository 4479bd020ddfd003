"""Markdown cut at its headings; also what the converters of DOCX and HTML hand on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backend.engines.parsing.tables import clean, rows_as_text
from backend.ports.parsing import Section

ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
ROW = re.compile(r"\s*\|.*\|\s*")
DIVIDER = re.compile(r"\s*\|?\s*:?-{1,}:?\s*(\|\s*:?-{1,}:?\s*)*\|?\s*")
CELLS = re.compile(r"(?<!\\)\|")
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
# Each has an end in sight: a search to the end of the text from every opening mark would be quadratic.
EMPHASIS = re.compile(r"(?<![\w`*])(\*\*|__|\*|`)(?=[^\s`*])(.{1,300}?)(?<=\S)\1(?![\w`*])")
IMAGE = re.compile(r"!\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)")
LINK = re.compile(r"\[([^\]\n]{0,500})\]\(([^)\s]{0,2000})[^)\n]{0,500}\)")
MAX_LEVELS = 6


@dataclass
class Cutter:
    """Collects lines under the headings that stand above them."""

    sections: list[Section] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    is_bare: bool = False  # nothing stands under the last heading yet

    def heading(self, level: int, text: str) -> None:
        self.end(level)
        self.headings = [(above, name) for above, name in self.headings if above < level]
        if text:
            self.headings.append((level, text))
            self.is_bare = True

    def line(self, text: str) -> None:
        self.end_table()
        self.lines.append(text)

    def row(self, text: str) -> None:
        if not self.rows:
            self._close(self.lines, rows=False)
        self.rows.append(text)

    def end_table(self) -> None:
        if self.rows:
            cells = [CELLS.split(row.strip().strip("|")) for row in self.rows if not DIVIDER.fullmatch(row)]
            self.rows = []
            self.table([[cell.replace("\\|", "|") for cell in row] for row in cells])

    def table(self, cells: list[list[str]]) -> None:
        """Take a whole table, the first row perhaps naming the columns."""
        self._close(self.lines, rows=False)
        self._close(["\n\n".join(rows_as_text(cells))], rows=True)

    def end(self, level: int = 0) -> None:
        """Close what is open; a heading without text that one of this level replaces is text after all."""
        self.end_table()
        self._close(self.lines, rows=False)
        if self.is_bare and self.headings[-1][0] >= level:
            _, name = self.headings.pop()
            self._close([name], rows=False)

    def _close(self, lines: list[str], *, rows: bool) -> None:
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n ")
        if text:
            self.is_bare = False
            path = tuple(name for _, name in self.headings)
            self.sections.append(Section(path, text, rows=rows))
        self.lines = []


def cut_at_headings(text: str) -> list[Section]:
    """Return the sections of a Markdown text in order; tables become sections of rows."""
    cutter, fence = Cutter(), ""
    for line in _joined_setext(_without_comments(text.replace("\r\n", "\n").replace("\r", "\n"))):
        mark = FENCE.match(line)
        if fence:
            cutter.line(line)
            fence = "" if mark and line.strip().startswith(fence) else fence
        elif mark:
            fence = mark.group(1)
            cutter.line(line)
        elif heading := ATX.fullmatch(line):
            cutter.heading(len(heading.group(1)), without_marks(clean(heading.group(2) or "")))
        elif ROW.fullmatch(line):
            cutter.row(line)
        else:
            cutter.line(line)
    cutter.end()
    return cutter.sections


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + len("-->")
    return "".join([*kept, text[at:]])


def _joined_setext(text: str) -> Iterator[str]:
    """Write underlined headings as `#` ones: a line of text, blank above, with a rule right below it."""
    lines, fenced = text.split("\n"), False
    at = 0
    while at < len(lines):
        line = lines[at]
        fenced ^= bool(FENCE.match(line))
        rule = SETEXT.fullmatch(lines[at + 1]) if at + 1 < len(lines) else None
        is_alone = at == 0 or not lines[at - 1].strip()
        if rule and is_alone and not fenced and line.strip() and not ATX.fullmatch(line) and "|" not in line:
            yield f"{'#' if rule.group(1).startswith('=') else '##'} {line.strip()}"
            at += 2
        else:
            yield line
            at += 1


def front_matter(text: str) -> tuple[str, str]:
    """Return the title that stands above the text between two rules, if any, and the text below."""
    found = FRONT_MATTER.match(text)
    if not found:
        return "", text
    title = TITLE.search(found.group(1))
    return (title.group(1) if title else ""), text[found.end() :]


def first_heading(sections: list[Section]) -> str:
    return next((section.heading_path[0] for section in sections if section.heading_path), "")


def without_marks(text: str) -> str:
    """Take the emphasis off, which a person reading plain text would see as stars."""
    return EMPHASIS.sub(r"\2", EMPHASIS.sub(r"\2", text))


def without_links(text: str) -> str:
    """Write a link as its words, with the address behind them where it leads somewhere else."""

    def spoken(link: re.Match[str]) -> str:
        words, address = link.group(1), link.group(2)
        leads_out = address.startswith(("http://", "https://", "mailto:")) and words not in address
        return f"{words} ({address})" if leads_out else words

    return LINK.sub(spoken, IMAGE.sub(r"\1", text))
