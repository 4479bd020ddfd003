"""What makes the front end be built again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from backend.cli.build import _same_lock, _signs_of_life, hash_of_inputs


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("console/app.py", "assets/css/a.css", "backend/flows/types.py", "backend/flows/service.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "rxconfig.py").write_text("")
    return tmp_path


@pytest.mark.parametrize("name", ["console/app.py", "assets/css/a.css", "backend/flows/types.py", "rxconfig.py"])
def test_a_changed_input_changes_the_hash(tree: Path, name: str) -> None:
    before = hash_of_inputs(tree)
    (tree / name).write_text("changed")
    assert hash_of_inputs(tree) != before


def test_a_new_or_renamed_input_changes_the_hash(tree: Path) -> None:
    before = hash_of_inputs(tree)
    (tree / "console/app.py").rename(tree / "console/other.py")
    assert hash_of_inputs(tree) != before


@pytest.mark.parametrize(
    "name", ["backend/flows/service.py", "console/__pycache__/app.pyc", "assets/external/link.js", "README.md"]
)
def test_what_the_export_does_not_read_leaves_the_hash(tree: Path, name: str) -> None:
    before = hash_of_inputs(tree)
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text("changed")
    assert hash_of_inputs(tree) == before


def test_the_same_lock_in_another_order_is_put_back(tmp_path: Path) -> None:
    lock = tmp_path / "package.json"
    lock.write_text('{"a": 1, "b": 2}\n')
    with _same_lock(tmp_path):
        lock.write_text('{"b":2,"a":1}')
    assert lock.read_text() == '{"a": 1, "b": 2}\n'


def test_a_lock_with_other_content_stays(tmp_path: Path) -> None:
    lock = tmp_path / "package.json"
    lock.write_text('{"a": 1}\n')
    with _same_lock(tmp_path):
        lock.write_text('{"a":2}')
    assert lock.read_text() == '{"a":2}'


def test_a_long_build_gives_signs_of_life(capsys: pytest.CaptureFixture[str]) -> None:
    said = ""
    with _signs_of_life(time.monotonic(), every=0.01):
        while not said:
            said = capsys.readouterr().out
    assert "Still building the front end, 0 s so far" in said
    capsys.readouterr()
    with _signs_of_life(time.monotonic()):
        pass
    assert capsys.readouterr().out == ""
