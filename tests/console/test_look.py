"""The stylesheets hold together: every one exists, every role that they use is a token, the doors match."""

from __future__ import annotations

import re
from pathlib import Path

from console.navigation import AREAS
from console.theme import STYLESHEETS

ASSETS = Path(__file__).parents[2] / "assets"
CONSOLE = ASSETS.parent / "console"
DEFINED = re.compile(r"--([\w-]+)\s*:")


def test_every_stylesheet_exists_and_none_is_forgotten() -> None:
    listed = {ASSETS / path.lstrip("/") for path in STYLESHEETS}
    assert all(path.exists() for path in listed)
    unlisted = {path.name for path in (ASSETS / "css").glob("*.css")} - {path.name for path in listed}
    assert unlisted == {"door.css", "door_forms.css", "door_inside.css"}  # the doors stand before the bundle


def test_styles_use_only_roles_that_the_tokens_define() -> None:
    tokens = set(DEFINED.findall((ASSETS / "tokens.css").read_text()))
    drawn = "".join(path.read_text() for path in (*CONSOLE.rglob("*.py"), *ASSETS.rglob("*.jsx")))
    set_in_place = set(re.findall(r"""["']--([\w-]+)["']""", drawn))
    for path in (ASSETS / "css").glob("*.css"):
        text = path.read_text()
        used = set(re.findall(r"var\(--([\w-]+)\)", text))
        unknown = used - tokens - set(DEFINED.findall(text)) - set_in_place
        assert not {name for name in unknown if not name.startswith("xy-")}, path.name
        assert not re.search(r"var\(--(sage|cyan|amber|red|jade)-\d", text), f"{path.name} uses a scale step"


def test_the_doors_have_the_colours_of_the_tokens() -> None:
    tokens, door = (ASSETS / "tokens.css").read_text(), (ASSETS / "css" / "door.css").read_text()
    scales, roles = tokens.split("/* 3.")[0].split("/* 2.")
    for scheme in (0, 1):
        steps = _values(scales.split("\n.dark")[scheme])
        by_role = _values(roles.split("\n.dark")[scheme])
        wanted = {name: steps.get(value[6:-1], value) for name, value in by_role.items()}
        drawn = _values(door.split("@media (prefers-color-scheme: dark)")[scheme].split("\n\n")[0])
        own = {name: value for name, value in drawn.items() if not name.startswith("font-")}
        assert own == {name: wanted[name] for name in own}


def test_the_keys_of_the_pages_differ() -> None:
    assert len({area.key for area in AREAS}) == len(AREAS)


def _values(css: str) -> dict[str, str]:
    return {name: value.strip() for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", css)}
