"""One migrated SQLite file for all tests of a run: to migrate costs the processor 2 s, and thirty servers start."""

from __future__ import annotations

import functools
import os
import tempfile
from pathlib import Path

from backend.bootstrap.migrations import upgrade
from backend.settings import SQLITE_FILE

# Says to the workers of a run where it lies.
PLACE = "TESTS_MIGRATED_FILE"


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Make the folder once; it goes with this process."""
    return tempfile.TemporaryDirectory(prefix="migrated")


def migrated() -> Path:
    """Return an empty migrated file, to be copied."""
    if PLACE not in os.environ:
        path = Path(_folder().name) / SQLITE_FILE
        upgrade(f"sqlite:///{path}")
        os.environ[PLACE] = str(path)
    return Path(os.environ[PLACE])


def copy_into(data: Path) -> None:
    """Make a data directory as `signalbox migrate` leaves it."""
    data.mkdir(mode=0o700, parents=True)
    copy = data / SQLITE_FILE
    copy.touch(0o600)
    copy.write_bytes(migrated().read_bytes())
