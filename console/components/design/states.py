"""One panel in six states."""

from __future__ import annotations

import reflex as rx

from console.components.ui import button, empty_state, failure, panel, status

DOCUMENTS = (
    ("Returns and refunds policy", "ok", "Ready", "09:12"),
    ("Collection from home", "ok", "Ready", "09:12"),
    ("Sofa care guide 2026", "run", "Chunk 62 %", "14:30"),
    ("Lindholm sofa assembly", "fail", "Parse: no text layer", "14:26"),
    ("Fabric swatches and grades", "warn", "Ready, 2 sheets skipped", "18 Nov"),
)
WIDTHS = ((168, 52), (120, 52), (132, 70), (140, 88), (154, 60))


def states() -> rx.Component:
    add = button("Add documents", size="sm")
    wide = rx.el.span(class_name="sk", style={"width": "96px", "height": "20px"})
    return rx.el.div(
        _figure("Loaded", "the shape all other states keep", "5 of 1,284", add, _table(*_rows())),
        _figure("Loading", "from 300 ms on; head and columns stay, nothing jumps", "Loading", wide, _table(*_bars())),
        _figure("Empty", "says what is missing without it, then the next step", "0", rx.fragment(), _empty()),
        _figure("Failed", "what happened, why, what to do; the reference is for the log", "", rx.fragment(), _failed()),
        _figure(
            "Partial", "show what came, name what did not", "1,072 of 1,284", add, _partial(), _table(*_rows(skip=2))
        ),
        _figure(
            "No match", "not the same as empty; the way out is to loosen the filter", "0 of 1,284", add, _no_match()
        ),
        class_name="g3",
    )


def _figure(name: str, words: str, note: str, acts: rx.Component, *body: rx.Component) -> rx.Component:
    drawn = panel("Documents", *body, note=note, acts=acts, class_name="lp", aria_label=name)
    return rx.el.figure(rx.el.figcaption(rx.el.b(name), rx.el.span(words)), drawn, class_name="fg")


def _table(*rows: rx.Component) -> rx.Component:
    heads = rx.el.tr(rx.el.th("Document"), rx.el.th("State"), rx.el.th("Changed", class_name="num"))
    return rx.el.table(rx.el.thead(heads), rx.el.tbody(*rows), class_name="dt")


def _rows(skip: int = -1) -> list[rx.Component]:
    return [
        rx.el.tr(
            rx.el.td(rx.el.span(name, class_name="ell block"), class_name="name"),
            rx.el.td(status(state, words), class_name="nw"),
            rx.el.td(time, class_name="num t2"),
        )
        for place, (name, state, words, time) in enumerate(DOCUMENTS)
        if place != skip
    ]


def _bars() -> list[rx.Component]:
    def bar(width: int) -> rx.Component:
        return rx.el.td(rx.el.span(class_name="sk", style={"width": f"{width}px"}))

    return [rx.el.tr(bar(first), bar(second), bar(30)) for first, second in WIDTHS]


def _empty() -> rx.Component:
    return empty_state(
        "No documents yet",
        "Flows can only cite what is in here. Add a file, or connect a source that stays in sync.",
        button("Add documents", kind="primary"),
        button("Connect a source"),
        note="PDF, DOCX, MD, HTML, CSV, XLSX. Up to 50 MB each.",
    )


def _failed() -> rx.Component:
    words = "The index gave no answer within 10 s. Your documents are untouched."
    return failure(
        "Documents did not load", words, "Flows that search this collection may fail too.", "req_7c41e9", None
    )


def _partial() -> rx.Component:
    words = "3 of 4 sources answered. Drive did not, 212 documents are missing here."
    return rx.el.div(status("warn", words), button("Ask Drive again", size="sm"), class_name="part")


def _no_match() -> rx.Component:
    return empty_state(
        "No document matches “lindhom”",
        "Searched names and text of 1,284 documents in state Any.",
        button("Search for lindholm, 3 found", kind="primary"),
        button("Clear filter"),
    )
