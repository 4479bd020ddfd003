"""The answer of the example flow as it is written, with its sources and the track of plates."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import cite, cite_astray, icon, plate, status
from console.state.ask import AskState
from console.state.first_run import FirstRunState


def answer() -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.el.span("You asked: ", class_name="t2"), rx.el.q(AskState.asked), class_name="t12", dir="auto"),
        rx.el.div(
            rx.el.span(icon("waypoints", small=True), class_name="avatar", custom_attrs={"aria-hidden": "true"}),
            rx.el.div(rx.el.b("Support desk"), rx.el.time(AskState.when), class_name="who"),
            rx.el.div(
                rx.el.div(
                    AskState.text,
                    rx.foreach(AskState.parts, _part),
                    rx.cond(AskState.is_asking, rx.el.span(class_name="caret"), rx.fragment()),
                    class_name="said",
                    dir="auto",
                ),
                rx.cond(
                    AskState.is_asking & (AskState.text == ""),
                    rx.el.p(
                        rx.cond(
                            FirstRunState.model,
                            "The model is answering.",
                            "The built-in model takes a few seconds, and answers one question at a time.",
                        ),
                        class_name="hint",
                    ),
                    rx.fragment(),
                ),
                rx.cond(AskState.error, rx.el.p(status("fail", AskState.error), " ", AskState.hint), rx.fragment()),
                rx.cond(
                    AskState.sources.length() > 0,
                    rx.el.ul(rx.foreach(AskState.sources, _source), class_name="src"),
                    rx.fragment(),
                ),
                class_name="txt",
            ),
            class_name="msg agent",
        ),
        rx.el.p(
            rx.cond(AskState.is_asking, "", AskState.spoken),
            class_name="sr",
            role="status",
            custom_attrs={"aria-live": "polite"},
        ),
        rx.el.div(
            rx.foreach(AskState.track, _stop),
            rx.cond(AskState.run_href, rx.el.a("Open trace", href=AskState.run_href, class_name="r"), rx.fragment()),
            class_name="t12 t2 track",
        ),
        class_name="first-answer",
    )


def _part(part: Any) -> rx.Component:
    linked = cite(part.number, part.href, f"Source {part.number}")
    return rx.cond(part.number, rx.cond(part.astray, cite_astray(part.number), linked), part.text)


def _source(source: Any) -> rx.Component:
    return rx.el.li(
        cite(source.number, source.href, f"Source {source.number}"),
        rx.el.a(source.name, href=source.href, class_name="b"),
        rx.el.span(source.place, class_name="t2 ell"),
    )


def _stop(line: Any, place: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(place > 0, rx.el.i(class_name=rx.cond(line.state == "off", "to come", "")), rx.fragment()),
        plate(line.plate, line.state),
        line.title,
    )
