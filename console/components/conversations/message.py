"""One message: who said it, its words with the sources, and the tools that were called. Nothing of it runs."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import cite, cite_astray, icon, status


def message(
    line: Any, foot: rx.Component, under_way: rx.Component, prefix: str = "", marked: Any = False
) -> rx.Component:
    """Draw a message; `foot` stands below an answer that has figures, `under_way` where one is still to come.

    With a `prefix`, unlike any other on the page, links find the message by it and its id. `marked` is the one to which
    the address leads.
    """
    by_agent = line.agent & ~line.replied
    face = rx.cond(by_agent, icon("waypoints", small=True), line.initials)
    return rx.el.div(
        rx.el.span(face, class_name="avatar", custom_attrs={"aria-hidden": "true"}),
        rx.el.div(
            rx.el.b(line.author, dir="auto"),
            rx.el.time(line.when, title=line.when_exact),
            rx.cond(line.version, rx.el.span(line.version), rx.fragment()),
            class_name="who",
        ),
        rx.el.div(
            rx.el.div(rx.foreach(line.parts, _part), class_name="said", dir="auto"),
            rx.cond(line.state == "running", under_way, rx.fragment()),
            rx.cond(
                line.state == "refused",
                status("idle", rx.cond(line.error, f"Refused. {line.error}", "Refused")),
                rx.cond(line.error, status("fail", line.error), rx.fragment()),
            ),
            rx.cond(
                line.state == "unsourced", rx.fragment(status("idle", "Answered without a source"), " "), rx.fragment()
            ),
            rx.foreach(line.decided, lambda words: rx.fragment(status("ok", words), " ")),
            rx.foreach(line.tools, _tool),
            rx.cond(line.sources.length() > 0, rx.el.ul(rx.foreach(line.sources, _source), class_name="src")),
            rx.cond(line.figures, foot, rx.fragment()),
            class_name="txt",
        ),
        class_name=rx.cond(
            marked, rx.cond(by_agent, "msg agent led", "msg led"), rx.cond(by_agent, "msg agent", "msg")
        ),
        aria_current=rx.cond(marked, "true", "false"),
        key=line.id,
        id=f"{prefix}{line.id}" if prefix else None,
    )


def _part(part: Any) -> rx.Component:
    linked = rx.cond(part.href, cite(part.number, part.href, f"Source {part.number}"), cite(part.number))
    said = rx.cond(part.left, rx.el.span(part.left, class_name="t2"), part.text)
    return rx.cond(part.number, rx.cond(part.astray, cite_astray(part.number), linked), said)


def _tool(tool: Any) -> rx.Component:
    """Draw a call: a line, and where it is known what came of it, that behind the line."""
    told = (icon("plug", small=True), rx.el.b(tool.name), rx.el.code(tool.arguments))
    line = rx.el.p(*told, class_name="tcall t12")
    took = rx.cond(tool.failed, status("fail", "Failed"), rx.fragment()), rx.el.span(tool.time, class_name="t2 r")
    folded = rx.el.details(
        rx.el.summary(*told, *took, class_name="tcall t12"),
        rx.el.pre(tool.result, class_name="well out", dir="auto"),
    )
    return rx.cond(tool.result, folded, line)


def _source(source: Any) -> rx.Component:
    gone = rx.el.li(
        cite(source.number),
        rx.el.details(
            rx.el.summary(source.name, ", not here any more"),
            rx.el.p(source.place, class_name="t2"),
            rx.el.p(source.said, class_name="lines", dir="auto"),
        ),
    )
    return rx.cond(source.said, gone, _there(source))


def _there(source: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(source.href, cite(source.number, source.href, f"Source {source.number}"), cite_astray(source.number)),
        rx.cond(source.href, rx.el.a(source.name, href=source.href, class_name="b"), rx.el.span(source.name)),
        rx.el.span(source.place, class_name="t2 ell"),
    )


def facts(known: Any) -> rx.Component:
    """Draw what is known of a conversation, a name and a value each."""
    return rx.el.dl(
        rx.foreach(
            known,
            lambda fact: rx.el.div(rx.el.dt(fact.name), rx.el.dd(fact.value, dir="auto"), key=fact.name),
        ),
        class_name="facts",
    )
