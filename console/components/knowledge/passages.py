"""The panes of a document: outline, text with its boundaries, and the passage that is looked at."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import CopyButton, checkbox, classes, icon_button, phead, when
from console.components.ui.parts import ListKeys
from console.state.document import DocumentPassageState as Passage
from console.state.document import DocumentState as Document
from console.state.document_rows import PassageText

CHOSEN: Any = Passage.chosen
ORDINAL = CHOSEN.ordinal


def outline_pane() -> rx.Component:
    return rx.el.aside(
        phead("Outline"),
        rx.el.ol(
            rx.foreach(Document.outline, _heading),
            class_name="ol scroll grow",
            aria_label="Headings",
        ),
        class_name="doc-outline",
        aria_label="Outline",
    )


def _heading(line: Any) -> rx.Component:
    here: Any = (line["first"] <= ORDINAL) & (line["last"] >= ORDINAL)
    return rx.el.li(
        rx.el.button(
            rx.el.span(line["text"], class_name="ell", title=line["text"]),
            rx.el.span(line["passages"], class_name="r t2"),
            type="button",
            on_click=Passage.jump(line["first"]),
            aria_current=rx.cond(here, "location", "false"),
            style={"--depth": line["depth"]},
        ),
        class_name=rx.cond(here, "on", ""),
        key=line["first"].to_string(),
    )


def text_pane() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            checkbox("Boundaries", Document.boundaries, Document.show_boundaries),
            checkbox("Overlap", Document.overlap, Document.show_overlap),
            rx.el.span(_place(), _steps(), class_name="r row"),
            class_name="phead t12",
        ),
        ListKeys.create(
            rx.el.ol(
                _further(Document.has_before, "Earlier passages", -1),
                rx.foreach(Document.passages, lambda line: passage_text(line=line, key=line.id)),
                _further(Document.has_after, "Later passages", 1),
                class_name=classes("tx", when(Document.boundaries, "cut"), when(Document.overlap, "shade")),
                aria_label="Passages",
            ),
            class_name="scroll grow",
        ),
        class_name="doc-text",
        aria_label="Text",
    )


def _place() -> rx.Component:
    return rx.el.span(f"Passage {ORDINAL + 1} of {Document.num_chunks}", class_name="t12 t2 nw", role="status")


def _steps() -> rx.Component:
    first, last = ORDINAL <= 0, Document.num_chunks - 1 <= ORDINAL
    return rx.el.span(
        icon_button("chevron-up", "Previous passage", Passage.step(-1), size="sm", key="K", disabled=first),
        icon_button("chevron-down", "Next passage", Passage.step(1), size="sm", key="J", disabled=last),
        class_name="row tight",
    )


def _further(there: Any, words: str, side: int) -> rx.Component:
    """Offer the next window, from the passage at this end of the one that is shown."""
    shown: Any = Document.passages
    edge = (shown[0] if side < 0 else shown[shown.length() - 1]).ordinal
    step = rx.el.button(words, type="button", class_name="btn sm", on_click=Passage.jump(edge + side))
    return rx.cond(there, rx.el.li(step, class_name="further"), rx.fragment())


@rx.memo
def passage_text(line: rx.Var[PassageText], rest: rx.RestProp) -> rx.Component:
    one: Any = line
    here: Any = one["ordinal"] == ORDINAL
    return rx.fragment(
        rx.cond(one["heading"], rx.el.li(rx.el.h3(one["heading"]), class_name="hd4"), rx.fragment()),
        rx.el.li(
            rx.el.span(
                rx.el.span("Passage ", class_name="sr"),
                rx.el.span(one["number"], class_name="cnum"),
                rx.el.span(one["length"], class_name="t2"),
                class_name="cg",
            ),
            rx.el.div(
                rx.cond(one["shared"], rx.el.span(one["shared"], class_name="ov", title="also in the one before"), ""),
                one["text"],
                class_name="cx",
            ),
            rest,
            id=one["anchor"],
            tab_index=0,
            on_focus=Passage.select(one["ordinal"]),
            class_name=rx.cond(here, "ck on", "ck"),
            aria_current=rx.cond(here, "true", "false"),
            custom_attrs={"data-row": "true"},
        ),
    )


def passage_pane() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.h2(CHOSEN.title),
            rx.el.span(CHOSEN.heading, class_name="t12 t2 ell"),
            rx.el.span(CopyButton.create(text=CHOSEN.text, label="Copy the text"), class_name="r"),
            class_name="phead",
        ),
        rx.el.dl(rx.foreach(CHOSEN.figures, _figure), class_name="figs"),
        rx.el.div(
            rx.el.dl(rx.foreach(CHOSEN.facts, _fact), class_name="kv fx"),
            class_name="scroll grow",
            tab_index=0,
            aria_label="About this passage",
            role="region",
        ),
        class_name="doc-passage",
        aria_label="The passage",
    )


def _figure(fact: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(fact["name"]), rx.el.dd(fact["value"]))


def _fact(fact: Any) -> rx.Component:
    return rx.fragment(rx.el.dt(fact["name"]), rx.el.dd(fact["value"], class_name=rx.cond(fact["mono"], "mono", "")))
