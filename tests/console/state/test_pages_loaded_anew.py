"""A page that is loaded anew stands without the dialogs of its tab; one that lost its server shortly keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import reflex as rx

from console.components.ui.parts import Modal
from console.door.events import HYDRATE, EventGate
from console.door.left_open import OPENED_BY
from console.pages import PAGES
from console.state.approval_decide import ApprovalDecideState
from console.state.ask import AskState
from console.state.dataset_pick import DatasetPickState
from console.state.flows_versions import FlowVersionsState
from tests.console.tab import Tab, tab

__all__ = ["tab"]
HYDRATING = f"{next(iter(HYDRATE)).rpartition('.')[0]}.hydrate_and_load"


async def hydrate(tab: Tab, **payload: Any) -> None:
    """Send the first event of a connection, as the page does."""
    gate: Any = EventGate()
    assert await gate.preprocess(None, tab.root, SimpleNamespace(name=HYDRATING, payload=payload)) is None


async def test_a_page_that_is_loaded_anew_has_no_dialog_open_and_keeps_what_was_written(tab: Tab) -> None:
    await hydrate(tab)
    test, act = tab.state(DatasetPickState), tab.state(ApprovalDecideState)
    flow, asked = tab.state(FlowVersionsState), tab.state(AskState)
    test.opened, act.choice, flow.dialog, asked.question = True, "approve", "publish", "Is it torn?"
    await hydrate(tab)
    assert (test.opened, act.choice, flow.dialog) == (True, "approve", "publish")
    await hydrate(tab, hashes=["1"])
    assert (test.opened, act.choice, flow.dialog) == (False, "", "")
    assert asked.question == "Is it torn?"


def test_every_dialog_is_opened_by_a_field_that_is_known() -> None:
    opened = {_field(part) for page in PAGES for part in _parts(page.component()) if isinstance(part, Modal)}
    assert len(opened) > len(OPENED_BY) > 0
    assert {field for _, field in opened} - OPENED_BY == set()


def _field(dialog: Modal) -> tuple[str, str]:
    data = rx.Var.create(dialog.open)._get_all_var_data()
    assert data is not None
    return data.state, data.field_name


def _parts(component: rx.Component) -> Iterator[rx.Component]:
    yield component
    for child in component.children:
        if isinstance(child, rx.Component):
            yield from _parts(child)
    for var in component._get_vars():
        data = var._get_all_var_data()
        for part in data.components if data else ():
            if isinstance(part, rx.Component):
                yield from _parts(part)
