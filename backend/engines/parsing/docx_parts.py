"""The parts of a Word document that say what its paragraphs are: styles, lists, links, notes."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TITLE = "{http://purl.org/dc/elements/1.1/}title"
HEADING = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
MAX_BASES = 20  # styles that stand on each other in a circle end here
BODY_TEXT_LEVEL = 9


def part(archive: zipfile.ZipFile, name: str) -> ET.Element | None:
    """Return the root of a part, None where it is missing. Raise ParseError.

    check_archive has refused declarations of entities before, so that nothing can be expanded or fetched here.
    """
    try:
        return ET.fromstring(archive.read(name))  # noqa: S314 - see above
    except KeyError:
        return None


def value(element: ET.Element | None, path: str) -> str:
    """Return the `w:val` of a descendant; empty where there is none."""
    found = element.find(path) if element is not None else None
    return found.get(f"{W}val", "") if found is not None else ""


@dataclass
class Style:
    """`level` is 0 for a title, 1..9 for a heading, None for anything else."""

    level: int | None = None
    number_id: str = ""
    based_on: str = ""


@dataclass
class Parts:
    """What stands beside the text."""

    styles: dict[str, Style] = field(default_factory=dict)
    formats: dict[tuple[str, str], str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    notes: dict[str, ET.Element] = field(default_factory=dict)
    title: str = ""

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> Parts:
        core = part(archive, "docProps/core.xml")
        return cls(
            _styles(part(archive, "word/styles.xml")),
            _formats(part(archive, "word/numbering.xml")),
            _links(part(archive, "word/_rels/document.xml.rels")),
            _notes(part(archive, "word/footnotes.xml"), "foot") | _notes(part(archive, "word/endnotes.xml"), "end"),
            (core.findtext(f".//{TITLE}") or "").strip() if core is not None else "",
        )

    def style(self, style_id: str) -> Style:
        """Return what a style says, or the ones that it is based on."""
        found = Style()
        for _ in range(MAX_BASES):
            style = self.styles.get(style_id)
            if style is None:
                break
            found.level = style.level if found.level is None else found.level
            found.number_id = found.number_id or style.number_id
            style_id = style.based_on
        return found


def _styles(root: ET.Element | None) -> dict[str, Style]:
    styles = {}
    for element in root.iter(f"{W}style") if root is not None else ():
        name = value(element, f"{W}name")
        heading = HEADING.fullmatch(name)
        outline = value(element, f"{W}pPr/{W}outlineLvl")
        level = int(heading.group(1)) if heading else 0 if name.lower() == "title" else _level(outline)
        number = value(element, f"{W}pPr/{W}numPr/{W}numId")
        styles[element.get(f"{W}styleId", "")] = Style(level, number, value(element, f"{W}basedOn"))
    return styles


def _level(outline: str) -> int | None:
    return int(outline) + 1 if outline.isdigit() and int(outline) < BODY_TEXT_LEVEL else None


def outline_level(properties: ET.Element | None) -> int | None:
    """Return the heading level that a paragraph has of its own, without a style."""
    return _level(value(properties, f"{W}outlineLvl"))


def _formats(root: ET.Element | None) -> dict[tuple[str, str], str]:
    """Return "bullet", "decimal", ... by list and depth."""
    if root is None:
        return {}
    shapes = {
        (shape.get(f"{W}abstractNumId", ""), level.get(f"{W}ilvl", "")): value(level, f"{W}numFmt")
        for shape in root.iter(f"{W}abstractNum")
        for level in shape.iter(f"{W}lvl")
    }
    of_list = {number.get(f"{W}numId", ""): value(number, f"{W}abstractNumId") for number in root.iter(f"{W}num")}
    return {
        (number, depth): written
        for number, shape in of_list.items()
        for (owner, depth), written in shapes.items()
        if owner == shape
    }


def _links(root: ET.Element | None) -> dict[str, str]:
    external = (one for one in root if one.get("TargetMode") == "External") if root is not None else ()
    return {one.get("Id", ""): one.get("Target", "") for one in external}


def _notes(root: ET.Element | None, kind: str) -> dict[str, ET.Element]:
    notes = root.iter(f"{W}{kind}note") if root is not None else ()
    return {f"{kind}{note.get(f'{W}id', '')}": note for note in notes if not note.get(f"{W}type")}
