"""The form of an alert, with what it would have done beside it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.alerts.types import MAX_NAME, Comparison
from console import routes
from console.components.alerts.picture import alert_picture
from console.components.dashboards.choosing import boxes
from console.components.ui import (
    button,
    error_of,
    field,
    link_button,
    number_input,
    panel,
    refusal,
    select,
    skeleton_block,
    status,
    text_input,
)
from console.state.alert_entries import FIRST, OF_ANY_MEASURE, WINDOWS
from console.state.alert_form import AlertFormState as Form
from console.state.alert_rows import minutes
from console.state.figure_rows import MEASURES

FORM = "alert-form"
MEASURE_CHOICES = [(one.value, MEASURES[one][0]) for one in FIRST]
COMPARISONS = [(Comparison.ABOVE.value, "above"), (Comparison.BELOW.value, "below")]
WINDOW_CHOICES = [(str(one), minutes(one)) for one in WINDOWS]


def alert_form() -> rx.Component:
    return rx.el.div(
        rx.el.form(
            refusal(Form.errors),
            _what(),
            _whom(),
            _patience(),
            id=FORM,
            key=Form.drawn,
            no_validate=True,  # what is wrong is said at its field, not in a bubble of the browser
            on_submit=Form.save,
            class_name="xf-form",
        ),
        _would(),
        class_name="xf al-form",
    )


def _what() -> rx.Component:
    some = rx.el.details(
        rx.el.summary("Only some conversations", rx.cond(Form.num_filters > 0, f" ({Form.num_filters} filters)", "")),
        boxes(Form.filters, Form.toggle),
        class_name="xf-more xf-wide",
    )
    return panel(
        "What is watched",
        rx.el.div(
            _entry("name", "Name", text_input, max_length=MAX_NAME, required=True, class_name="xf-name"),
            _choice("measure", "Figure", MEASURE_CHOICES),
            _choice("comparison", "Fires when it is", COMPARISONS, key=Form.num_measured),
            _entry("threshold", "Threshold", number_input, unit=Form.unit, step="any", min="0", required=True),
            _windows(),
            some,
            class_name="pad xf-grid",
        ),
        note="checked every minute",
    )


def _whom() -> rx.Component:
    letters = rx.cond(
        Form.writes_letters,
        "Up to ten addresses, with commas between them.",
        "No mail server is set up here, so no e-mail is sent.",
    )
    return panel(
        "Who is told",
        rx.el.div(
            _entry("emails", "E-mail to", text_input, help_text=letters, in_wide=True, placeholder="ops@example.com"),
            _entry(
                "webhook_url",
                "Webhook",
                text_input,
                help_text="Signed. The secret is shown once, after you save.",
                in_wide=True,
                placeholder="https://example.com/hook",
                spell_check=False,
            ),
            rx.el.label(
                rx.el.input(type="checkbox", name="private", default_checked=Form.entries["private"] != ""),
                rx.el.span(
                    "Allow a private address: ", rx.el.span("your network, an owner's choice", class_name="t12 t2")
                ),
                class_name="choice xf-wide",
            ),
            rx.el.label(
                rx.el.input(type="checkbox", name="is_on", default_checked=Form.entries["is_on"] != ""),
                "Switched on",
                class_name="choice xf-wide",
            ),
            class_name="pad xf-grid",
        ),
        note="when it fires and when it resolves",
    )


def _patience() -> rx.Component:
    return panel(
        "When it fires",
        rx.el.div(
            _entry("min_count", "Conversations at least", number_input, min="0"),
            _entry("looks", "Minutes in a row", number_input, min="1"),
            _entry("margin", "Distance to resolve", number_input, unit="%", step="any", min="0"),
            _entry("quiet_minutes", "Minutes before it fires again", number_input, min="0"),
            rx.el.p(Form.meaning, class_name="t12 xf-wide", role="status"),
            class_name="pad xf-grid",
        ),
    )  # fmt: skip


def _entry(
    name: str, words: str, draw: Any, *, help_text: Any = "", in_wide: bool = False, **props: Any
) -> rx.Component:
    identifier = f"alert-{name}"
    if name not in OF_ANY_MEASURE:
        props["key"] = Form.num_measured
    entry = draw(
        id=identifier,
        name=name,
        default_value=Form.entries[name],
        on_blur=lambda value: Form.change(name, value),
        invalid=Form.errors.contains(name),
        **props,
    )
    drawn = field(words, entry, html_for=identifier, help_text=help_text, error=error_of(Form.errors, name))
    return rx.el.div(drawn, class_name="xf-wide") if in_wide else drawn


def _choice(name: str, words: str, options: Any, **props: Any) -> rx.Component:
    identifier = f"alert-{name}"
    entry = select(
        options,
        id=identifier,
        name=name,
        default_value=Form.entries[name],
        on_change=lambda value: Form.change(name, value),
        **props,
    )
    return field(words, entry, html_for=identifier, error=error_of(Form.errors, name))


def _windows() -> rx.Component:
    """Offer the usual windows, and before them one of its own that a rule made over REST may have."""
    own = rx.cond(
        rx.Var.create([value for value, _ in WINDOW_CHOICES]).contains(Form.entries["window_minutes"]),
        rx.fragment(),
        rx.el.option(f"{Form.entries['window_minutes']} min", value=Form.entries["window_minutes"]),
    )
    entry = rx.el.select(
        own,
        *(rx.el.option(words, value=value) for value, words in WINDOW_CHOICES),
        id="alert-window_minutes",
        name="window_minutes",
        default_value=Form.entries["window_minutes"],
        on_change=lambda value: Form.change("window_minutes", value),
        class_name="select",
    )
    return field("Over the last", entry, html_for="alert-window_minutes", error=error_of(Form.errors, "window_minutes"))


def _would() -> rx.Component:
    drawn = rx.cond(Form.picture.words, alert_picture(Form.picture), skeleton_block("100%", 120))
    return panel(
        "It would have fired",
        rx.cond(Form.unclear, rx.el.p(status("warn", Form.unclear), class_name="pad", role="status"), drawn),
        rx.el.div(
            link_button("Cancel", routes.ALERTS),
            button("Save alert", kind="primary", type="submit", form=FORM),
            class_name="row pad al-acts",
        ),
        note="7 days, as the log stands now",
        class_name="xf-side",
    )
