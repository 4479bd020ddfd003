"""What speaks to the operator: banners, toasts, undo, a confirm and the errors of a form."""

from __future__ import annotations

import reflex as rx

from console.components.ui import (
    banner,
    button,
    confirm,
    field,
    meter,
    number_input,
    tag,
    text_input,
    toast_card,
    undo_bar,
)
from console.state.design import DesignState

FLOWS = (
    ("Support desk", "v42", "3,412 runs today"),
    ("Returns triage", "v17", "1,187"),
    ("Warranty claims", "v12", "418"),
)


def banners() -> rx.Component:
    acts = [button(words, size="sm") for words in ("Compare", "Keep mine as copy", "Take theirs")]
    return rx.el.div(
        banner(
            "wait",
            "Yuki saved a newer draft at 14:31.",
            "Yours has 3 changes that are not in it.",
            acts=rx.fragment(*acts),
        ),
        banner(
            "fail",
            "Connection lost at 14:31:08.",
            "You see the last known state. Next try in 4 s.",
            acts=button("Try now", size="sm"),
        ),
        class_name="stack",
    )


def messages() -> rx.Component:
    return rx.el.div(_toasts(), _confirm(), _form(), class_name="g3")


def _figure(name: str, words: str, *body: rx.Component) -> rx.Component:
    return rx.el.figure(rx.el.figcaption(rx.el.b(name), rx.el.span(words)), *body, class_name="fg")


def _toasts() -> rx.Component:
    good = rx.fragment(button("Open overview", size="sm"), button("Roll back to v42", size="sm"))
    work = rx.fragment(
        meter(63, "Export", width="160px"), rx.el.span("63 %", class_name="t12 t2"), button("Cancel", size="sm")
    )
    bad = rx.fragment(button("Go on with 14", size="sm"), button("Open exports", size="sm"))
    stopped = "The disk limit of 2 GB is reached. Delete an old export, then go on."
    cards = rx.el.div(
        toast_card("ok", "v43 is in production.", "New runs use it from now on.", on_dismiss=None, acts=good),
        toast_card("run", "Exporting 38 conversations,", "24 done", on_dismiss=None, acts=work),
        toast_card("fail", "Export stopped at 24 of 38.", stopped, on_dismiss=None, acts=bad, reference="job_5d20"),
        rx.el.div(
            button("Good news", DesignState.toast("good"), size="sm"),
            button("Bad news", DesignState.toast("bad"), size="sm"),
            button("Refusal", DesignState.toast("refused"), size="sm"),
            button("Delete with undo", DesignState.offer_undo(True), size="sm"),
            class_name="row",
        ),
        undo_bar(
            DesignState.undoing,
            "14 documents moved to Deleted",
            on_undo=DesignState.offer_undo(False),
            on_end=DesignState.offer_undo(False),
            number=0,
        ),
        class_name="stack",
    )
    return _figure("Toasts and undo", "good news leaves after 6 s, bad news stays", cards)


def _confirm() -> rx.Component:
    uses = [
        rx.el.li(rx.el.span(name), tag(version), rx.el.span(runs, class_name="t12 t2 r"))
        for name, version, runs in FLOWS
    ]
    ask = confirm(
        "Delete collection Help centre?",
        rx.el.p("1,284 documents and 18,942 passages go. This cannot be undone."),
        rx.el.div(
            rx.el.p("Three flows search it and will fail:", class_name="t12 t2"), rx.el.ul(*uses, class_name="uses")
        ),
        identifier="delete-collection",
        opened=DesignState.asking,
        keep="Keep it",
        act="Delete collection",
        on_keep=DesignState.ask(False),
        on_act=DesignState.ask(False),
        name="Help centre",
        typed=DesignState.typed,
        on_typed=DesignState.write,
    )
    opener = button("Delete collection", DesignState.ask(True), kind="danger")
    return _figure("Confirm", "only for what cannot be undone", rx.el.div(opener, class_name="stage"), ask)


def _form() -> rx.Component:
    host = "No answer on port 8443 within 5 s. Check the port, or allow the host under Settings, Network."
    wrong = banner(
        "fail",
        "2 fields need a change:",
        rx.el.a("Host", href="#hf", class_name="u"),
        " and ",
        rx.el.a("Time limit", href="#tf", class_name="u"),
        ".",
    )
    form = rx.el.div(
        wrong,
        field("Name", text_input(id="nf", default_value="Orders"), html_for="nf"),
        field(
            "Host",
            text_input(
                id="hf", default_value="orders.internal:8443", mono=True, invalid=True, aria_describedby="hf-error"
            ),
            html_for="hf",
            error=host,
        ),
        field(
            "Key",
            text_input(id="kf", type="password", default_value="sk-example-only", aria_describedby="kf-help"),
            html_for="kf",
            help_text="Stored encrypted. Only its last 4 characters are shown later.",
        ),
        field(
            "Time limit",
            number_input(id="tf", default_value="0", unit="s", invalid=True, width="72px", aria_describedby="tf-error"),
            html_for="tf",
            error="Must be 1 s to 600 s.",
        ),
        rx.el.div(
            button("Save source", kind="primary"),
            button("Cancel"),
            rx.el.span("Your entries are kept.", class_name="t12 t2 r"),
            class_name="row",
        ),
        class_name="ff",
        role="form",
        aria_label="Connect a source",
    )
    return _figure("Form errors", "at the field, and one line that links to each", form)
