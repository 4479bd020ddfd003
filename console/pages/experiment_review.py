"""Score answers by hand: one at a time, by keyboard, without knowing who gave them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.shell import body, page_head, shell
from console.components.ui import (
    PressKeys,
    button,
    empty_state,
    field,
    keys,
    link_button,
    meter,
    number_input,
    panel,
    phase_view,
    skeleton_rows,
    status,
    text_input,
)
from console.state.experiment_review import ExperimentReviewState as Review

FORM = "score-form"


def experiment_review() -> rx.Component:
    address = routes.EXPERIMENT.partition("[")[0] + Review.experiment_id
    crumb = rx.el.span(
        rx.el.a("Experiments", href=routes.EXPERIMENTS), " / ", rx.el.a(Review.name, href=address, dir="auto"), " /"
    )
    done = empty_state(
        "Nothing is waiting for you",
        "Every answer has its scores.",
        link_button("To the experiment", address, kind="primary"),
    )
    return shell(
        routes.EXPERIMENTS,
        page_head(
            "Review",
            crumb=crumb,
            state=rx.el.span(
                meter(Review.percent, "Answers scored", width="120px"), Review.left, class_name="row sub hide-s"
            ),
        ),
        phase_view(
            Review.phase,
            body(_answer()),
            skeleton=skeleton_rows(320, 480, 200, count=4),
            empty=done,
            problem=Review.problem,
            on_retry=Review.load,
            what="What waits",
        ),
        of=Review.address,
    )


def _answer() -> rx.Component:
    line = Review.line
    expected = rx.el.div(
        rx.el.h3("Expected"), rx.el.p(line.expected, class_name="lines", dir="auto"), class_name="xv-part"
    )
    source = rx.el.details(
        rx.el.summary("As JSON"), rx.el.pre(line.source, class_name="mono", dir="auto"), class_name="xp-whole"
    )
    return PressKeys.create(
        panel(
            rx.fragment("Row ", line.row),
            rx.el.div(rx.el.h3("Input"), rx.el.p(line.question, class_name="lines", dir="auto"), class_name="xv-part"),
            rx.el.div(rx.el.h3("Answer"), rx.el.p(line.output, dir="auto", class_name="xv-said"), class_name="xv-part"),
            rx.cond(line.expected, expected, rx.fragment()),
            rx.cond(line.source, source, rx.fragment()),
            _scores(line),
            note=Review.left,
            class_name="xv",
        )
    )


def _scores(line: Any) -> rx.Component:
    why = text_input(
        id="xv-reason",
        default_value="",
        on_blur=Review.explain,
        max_length=2000,
        key=line.number.to_string() + line.name,
    )
    typed = rx.el.form(
        number_input(name="value", step="any", unit=line.scale, aria_label=line.asked, required=True),
        button("Score", kind="primary", type="submit", form=FORM),
        id=FORM,
        on_submit=Review.send,
        class_name="row",
        key=line.number.to_string() + line.name,
    )
    wrong = rx.el.p(status("fail", Review.errors[""]), role="alert")
    return rx.el.div(
        rx.el.b(line.asked, class_name="b", dir="auto"),
        rx.cond(line.buttons, rx.el.div(rx.foreach(line.buttons, _key), class_name="row wrap"), typed),
        rx.cond(Review.errors.contains(""), wrong, rx.fragment()),
        field("Why", why, html_for="xv-reason", help_text="It goes with the next score."),
        rx.el.div(
            button(
                "Back", Review.back, size="sm", disabled=~Review.can_go_back, custom_attrs={"data-press": "ArrowLeft"}
            ),
            button("Later", Review.skip, size="sm", custom_attrs={"data-press": "ArrowRight"}),
            rx.el.span(keys("←"), " back, ", keys("→"), " later", class_name="t12 t2 hide-s"),
            class_name="row",
        ),
        class_name="xv-scores",
    )


def _key(one: Any) -> rx.Component:
    return rx.el.button(
        one.label,
        rx.el.kbd(one.key),
        type="button",
        class_name="btn",
        on_click=Review.score(Review.line.number, one.value),
        custom_attrs={"data-press": one.key},
        key=one.key,
    )
