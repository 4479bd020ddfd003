"""Two versions side by side or in one column, word by word; and the prompt as it goes to a model."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import select, status, tag
from console.components.ui.word_diff import compared_lines
from console.state.prompt import PromptState as Prompt
from console.state.prompt_play import PromptPlayState as Play
from console.state.prompt_rendered import PromptRenderedState as Sent


def side_by_side() -> rx.Component:
    return rx.el.div(
        _file(rx.fragment(_base_picker(), _saved(Prompt.before)), lambda row: row.left, "Before"),
        _file(_chosen(), lambda row: row.right, "After"),
        class_name="dd",
    )


def unified() -> rx.Component:
    return rx.el.div(
        rx.el.div(_base_picker(), rx.el.span("to"), _chosen(), class_name="fh"),
        compared_lines(Prompt.lines, "Differences"),
    )


def rendered() -> rx.Component:
    """Draw the chosen version as a model gets it, with the values of the playground."""
    missing = rx.el.p(
        status("queued", Sent.problem), rx.el.span(" ", Sent.hint, class_name="t2"), class_name="pad t12", role="status"
    )
    return rx.el.div(
        rx.cond(Sent.problem, missing, rx.fragment()),
        rx.foreach(Sent.said, _message),
        on_mount=Sent.show,
        # Another version, or values that came from elsewhere, are rendered anew.
        key=Prompt.chosen.to_string() + "/" + Play.revision.to_string(),
    )


def _message(one: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.el.b(one.role, class_name="b"), class_name="fh"),
        rx.el.p(one.text, class_name="pad mono lines", dir="auto"),
    )


def _chosen() -> rx.Component:
    line: Any = Prompt.after
    labels = rx.cond(line, rx.foreach(line.labels, lambda label: tag(label, accent=True, key=label)), rx.fragment())
    return rx.fragment(rx.el.b(Prompt.chosen_name, class_name="b"), labels, _saved(line))


def _saved(line: Any) -> rx.Component:
    return rx.cond(line, rx.el.span(line.when, class_name="t2 r nw", title=line.exact), rx.fragment())


def _base_picker() -> rx.Component:
    picker = select(
        Prompt.bases,
        value=Prompt.base.to_string(),
        on_change=Prompt.compare,
        aria_label="Compare with",
        class_name="sm2",
    )
    return rx.cond(Prompt.bases, picker, rx.el.span("No earlier version", class_name="t2"))


def _file(head: rx.Component, side: Any, label: str) -> rx.Component:
    return rx.el.div(rx.el.div(head, class_name="fh"), compared_lines(Prompt.rows, label, side))
