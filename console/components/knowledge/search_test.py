"""The search test: what each way of searching finds, and lines where the ranks cross."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import button, empty_state, phase_view, select, skeleton_rows
from console.state.knowledge_search import TAKES
from console.state.knowledge_search import KnowledgeSearchState as Search
from console.state.knowledge_search_rows import GAP_PX, PassageLine

QUESTION = "search-question"


def search_panel() -> rx.Component:
    return rx.el.section(
        rx.el.form(
            rx.el.h2("Search test"),
            rx.el.label("Test question", html_for=QUESTION, class_name="sr"),
            rx.el.input(
                id=QUESTION,
                name="query",
                class_name="input grow",
                placeholder="Ask what a flow would ask",
                default_value=Search.query,
                auto_complete="off",
            ),
            select(
                [(take, f"Take top {take}") for take in TAKES],
                value=Search.take,
                on_change=Search.pick_take,
                aria_label="How many passages a flow would take",
                class_name="short",
            ),
            button("Search", size="sm", type="submit"),
            on_submit=Search.ask,
            class_name="phead asked",
        ),
        rx.cond(
            Search.phase == "idle",
            rx.el.p("See side by side what is found by meaning, by words, and by both.", class_name="pad t12 t2"),
            phase_view(
                Search.phase,
                _columns(),
                skeleton=skeleton_rows(300, 300, 300),
                empty=empty_state("Nothing was found", "No passage in this knowledge base is close to the question."),
                problem=Search.problem,
                on_retry=Search.again,
                what="The answer",
            ),
        ),
        class_name="panel searched",
        aria_label="Search test",
    )


def _columns() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            _head("Dense", Search.dense_note, "dense"),
            rx.el.div(),
            _head("Fused", "reciprocal rank, k = 60", "fused"),
            rx.el.div(),
            _head("BM25", Search.keyword_note, "keyword"),
            _column(Search.dense, "Dense"),
            _tracks(Search.left),
            _column(Search.fused, "Fused"),
            _tracks(Search.right),
            _column(Search.keyword, "BM25"),
            class_name="cmp",
        ),
        rx.el.div(rx.el.span(Search.verdict, role="status"), class_name="tfoot"),
    )


def _head(name: str, note: Any, kind: str) -> rx.Component:
    return rx.el.div(
        rx.el.b(name, class_name="bb") if kind == "fused" else name,
        " ",
        rx.el.span(note, class_name="t2"),
        class_name=f"cmp-head {kind}",
    )


def _column(lines: Any, label: str) -> rx.Component:
    return rx.el.ol(
        rx.foreach(lines, lambda line: passage_line(line=line, key=line.id)),
        rx.cond(lines.length() == 0, rx.el.li("Nothing found.", class_name="t2"), rx.fragment()),
        aria_label=label,
        class_name=label.lower(),
    )


@rx.memo
def passage_line(line: rx.Var[PassageLine], rest: rx.RestProp) -> rx.Component:
    one: Any = line
    return rx.el.li(
        rx.el.span(one["rank"], class_name="rk"),
        rx.el.span(
            rx.el.a(
                rx.el.b(one["document"], class_name="b"),
                " ",
                rx.el.span(one["heading"], class_name="t2"),
                href=one["href"],
                class_name="ell",
            ),
            rx.el.span(one["text"], class_name="t2 two"),
            class_name="grow",
        ),
        rx.el.span(one["score"], class_name="num mono"),
        rest,
        class_name=rx.cond(one["taken"], "hit", ""),
    )


def _tracks(lines: Any) -> rx.Component:
    """Draw the lines in CSS pixels of a column of rows; they say nothing that the ranks do not."""

    def one(line: Any) -> rx.Component:
        return rx.el.svg.path(d=line["d"], class_name=line["kind"])

    return rx.el.svg(
        rx.foreach(lines, one),
        width=str(GAP_PX),
        height=Search.height.to_string(),
        view_box=f"0 0 {GAP_PX} {Search.height}",
        class_name="tracks",
        custom_attrs={"aria-hidden": "true"},
    )
