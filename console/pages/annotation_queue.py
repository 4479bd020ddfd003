"""Label a queue by keyboard: the item at the left, what is asked of it at the right."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.conversations.message import message
from console.components.row_dialog import row_dialog
from console.components.shell import page_head, shell
from console.components.ui import (
    PressKeys,
    button,
    empty_state,
    keys,
    link_button,
    meter,
    number_input,
    panel,
    phase_view,
    skeleton_rows,
    status,
    text_area,
)
from console.state.annotate import AnnotateState as State
from console.state.dataset_pick import DatasetPickState as Pick
from console.state.transcript import MARK

FORM = "label-form"


def annotation_queue() -> rx.Component:
    crumb = rx.el.span(rx.el.a("Annotation", href=routes.ANNOTATION), " /")
    done = rx.el.span(meter(State.percent, "Items done", width="120px"), State.left, class_name="row sub hide-s")
    return shell(
        routes.ANNOTATION,
        page_head(State.name, link_button("Items", "/queues/" + State.queue_id), crumb=crumb, state=done),
        rx.el.div(
            phase_view(
                State.phase,
                _item(),
                skeleton=skeleton_rows(320, 480, 200, count=4),
                empty=_end(),
                problem=State.problem,
                on_retry=State.load,
                what="The queue",
            ),
            rx.cond(State.name != "", _agreement(), rx.fragment()),
            class_name="body",
        ),
        row_dialog(Pick, "Make it a test", "Question"),
        on_unmount=State.leave,
        of=State.address,
    )


def _end() -> rx.Component:
    again = button(
        "Label what was skipped",
        State.take_skipped,
        kind="primary",
        key="→",
        custom_attrs={"data-press": "ArrowRight"},
    )
    acts = (
        rx.cond(State.num_skipped > 0, again, rx.fragment()),
        rx.cond(State.may_undo, button("Undo the last label", State.undo), rx.fragment()),
        link_button("To Conversations", routes.CONVERSATIONS),
    )
    return PressKeys.create(empty_state(State.rest, State.rest_why, *acts), class_name="panel")


def _item() -> rx.Component:
    asked = State.asked
    return PressKeys.create(
        rx.el.section(
            rx.el.div(
                rx.cond(State.earlier != "", _earlier(), rx.fragment()),
                rx.foreach(State.messages, _message),
                class_name="scroll chat an-said",
                tab_index=0,
                role="region",
                aria_label="Messages",
            ),
            class_name="panel",
            aria_label="Item",
        ),
        panel(
            rx.el.span(asked.question, dir="auto"),
            rx.el.div(
                rx.cond(
                    State.instructions != "",
                    rx.el.p(State.instructions, class_name="said t12 t2", dir="auto"),
                    rx.fragment(),
                ),
                rx.el.p(State.about, class_name="t12"),
                rx.cond(
                    asked.buttons.length() > 0,
                    rx.el.div(rx.foreach(asked.buttons, _key), class_name="an-keys"),
                    _typed(asked),
                ),
                rx.cond(
                    State.errors.contains(""),
                    rx.el.p(status("fail", State.errors[""]), role="alert"),
                    rx.fragment(),
                ),
                rx.el.div(
                    button("Undo", State.undo, size="sm", custom_attrs={"data-press": "ArrowLeft"}),
                    button("Skip", State.skip(asked.item_id), size="sm", custom_attrs={"data-press": "ArrowRight"}),
                    rx.el.span(keys("←"), " undo, ", keys("→"), " skip", class_name="t12 t2 hide-s"),
                    class_name="row wrap",
                ),
                rx.el.div(
                    rx.el.a("Open the conversation", href=State.href, class_name="t12"),
                    rx.cond(
                        State.message_id != "",
                        rx.el.button(
                            "Make it a test",
                            type="button",
                            class_name="link t12",
                            on_click=Pick.open(State.message_id),
                        ),
                        rx.fragment(),
                    ),
                    class_name="row wrap",
                ),
                rx.el.p(State.left, ", ", State.mine, class_name="t12 t2", role="status"),
                class_name="an-ask",
            ),
        ),
        class_name="annotate",
    )


def _earlier() -> rx.Component:
    """Say that what is asked of reaches further back, and show it."""
    return rx.el.div(
        rx.el.span(State.earlier, class_name="t12 t2"),
        button("Show earlier ones", State.show_earlier, size="sm"),
        class_name="row earlier",
    )


def _message(line: Any) -> rx.Component:
    foot = rx.el.p(line.figures, class_name="t12 t2 figs")
    said = message(line, foot, status("run", "Answering"), MARK)
    return rx.el.div(said, class_name=rx.cond(line.id == State.message_id, "an-turn", ""), key=line.id)


def _key(one: Any) -> rx.Component:
    return rx.el.button(
        rx.el.span(one.label, dir="auto"),
        rx.el.kbd(one.key),
        type="button",
        class_name="btn",
        on_click=State.label(State.asked.item_id, State.asked.name, one.value),
        custom_attrs={"data-press": one.key},
        key=one.key,
    )


def _typed(asked: Any) -> rx.Component:
    number = number_input(name="value", step="any", unit=asked.scale, aria_label=asked.question, required=True)
    words = text_area(name="value", rows="3", dir="auto", aria_label=asked.question, max_length=4000)
    return rx.el.form(
        rx.cond(asked.scale != "", number, words),
        button("Next", kind="primary", type="submit", form=FORM),
        id=FORM,
        on_submit=State.send,
        class_name="row wrap",
        key=asked.item_id + asked.name,
    )


def _agreement() -> rx.Component:
    return panel(
        "Agreement beyond chance",
        rx.el.ul(rx.foreach(State.agreements, _pair), rx.foreach(State.lacking, _lacking), class_name="an-pairs"),
        note="Cohen's kappa, 95 % interval",
    )


def _lacking(one: Any) -> rx.Component:
    """Say what an agreement needs yet, and where to get it."""
    act = rx.el.a(one.act, href=one.href, class_name="r")
    return rx.el.li(
        rx.el.b(one.between, class_name="b"),
        rx.el.span(one.needs, class_name="t2"),
        rx.cond(one.href, act, rx.fragment()),
        key=one.between,
    )


def _pair(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.b(one.config, class_name="b", dir="auto"),
        rx.el.span(one.raters, class_name="t2", dir="auto"),
        rx.el.span(one.equal, class_name="t12 t2"),
        rx.el.span(rx.el.b(one.kappa, class_name="b"), " ", one.interval, class_name="r"),
        rx.match(
            one.drift_mark,
            ("fail", status("fail", one.drift)),
            ("wait", status("wait", one.drift)),
            ("ok", status("ok", one.drift)),
            rx.fragment(),
        ),
        key=one.id,
    )
