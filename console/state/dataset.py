"""One dataset: its head, its versions, and how it is deleted. The browser fetches the rows by itself."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import Page
from console import routes
from console.state.addresses import Addressed
from console.state.datasets_rows import VersionChoice, version_choice
from console.state.formats import counted, now
from console.state.seat import Phased

NUM_VERSIONS = 200  # the picker shows the last ones; all stand at the REST API


class DatasetState(Addressed, Phased, rx.State):
    """`at` is the version that is shown, 0 for the newest; `since` the one that it is compared with, 0 for none."""

    dataset_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    facts: rx.Field[str] = rx.field("")
    description: rx.Field[str] = rx.field("")
    url: rx.Field[str] = rx.field("")
    project: rx.Field[str] = rx.field("")
    may_edit: rx.Field[bool] = rx.field(False)
    input_schema: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    expected_schema: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    newest: rx.Field[int] = rx.field(0)
    at: rx.Field[int] = rx.field(0)
    since: rx.Field[int] = rx.field(0)
    versions: rx.Field[list[VersionChoice]] = rx.field(default_factory=list)
    as_csv: rx.Field[str] = rx.field("")
    as_jsonl: rx.Field[str] = rx.field("")
    deleting: rx.Field[bool] = rx.field(False)
    typed: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the dataset that the address names."""
        self._arrive()
        await self._read(await self._operator(Permission.DATASETS_READ))

    @rx.event
    async def refresh(self, version: int) -> None:
        """Read the head again: rows were written, and `version` is the newest now."""
        operator = await self._operator(Permission.DATASETS_READ)
        self.newest = max(self.newest, version)
        await self._read(operator)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            datasets, wanted = services().datasets, self._wanted()
            dataset = await datasets.get(operator, wanted)
            listed = await datasets.list_versions(operator, wanted, Page(NUM_VERSIONS))
            zone, moment = await self._zone(), now()
            self.dataset_id, self.name, self.description = dataset.id, dataset.name, dataset.description
            self.newest = dataset.version
            self.facts = counted(dataset.num_items, "row")
            self.input_schema, self.expected_schema = dataset.input_schema or {}, dataset.expected_schema or {}
            self.versions = [version_choice(version, zone, moment) for version in listed.items]
            self.may_edit = operator.may(Permission.DATASETS_EDIT)
            self.project, self.url = operator.project_id, f"/api/datasets/{dataset.id}"
            self._write_links()
            self.phase = "ready"

    def _write_links(self) -> None:
        """Say where the shown version is found as a file; a link can send no header, so it names the project."""
        version = f"&version={self.at}" if self.at else ""
        export = f"{self.url}/export?project_id={self.project}{version}&format="
        self.as_csv, self.as_jsonl = f"{export}csv", f"{export}jsonl"

    @rx.event
    async def pick_version(self, number: str) -> None:
        """Show a version as it was; the newest one can be edited."""
        await self._operator(Permission.DATASETS_READ)
        picked = _number(number)
        self.at = 0 if picked == self.newest else picked
        self.since = self.since if self.since < picked else 0
        self._write_links()

    @rx.event
    async def pick_since(self, number: str) -> None:
        """Mark what changed since a version."""
        await self._operator(Permission.DATASETS_READ)
        self.since = _number(number)

    @rx.event
    async def restore(self) -> None:
        """Make the rows what they are in the version that is shown."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        await services().datasets.restore(operator, self.dataset_id, self.at)
        self.at = self.since = 0
        await self._read(operator)

    @rx.event
    async def ask_delete(self) -> None:
        """Ask for the name of the dataset first."""
        await self._operator(Permission.DATASETS_EDIT)
        self.typed, self.deleting = "", True

    @rx.event
    async def type_name(self, typed: str) -> None:
        """Take what was typed to confirm."""
        await self._operator(Permission.DATASETS_READ)
        self.typed = typed

    @rx.event
    async def keep(self) -> None:
        """Close the question."""
        await self._operator(Permission.DATASETS_READ)
        self.deleting = False

    @rx.event
    async def delete(self) -> Any:
        """Delete the dataset with all its versions; the typed name is checked here too."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        if self.typed != self.name:
            return None
        await services().datasets.delete(operator, self.dataset_id)
        self.reset()
        return rx.redirect(routes.DATASETS)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
