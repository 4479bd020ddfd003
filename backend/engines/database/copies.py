"""Copies of the SQLite file, made before something changes its shape."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

KEPT = 3


def copy_aside(path: Path, folder: Path, name: str) -> Path:
    """Write a consistent copy to `folder/name`, keep the newest three there, return where it is.

    VACUUM INTO reads one moment of the database, what stands in the -wal file included.
    """
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{name}.half"
    half.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(half),))
    made = half.rename(folder / name)
    copies = sorted(folder.glob("*.db"), key=lambda copy: (copy.stat().st_mtime_ns, copy.name))
    for old in copies[:-KEPT]:
        old.unlink()
    return made


def stamped_version(path: Path) -> str:
    """Return the version that migrations left in the file; empty when there is none."""
    if not path.exists():
        return ""
    with closing(sqlite3.connect(path)) as connection:
        try:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            return ""
    return str(found[0]) if found else ""
