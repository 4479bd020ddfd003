"""Text that was wrapped by hand, as flowing text: its paragraphs fill whatever width they are drawn in."""

from __future__ import annotations

import re

MARKDOWN = (".md", ".markdown")
FENCE = re.compile(r"\s*(```|~~~)")
ITEM = re.compile(r"\s*([-*+\u2022]|\(?[0-9a-zA-Z]{1,3}[.)])\s")
# What stands on a line of its own: headings, rows, quotes, rules and fences.
ALONE = re.compile(r"\s*(#{1,6}\s|\||>|```|~~~|(?:[-=*_]\s*){3,}$|:?\s*$)")
INDENTED = re.compile(r"\t| {4}")
ENTRY = re.compile(r"\s*[*_]*[\w .-]{1,30}:")
BREAK = ("  ", "\\")
# Lines shorter than this are an address or a poem, not wrapped.
LEAST_WIDTH = 30
# Where a part of the text ends; it counts as no character of a line.
CUT = "\x00"


def flowing(text: str, name: str) -> str:
    """Join the lines of each paragraph. Lists, code, tables, entries and breaks that were meant keep their lines.

    In Markdown a single line break means nothing. Elsewhere it is taken for a wrap where the word behind it would not
    have fitted into the longest line of its paragraph. `name` is that of the document.
    """
    drawn: list[str] = []
    fence = ""
    for paragraph in re.split(r"(\n[ \t]*\n\s*?)", text):
        lines = paragraph.split("\n")
        if fence or FENCE.match(paragraph.replace(CUT, "")):
            opened = [one[1] for line in lines if (one := FENCE.match(line.replace(CUT, "")))]
            fence = (fence or opened[0]) if len(opened) % 2 != bool(fence) else ""
            drawn.append(paragraph)
        else:
            drawn.append(_joined(lines, is_markdown=name.lower().endswith(MARKDOWN)))
    return "".join(drawn)


def parted(text: str, at: int, name: str) -> tuple[str, str]:
    """Return the text up to a place and behind it, flowing as one."""
    before, _, behind = flowing(text[:at] + CUT + text[at:], name).partition(CUT)
    return before, behind


def _joined(lines: list[str], *, is_markdown: bool) -> str:
    plain = [line.replace(CUT, "") for line in lines]
    widest = max(map(len, plain))
    made = lines[0]
    is_item = bool(ITEM.match(plain[0]))
    for at in range(1, len(lines)):
        before, line = plain[at - 1], plain[at]
        is_item = is_item or bool(ITEM.match(line))
        is_full = widest >= LEAST_WIDTH and len(before) + 1 + len(line.split(" ")[0]) > widest
        if (is_markdown or is_full) and not _is_meant(before, line, is_item=is_item):
            made = f"{made.rstrip(' ')} {lines[at].lstrip()}"
        else:
            made = f"{made}\n{lines[at]}"
    return made


def _is_meant(before: str, line: str, *, is_item: bool) -> bool:
    """Tell whether the break between two lines was meant."""
    if ITEM.match(line) or ALONE.match(line) or ALONE.match(before) or before.endswith(BREAK):
        return True
    is_code = not is_item and bool(INDENTED.match(line) or INDENTED.match(before))
    return is_code or bool(ENTRY.match(before) and ENTRY.match(line))
