"""Plant one violation of each import contract and expect it to be caught, by name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# contract, planted file, its text
PLANTED = [
    ("The layers of the backend", "backend/identity/planted.py", "import backend.bootstrap.services"),
    ("The layers of the backend", "backend/undeclared/__init__.py", ""),
    ("The layers of the backend", "backend/ports/planted.py", "import backend.identity.types"),
    ("The layers of the console", "console/state/planted.py", "import console.pages.overview"),
    ("The layers of the console", "console/undeclared.py", ""),
    ("The layers inside a slice", "backend/identity/types.py", "import backend.identity.repository"),
    ("Only bootstrap knows the engines", "backend/identity/planted.py", "import backend.engines.database.sqlite"),
    ("Settings stop at bootstrap and the command line", "console/planted.py", "import backend.settings"),
    ("Settings stop at bootstrap and the command line", "backend/api/planted.py", "import backend.settings"),
    ("Engines know ports and errors only", "backend/engines/planted.py", "import backend.identity.types"),
    ("The backend knows neither the console nor Reflex", "backend/identity/planted.py", "import console.routes"),
    ("The backend knows neither the console nor Reflex", "backend/api/planted.py", "import reflex"),
    ("Only the console's root and its door know the REST edge", "console/state/planted.py", "import backend.api.app"),
    ("FastAPI stays at the REST edge", "backend/identity/planted.py", "import fastapi"),
    ("FastAPI stays at the REST edge", "console/pages/planted.py", "import fastapi"),
]


def broken_contracts(tree: Path) -> str:
    """Return what the linter says of a tree; empty when every contract is kept."""
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([program, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)
    return "" if checked.returncode == 0 else checked.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for package in ("backend", "console"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_every_contract(tree: Path) -> None:
    assert broken_contracts(tree) == ""


@pytest.mark.parametrize(("contract", "file", "text"), PLANTED)
def test_a_planted_violation_is_caught(tree: Path, contract: str, file: str, text: str) -> None:
    planted = tree / file
    planted.parent.mkdir(exist_ok=True)
    planted.write_text((planted.read_text() if planted.exists() else "") + f"\n{text}\n")
    said = broken_contracts(tree)
    assert f"{contract} BROKEN" in said or contract in said.partition("Broken contracts")[2]
