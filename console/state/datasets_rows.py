"""What the pages of datasets draw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from backend.datasets.types import About, Act, Dataset, DatasetVersion
from backend.errors import InvalidInput
from backend.plain_json import NotPlain, read_json
from console import routes
from console.state.formats import clock, count, counted, day, exact

SCHEMAS = ("input_schema", "expected_schema")
DID = {
    Act.ADD: "added",
    Act.EDIT: "edited",
    Act.DELETE: "deleted",
    Act.IMPORT: "imported",
    Act.UNDO: "undone",
    Act.RESTORE: "restored",
}


@dataclass(frozen=True)
class DatasetLine:
    """A dataset in the list."""

    id: str
    href: str
    name: str
    description: str
    tags: list[str]
    rows: str
    splits: str
    version: str
    changed: str
    changed_exact: str


@dataclass(frozen=True)
class VersionChoice:
    """A version to pick."""

    value: str
    label: str


def dataset_line(dataset: Dataset, zone: tzinfo, now: datetime) -> DatasetLine:
    return DatasetLine(
        id=dataset.id,
        href=routes.to(routes.DATASET, dataset.id),
        name=dataset.name,
        description=dataset.description,
        tags=[*dataset.tags],
        rows=count(dataset.num_items),
        splits=split_words(dataset.splits),
        version=f"v{dataset.version}" if dataset.version else "",
        changed=day(dataset.updated_at, zone, now),
        changed_exact=exact(dataset.updated_at, zone),
    )


def split_words(splits: dict[str, int]) -> str:
    """Return "168 test, 80 train"."""
    return ", ".join(f"{count(number)} {name}" for name, number in splits.items() if name)


def version_choice(version: DatasetVersion, zone: tzinfo, now: datetime) -> VersionChoice:
    """Return "v17: 1 row edited by Amara Eze, 14:29"."""
    number = version.num_added + version.num_edited + version.num_removed
    act = f"v{version.about} restored" if version.act is Act.RESTORE else f"{counted(number, 'row')} {DID[version.act]}"
    label = f"v{version.number}: {act} by {version.created_by}, {clock(version.created_at, zone, now)}"
    return VersionChoice(str(version.number), label)


def schema_text(schema: dict[str, Any] | None) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) if schema else ""


def about_of(form: dict[str, Any]) -> About:
    """Return what a form says. Raise InvalidInput for a schema that is no JSON object."""
    schemas = {name: _schema(name, str(form.get(name, ""))) for name in SCHEMAS}
    tags = tuple(tag for part in str(form.get("tags", "")).split(",") if (tag := part.strip()))
    return About(str(form.get("name", "")), str(form.get("description", "")), tags, **schemas)


def _schema(name: str, text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        found = read_json(text)
    except NotPlain as error:
        raise InvalidInput(f"The schema {error}.", fields={name: f"The schema {error}."}) from error
    except ValueError:
        found = None
    if not isinstance(found, dict):
        words = "A schema is a JSON object, as {“type”: “object”}."
        raise InvalidInput(words, fields={name: words})
    return found
