"""Where words stand after something was done with them: in which columns, and in which files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import String, cast, func, select
from sqlmodel import SQLModel

from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE


async def columns_with(units: Units, *words: str) -> list[str]:
    """Return every column of every table in which one of the words stands, in any case, as `table.column: word`."""
    found = []
    async with units.read(EVERYWHERE) as session:
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                text = func.lower(cast(column, String))
                for word in words:
                    statement = select(func.count()).select_from(table).where(text.contains(word.lower()))
                    statement = statement.execution_options(unscoped="a test looks into every row")
                    if (await (await session.connection()).execute(statement)).scalar_one():
                        found.append(f"{table.name}.{column.name}: {word}")
    return found


def files_with(folder: Path, *words: str) -> list[str]:
    """Return the files below a folder that hold one of the words, as `name: word`."""
    found = []
    for path in _files(folder):
        held = path.read_bytes().lower()
        found += [f"{path.relative_to(folder)}: {word}" for word in words if word.lower().encode() in held]
    return found


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
