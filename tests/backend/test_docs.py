"""The guide names every setting, route, status, address, command and part that ships."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from backend.api.app import ROUTERS
from backend.api.errors import STATUS
from backend.cli.app import app
from backend.flows.nodes.registry import KINDS
from backend.operator import Permission
from backend.settings import PREFIX, Settings
from console import routes
from tests.serving import ROOT

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text()


def routes_of_the_api() -> Iterator[str]:
    for router in ROUTERS:
        for route in router.routes:
            for method in sorted(getattr(route, "methods", ())):
                yield f"{method} {getattr(route, 'path', '')}"


@pytest.mark.parametrize("route", [*routes_of_the_api()])
def test_every_route_is_named(route: str) -> None:
    assert f"`{route}`" in page("api")


def test_no_route_is_named_that_is_not_there() -> None:
    named = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /api[^`]*)`", page("api")))
    assert named == set(routes_of_the_api())


@pytest.mark.parametrize("status", [status for _, status in STATUS])
def test_every_error_is_named(status: int) -> None:
    assert f"\n| {status} |" in page("api")


@pytest.mark.parametrize("scope", Permission)
def test_every_scope_is_named(scope: str) -> None:
    assert f"| `{scope}` |" in page("api")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_named_with_its_default(field: str) -> None:
    row = next(line for line in page("settings").splitlines() if line.startswith(f"| `{PREFIX}{field.upper()}` |"))
    default = Settings.model_fields[field].default
    assert str(default) in {"()", ""} or f"| `{default}` |" in row


def test_every_address_of_the_console_is_named() -> None:
    addresses = [value for name, value in vars(routes).items() if name.isupper() and isinstance(value, str)]
    assert len(addresses) > 10
    missing = [address for address in addresses if f"`{address}`" not in page("console")]
    assert not missing


def commands() -> Iterator[str]:
    for command in app.registered_commands:
        if not command.hidden:
            yield str(command.name)
    for group in app.registered_groups:
        assert group.typer_instance
        for command in group.typer_instance.registered_commands:
            yield f"{group.name} {command.name}"


@pytest.mark.parametrize("command", [*commands()])
def test_every_command_is_named(command: str) -> None:
    assert f"| `signalbox {command}" in page("start")


def test_every_node_kind_is_named() -> None:
    assert [kind for kind in KINDS if f"| `{kind}` |" not in page("flows")] == []


def test_no_link_leads_nowhere() -> None:
    pages = (ROOT / "README.md", *DOCS.rglob("*.md"))
    broken = [
        f"{written.relative_to(ROOT)}: {target}"
        for written in pages
        for target in LINK.findall(written.read_text())
        if not (written.parent / target).exists()
    ]
    assert not broken


@pytest.fixture
def third_party() -> ModuleType:
    spec = importlib.util.spec_from_file_location("third_party", ROOT / ".ci" / "third_party.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_part_that_ships_is_named(third_party: ModuleType) -> None:
    written = (ROOT / "THIRD_PARTY.md").read_text()
    parts = [*third_party.python_parts(), *third_party.front_end_parts()]
    assert len(parts) > 200
    assert [f"{name} {version}" for name, version, _ in parts if f"| {name} | {version} |" not in written] == []


def test_every_font_that_ships_is_named() -> None:
    fonts = {path.name.split("-latin")[0] for path in (ROOT / "assets" / "fonts").glob("*.woff2")}
    written = (ROOT / "THIRD_PARTY.md").read_text().lower()
    assert fonts
    assert [font for font in fonts if font.replace("-", " ") not in written] == []


def test_no_file_names_a_registry_host() -> None:
    """They are told by the machine's own configuration, so that a mirror works without an edit."""
    # Backwards, or this file would be the one that names them.
    hosts = [name[::-1] for name in ("gro.sjmpn.yrtsiger", "gro.ipyp", "gro.detsohnohtyp", "moc.gkpnray.yrtsiger")]
    found = []
    for pattern in ("*.md", "*.toml", "*.lock", "*.json", "*.py", "*.ini", "Makefile", ".ci/*", ".npmrc"):
        for path in ROOT.rglob(pattern) if "/" not in pattern else ROOT.glob(pattern):
            name = path.relative_to(ROOT)
            if name.parts[0] in {".venv", ".web", "data", ".git"} or not path.is_file():
                continue
            found += [f"{name}: {host}" for host in hosts if host in Path(path).read_text(errors="ignore")]
    assert not found
