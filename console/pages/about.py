"""Versions of what runs here, and the licences of what ships."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.shell import body, page_head, shell
from console.components.ui import link_button, panel, phase_view, skeleton_rows
from console.state.about import AboutState
from console.third_party import THIRD_PARTY

ALL_PARTS = "THIRD_PARTY.md names every part with its version"


def about() -> rx.Component:
    view = phase_view(
        AboutState.phase,
        _versions(),
        skeleton=skeleton_rows(96, 120, count=4),
        problem=AboutState.problem,
        on_retry=AboutState.load,
        what="The versions",
    )
    return shell(
        routes.ABOUT,
        page_head(
            "About", link_button("Components", routes.DESIGN), sub="Signalbox, the operator console for agent flows"
        ),
        body(
            panel("This installation", view),
            panel("What ships, and its licence", _licences(), note=ALL_PARTS),
        ),
    )


def _versions() -> rx.Component:
    facts = (
        ("Signalbox", AboutState.version),
        ("Python", AboutState.python),
        ("Database", AboutState.database),
        ("Machine", AboutState.machine),
    )
    pairs = [part for name, value in facts for part in (rx.el.dt(name), rx.el.dd(value))]
    return rx.el.dl(*pairs, class_name="kv pad")


def _licences() -> rx.Component:
    heads = rx.el.tr(
        rx.el.th("Part", scope="col"),
        rx.el.th("Kind", scope="col"),
        rx.el.th("For", scope="col", class_name="hide-s"),
        rx.el.th("Licence", scope="col"),
    )
    rows = [
        rx.el.tr(
            rx.el.td(part.name, class_name="name"),
            rx.el.td(part.kind),
            rx.el.td(part.use, class_name="hide-s"),
            rx.el.td(part.licence),
        )
        for part in THIRD_PARTY
    ]
    return rx.el.table(
        rx.el.caption("Parts that ship with Signalbox", class_name="sr"), rx.el.thead(heads), rx.el.tbody(*rows)
    )
