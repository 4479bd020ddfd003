"""Each promise of the page on security is held by a test that it names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
PROMISES, TABLE = PAGE.split("## Which test holds what")
ROWS = dict(re.findall(r"^\| (.+?) \| (`.+`) \|$", TABLE, re.MULTILINE))


def _said() -> list[str]:
    """Return every paragraph and point of the page, without its first sentence and its headings."""
    blocks = [block.strip() for block in re.split(r"\n\n|\n(?=\* )", PROMISES)]
    return [block.removeprefix("* ").replace("**", "") for block in blocks if block and not block.startswith("#")][1:]


def test_every_promise_names_its_tests() -> None:
    said = _said()
    assert len(said) > 15
    assert [one for one in said if not any(one.startswith(start) for start in ROWS)] == []
    assert [start for start in ROWS if not any(one.startswith(start) for one in said)] == []


def test_every_test_that_is_named_is_there() -> None:
    missing = []
    for cell in ROWS.values():
        for path, name in re.findall(r"`(\S+?)::(\w+)`", cell):
            tree = ast.parse((ROOT / "tests" / path).read_text())
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
            missing += [f"{path}::{name}"] if name not in names else []
    assert missing == []
