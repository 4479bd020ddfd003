"""What is masked before it is kept, how long conversations stay, and all of one person's."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.settings.frame import settings_page
from console.components.settings.person import person
from console.components.ui import (
    Column,
    Every,
    button,
    cell,
    confirm,
    data_table,
    empty_state,
    error_of,
    field,
    meter,
    panel,
    phase_view,
    refusal,
    skeleton_rows,
    status,
    table_row,
    text_area,
    text_input,
)
from console.state.privacy import MASKED
from console.state.privacy import PrivacyState as Privacy

KINDS = (
    ("e-mail", "E-mail addresses"),
    ("phone", "Phone numbers"),
    ("IBAN", "IBANs with valid check digits"),
    ("card", "Card numbers with a valid check digit"),
)
COUNTS = (
    Column("Day", width="120px"),
    Column("Source"),
    Column("Kind", width="136px"),
    Column("Values", number=True, width="88px"),
)
REMOVALS = (
    Column("What"),
    Column("State", width="120px"),
    Column("Conversations", number=True, width="136px"),
    Column("By", width="120px", narrow=False),
    Column("Started", number=True, width="104px", narrow=False),
)
LOOK_SECONDS = 1
NARROW = {"maxWidth": "640px"}


def settings_privacy() -> rx.Component:
    view = phase_view(
        Privacy.phase,
        rx.el.div(
            rx.cond(Privacy.work.length() > 0, _work(), rx.fragment()),
            rx.el.div(
                rx.el.div(_masking(), _trial(), _counts(), class_name="settings-col"),
                rx.el.div(_retention(), person(), _removals(), class_name="settings-col"),
                class_name="settings-cols",
            ),
            class_name="settings-col",
        ),
        skeleton=panel("Masking", skeleton_rows(168, 120, 240)),
        problem=Privacy.problem,
        on_retry=Privacy.load,
        what="Privacy",
    )
    return settings_page(routes.SETTINGS_PRIVACY, view, _question())


def _masking() -> rx.Component:
    boxes = [
        rx.el.label(
            rx.el.input(type="checkbox", name=f"kind-{kind}", default_checked=Privacy.kinds.contains(kind)),
            words,
            class_name="choice",
        )
        for kind, words in KINDS
    ]
    words = rx.el.p(
        "Signalbox stores placeholders such as [e-mail 1] in place of what it finds, and draws them wherever it shows "
        "what was said. While a question is being answered, the model and whoever asks over REST see the real words. "
        "What is already stored does not change.",
        class_name="t2",
    )
    form = rx.el.form(
        words,
        refusal(Privacy.errors),
        rx.el.div(*boxes, class_name="field"),
        field(
            "Regions whose phone numbers need no country code",
            text_input(id="regions", name="regions", default_value=Privacy.regions, placeholder="DE, US"),
            html_for="regions",
            help_text="Two letters each, up to five.",
            error=error_of(Privacy.errors, "regions"),
        ),
        field(
            "Your own patterns",
            text_area(id="patterns", name="patterns", rows="3", mono=True, default_value=Privacy.patterns),
            html_for="patterns",
            help_text="One a line, as “order: ORD-[0-9]+”, in the syntax of RE2.",
            error=error_of(Privacy.errors, "patterns"),
        ),
        rx.el.div(button("Save", kind="primary", type="submit"), class_name="row"),
        key=Privacy.version.to_string(),
        class_name="formcol pad",
        style=NARROW,
        on_submit=Privacy.save_masking,
    )
    return panel("Masking", form, note="before anything is stored")


def _trial() -> rx.Component:
    form = rx.el.form(
        field(
            "Text to try",
            text_area(id="trial", name="text", rows="3"),
            html_for="trial",
            help_text="It is neither stored nor counted.",
            error=error_of(Privacy.errors, "text"),
        ),
        rx.el.div(button("Try it", type="submit"), class_name="row"),
        rx.cond(
            Privacy.tried,
            field("What would be stored", rx.el.output(Privacy.tried, class_name="mono", html_for="trial")),
            rx.fragment(),
        ),
        class_name="formcol pad",
        style=NARROW,
        on_submit=Privacy.try_masking,
    )
    return panel("Try it", form, note="with the saved rules")


def _counts() -> rx.Component:
    table = data_table("Masked", COUNTS, Privacy.counts, _count)
    none = empty_state("Nothing was masked", "Counts by day, source and kind appear here, never the words.")
    drawn = rx.cond(Privacy.counts.length() > 0, table, none)
    return panel("Masked in the last 30 days", drawn, note="days in UTC", id=MASKED)


def _count(one: Any) -> rx.Component:
    return table_row(cell(one.day), cell(one.way), cell(one.kind), cell(one.num, number=True), key=one.key)


def _retention() -> rx.Component:
    form = rx.el.form(
        field(
            "Days to keep a conversation after its last message",
            text_input(id="days", name="days", default_value=Privacy.days, inputmode="numeric"),
            html_for="days",
            help_text="Leave empty to keep everything. Dataset rows always stay.",
            error=error_of(Privacy.errors, "days"),
        ),
        rx.cond(Privacy.preview, rx.el.p(Privacy.preview, role="status"), rx.fragment()),
        rx.el.div(button("Save", kind="primary", type="submit"), class_name="row"),
        key="days" + Privacy.version.to_string(),
        class_name="formcol pad",
        style=NARROW,
        on_submit=Privacy.save_days,
    )
    look = rx.el.form(
        field(
            "Try a number of days",
            text_input(id="look-days", name="days", inputmode="numeric"),
            html_for="look-days",
            help_text="Counts what would go. Nothing is removed.",
        ),
        rx.el.div(button("Count", type="submit"), class_name="row"),
        class_name="formcol pad",
        style=NARROW,
        on_submit=Privacy.look_back,
    )
    return panel("Retention", form, look)


def _removals() -> rx.Component:
    table = data_table("Removals", REMOVALS, Privacy.removals, _removal)
    none = empty_state("Nothing was removed", "Removals of a person's data, and of data past its time, appear here.")
    return panel("Removals", rx.cond(Privacy.removals.length() > 0, table, none))


def _work() -> rx.Component:
    follow = rx.cond(Privacy.is_at_work, Every.create(seconds=LOOK_SECONDS, on_tick=Privacy.tick))
    lines = rx.el.ul(rx.foreach(Privacy.work, _at_work), class_name="home-fails")
    return panel("Removals under way", lines, follow)


def _at_work(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            status(one.mark, one.state, weight=True),
            rx.el.b(one.what, class_name="b ell"),
            rx.el.span(one.since, class_name="t12 t2 r nw"),
            class_name="row",
        ),
        rx.el.div(
            meter(one.percent, one.what, width="160px"), rx.el.span(one.words, class_name="t12"), class_name="row"
        ),
        rx.cond(
            one.error,
            rx.fragment(
                rx.el.p(one.error, class_name="t12 why"),
                rx.el.div(button("Try again", Privacy.again(one.id), size="sm"), class_name="row"),
            ),
            rx.fragment(),
        ),
        key=one.id,
    )


def _removal(one: Any) -> rx.Component:
    return table_row(
        cell(one.what, name=True),
        cell(status(one.mark, one.state)),
        cell(one.done, number=True),
        cell(one.by, narrow=False),
        cell(one.at, number=True, title=one.exact, narrow=False),
        key=one.id,
    )


def _question() -> rx.Component:
    return confirm(
        "Remove all data of " + Privacy.person + "?",
        rx.el.p(Privacy.going, ". It cannot be undone."),
        rx.cond(Privacy.staying, rx.el.p(Privacy.staying, dir="auto"), rx.fragment()),
        rx.el.p(
            "What they said of other people's conversations stays, under “Removed user”: comments, labels, feedback. "
            "Backups and the audit log keep what they hold.",
            class_name="t2",
        ),
        identifier="removing-person",
        opened=Privacy.removing,
        keep="Keep it",
        act="Remove all of it",
        on_keep=Privacy.keep,
        on_act=Privacy.remove,
    )
