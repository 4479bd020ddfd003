"""One drawing for every screen: loading with the shape of what comes, empty, failed, ready."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui.button import button
from console.components.ui.kinds import Child, Handler, Text
from console.components.ui.parts import CopyButton
from console.components.ui.status import status


def phase_view(
    phase: rx.Var[Any],
    ready: rx.Component,
    *,
    skeleton: rx.Component,
    empty: rx.Component | None = None,
    problem: Any,
    on_retry: Handler,
    what: str = "This",
    back: rx.Component | None = None,
) -> rx.Component:
    """Draw `ready`, or what stands in its place. `problem` has words, hint and reference; `what` names what loads.

    Where what loads is not there, `back` leads away in the place of another try.
    """
    drawn: Any = rx.match(
        phase,
        ("ready", ready),
        ("empty", empty or ready),
        ("failed", _missing_or_failed(what, problem, on_retry, back)),
        loading(skeleton, what),
    )
    return drawn


def loading(skeleton: rx.Component, what: str) -> rx.Component:
    """Draw the skeleton; the style keeps it unseen for the first 300 ms."""
    return rx.el.div(
        rx.el.p(f"{what}: loading", class_name="sr", role="status"),
        skeleton,
        class_name="late",
        aria_busy=True,
    )


def empty_state(title: Child, words: Child, *acts: rx.Component, note: Child = "") -> rx.Component:
    """Say what is missing without it, then the next step. A filter without a match is not empty: offer to loosen it."""
    return rx.el.div(
        rx.el.b(title),
        rx.el.p(words),
        rx.el.div(*acts, class_name="row") if acts else rx.fragment(),
        rx.el.span(note, class_name="ref") if note else rx.fragment(),
        class_name="state",
    )


def _missing_or_failed(what: str, problem: Any, on_retry: Handler, back: rx.Component | None) -> rx.Component:
    if back is None:
        return failed(what, problem, on_retry)
    return rx.cond(
        problem["is_missing"],
        rx.el.div(
            status("idle", problem["words"]),
            rx.el.p("It was deleted, or is in another project."),
            rx.el.div(back, class_name="row"),
            class_name="state",
            role="alert",
        ),
        failed(what, problem, on_retry),
    )


def failed(what: str, problem: Any, on_retry: Handler) -> rx.Component:
    """Say what happened, why and what to do; the reference is for the log."""
    return failure(f"{what} did not load", problem["words"], problem["hint"], problem["reference"], on_retry)


def failure(title: Text, words: Text, hint: Text, reference: Text, on_retry: Handler) -> rx.Component:
    mono = rx.el.span("Reference ", rx.el.span(reference, class_name="mono"), class_name="ref")
    copy = CopyButton.create(text=reference, label="Copy the reference")
    return rx.el.div(
        status("fail", title),
        rx.el.p(words, " ", hint),
        rx.el.div(button("Try again", on_retry, kind="primary", icon="rotate-cw"), class_name="row"),
        rx.cond(reference, rx.el.span(mono, copy, class_name="row tight"), rx.fragment()),
        class_name="state",
        role="alert",
    )


def problem_line(problem: Any, class_name: str = "") -> rx.Component:
    """Say beside a form why it was not taken."""
    reference = rx.cond(problem["reference"], " Reference " + problem["reference"].to(str) + ".", "")
    words = rx.el.p(
        status("fail", problem["words"]), " ", problem["hint"], reference, class_name=class_name, role="alert"
    )
    return rx.cond(problem["words"], words, rx.fragment())


def skeleton_rows(*widths: int, count: int = 5) -> rx.Component:
    """Draw the shape of a list: per row one bar for each of `widths` (in px)."""
    bars = [rx.el.span(class_name="sk", style={"width": f"{width}px"}) for width in widths]
    return rx.el.div(
        *(rx.el.div(*bars, class_name="skrow") for _ in range(count)), custom_attrs={"aria-hidden": "true"}
    )


def skeleton_block(width: str = "100%", height: int = 8) -> rx.Component:
    return rx.el.span(class_name="sk", style={"width": width, "height": f"{height}px"})
