"""What ships is named, with its licence."""

from __future__ import annotations

import json
from pathlib import Path

from console.third_party import FONT, MODEL, THIRD_PARTY

ROOT = Path(__file__).parents[2]


def test_the_file_names_what_the_page_names() -> None:
    written = (ROOT / "THIRD_PARTY.md").read_text()
    named = [part.name for part in THIRD_PARTY if part.kind == FONT]
    assert [name for name in named if name not in written] == []
    assert all(part.licence in written for part in THIRD_PARTY if part.kind == MODEL)


def test_every_script_that_the_build_takes_in_is_named() -> None:
    taken = json.loads((ROOT / "reflex.lock" / "package.json").read_text())["dependencies"]
    assert set(taken) <= {part.name for part in THIRD_PARTY}


def test_every_font_that_ships_is_named() -> None:
    families = {path.name.rsplit("-latin", 1)[0] for path in (ROOT / "assets" / "fonts").glob("*.woff2")}
    named = {part.name.lower().replace(" ", "-") for part in THIRD_PARTY if part.kind == FONT}
    assert families == named


def test_every_part_says_its_licence() -> None:
    assert all(part.licence and part.use for part in THIRD_PARTY)
