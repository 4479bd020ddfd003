"""The dialog that makes or changes a dataset."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.datasets.types import Dataset
from backend.operator import Permission
from console import routes
from console.state.dataset import DatasetState
from console.state.datasets_rows import about_of, schema_text
from console.state.forms import Formed


class DatasetsFormState(Formed, rx.State):
    """`editing` is the id of the dataset that is changed, empty for a new one."""

    opened: rx.Field[bool] = rx.field(False)
    editing: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    description: rx.Field[str] = rx.field("")
    tags: rx.Field[str] = rx.field("")
    input_schema: rx.Field[str] = rx.field("")
    expected_schema: rx.Field[str] = rx.field("")
    _revision: int = 0

    @rx.event
    async def open_new(self) -> None:
        """Show an empty form."""
        await self._operator(Permission.DATASETS_EDIT)
        self.reset()
        self.opened = True

    @rx.event
    async def open_edit(self, dataset_id: str) -> None:
        """Show the form of a dataset as it stands now."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        dataset = await services().datasets.get(operator, dataset_id)
        self.editing, self._revision = dataset.id, dataset.revision
        self.name, self.description, self.tags = dataset.name, dataset.description, ", ".join(dataset.tags)
        self.input_schema, self.expected_schema = (
            schema_text(dataset.input_schema),
            schema_text(dataset.expected_schema),
        )
        self.errors = {}
        self.opened = True

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.DATASETS_READ)
        self.opened = False

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Make or change the dataset, then go to it."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        dataset: Dataset | None = None
        async with self._checking():
            about = about_of(form)
            datasets = services().datasets
            if self.editing:
                dataset = await datasets.update(operator, self.editing, about, revision=self._revision)
            else:
                dataset = await datasets.create(operator, about)
            self.opened = False
        if dataset is None:
            return None
        address = routes.to(routes.DATASET, dataset.id)
        return DatasetState.refresh(dataset.version) if self.editing else rx.redirect(address)
