"""One dataset: its rows in any version, and what changed between two."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.datasets.form import dataset_form
from console.components.datasets.grid import ADD_ROW, IMPORT, WRITE, DatasetGrid
from console.components.shell import body, page_head, shell
from console.components.ui import (
    button,
    confirm,
    icon_button,
    link_button,
    menu,
    menu_item,
    menu_link,
    phase_view,
    skeleton_rows,
    status,
)
from console.components.ui.menu import TRIGGER, menu_line
from console.state.dataset import DatasetState as Dataset
from console.state.datasets_form import DatasetsFormState as Form


def dataset() -> rx.Component:
    return shell(
        routes.DATASETS,
        page_head(
            Dataset.name,
            _since(),
            rx.cond(Dataset.at > 0, _old(), rx.cond(Dataset.may_edit, _acts(), rx.fragment())),
            _more(),
            crumb=rx.fragment(rx.el.a("Datasets", href=routes.DATASETS), " /"),
            sub=rx.fragment(_version(), rx.el.span(Dataset.facts, class_name="hide-s")),
        ),
        phase_view(
            Dataset.phase,
            DatasetGrid.create(
                url=Dataset.url,
                project=Dataset.project,
                at=Dataset.at,
                since=Dataset.since,
                can_edit=Dataset.may_edit,
                input_schema=Dataset.input_schema,
                expected_schema=Dataset.expected_schema,
                on_change=Dataset.refresh,
            ),
            skeleton=body(skeleton_rows(60, 320, 240, 60, count=12)),
            problem=Dataset.problem,
            on_retry=Dataset.load,
            what="The dataset",
        ),
        dataset_form(),
        _question(),
        slim=True,
        of=Dataset.address,
    )


def _version() -> rx.Component:
    """Draw the picker of versions; a dataset without rows has none."""
    return rx.cond(
        Dataset.newest > 0,
        rx.el.select(
            rx.foreach(Dataset.versions, lambda one: rx.el.option(one.label, value=one.value)),
            value=rx.cond(Dataset.at > 0, Dataset.at, Dataset.newest).to_string(),
            on_change=Dataset.pick_version,
            aria_label="Version",
            class_name="select dsv",
        ),
        rx.fragment(),
    )


def _since() -> rx.Component:
    return rx.cond(
        Dataset.newest > 1,
        rx.el.select(
            rx.el.option("Compare", value="0"),
            rx.foreach(Dataset.versions, lambda one: rx.el.option("Since ", one.label, value=one.value)),
            value=Dataset.since.to_string(),
            on_change=Dataset.pick_since,
            aria_label="Compare with",
            class_name="select dsv hide-s",
        ),
        rx.fragment(),
    )


def _acts() -> rx.Component:
    first = button("Import", kind="primary", icon="upload", custom_attrs=IMPORT)
    experiment = f"{routes.EXPERIMENT_NEW}?dataset=" + Dataset.dataset_id
    then = rx.fragment(
        button("Import", icon="upload", custom_attrs=IMPORT),
        link_button("New experiment", experiment, kind="primary", icon="flask-conical", class_name="hide-s"),
    )
    return rx.fragment(
        button("Add row", custom_attrs=ADD_ROW, class_name="hide-s"), rx.cond(Dataset.newest > 0, then, first)
    )


def _old() -> rx.Component:
    """Say that an old version is shown, with the way back."""
    return rx.fragment(
        status("idle", "Read only, as it was"),
        button("Back to the newest", Dataset.pick_version(Dataset.newest.to_string())),
        rx.cond(Dataset.may_edit, button(f"Restore v{Dataset.at}", Dataset.restore, kind="primary"), rx.fragment()),
    )


def _more() -> rx.Component:
    changes = rx.fragment(
        menu_line(),
        menu_item("Add row", icon="plus", custom_attrs=ADD_ROW),
        menu_item("Write rows with a model", icon="list-plus", custom_attrs=WRITE),
        menu_item("Change name and schemas", Form.open_edit(Dataset.dataset_id), icon="pencil"),
        menu_item("Delete this dataset", Dataset.ask_delete, icon="trash-2", danger=True),
    )
    return menu(
        icon_button("ellipsis", "More", kind="", custom_attrs=TRIGGER),
        menu_link("New experiment", f"{routes.EXPERIMENT_NEW}?dataset=" + Dataset.dataset_id, icon="flask-conical"),
        menu_link("Export as CSV", Dataset.as_csv, icon="download", download=True, reload_document=True),
        menu_link("Export as JSON lines", Dataset.as_jsonl, icon="download", download=True, reload_document=True),
        rx.cond(Dataset.may_edit, changes, rx.fragment()),
        label="More",
        align="right",
    )


def _question() -> rx.Component:
    return confirm(
        f"Delete “{Dataset.name}”?",
        rx.el.p(Dataset.facts, " are deleted for good, with every version. Experiments on them cannot be repeated."),
        identifier="delete-dataset",
        opened=Dataset.deleting,
        keep="Keep it",
        act="Delete dataset",
        on_keep=Dataset.keep,
        on_act=Dataset.delete,
        name=Dataset.name,
        typed=Dataset.typed,
        on_typed=Dataset.type_name,
    )
