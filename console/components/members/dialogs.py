"""The forms and questions of the page of members."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.asking import question
from console.components.ui import CopyButton, button, dialog, field, form_dialog, select, text_input
from console.state.invitations import InvitationsState as Invitations
from console.state.members import MembersState as Members
from console.state.resets import ResetsState as Resets

LOCAL = "This link works only on this machine. Set SIGNALBOX_PUBLIC_URL to the address that others use."


def dialogs() -> rx.Component:
    return rx.fragment(_inviting(), _ruling(), _removing(), _transferring(), _resetting(), _reset())


def _inviting() -> rx.Component:
    ask = rx.el.form(
        field(
            "E-mail address",
            text_input(id="invite-email", name="email", type="email", invalid=Invitations.errors.contains("email")),
            html_for="invite-email",
            error=Invitations.errors["email"],
        ),
        field(
            "Role",
            select(Invitations.roles, id="invite-role", name="role", default_value="viewer"),
            html_for="invite-role",
            help_text="In the organisation and all of its projects. You cannot give more than you have.",
        ),
        id="inviting-form",
        class_name="formcol",
        on_submit=Invitations.invite,
    )
    show = _shown(Invitations, "invitation-link", "It works once, for 7 days, and is not shown again.")
    send = button("Invite", kind="primary", type="submit", form="inviting-form")
    done = button("Done", Invitations.close, kind="primary")
    return dialog(
        "Invite people",
        rx.cond(Invitations.link, show, ask),
        identifier="inviting",
        opened=Invitations.asking,
        on_close=Invitations.close,
        foot=[rx.cond(Invitations.link, done, rx.fragment(button("Not now", Invitations.close), send))],
    )


def _shown(of: Any, identifier: str, lasts: str) -> rx.Component:
    """Draw a link that no letter carries."""
    return rx.el.div(
        rx.el.p("No e-mail was sent. Give this link to ", rx.el.b(of.link_for, class_name="b"), " yourself:"),
        rx.el.p(
            rx.el.span(of.link, class_name="mono long", id=identifier),
            CopyButton.create(text=of.link, label="Copy the link"),
            class_name="row",
        ),
        rx.el.p(lasts, class_name="t2"),
        rx.cond(of.link_is_local, rx.el.p(LOCAL, class_name="t2"), rx.fragment()),
    )


def _resetting() -> rx.Component:
    return question(
        Resets,
        "reset",
        "Let " + Resets.asked_name + " set a new password?",
        rx.el.p(
            "They get an e-mail with a link, or the link is shown here. The old password works until they set a "
            "new one, which signs them out everywhere. The audit log records who created the link."
        ),
        keep="Not now",
        act="Create link",
        on_act=Resets.make,
    )


def _reset() -> rx.Component:
    return dialog(
        "A link for a new password",
        _shown(
            Resets,
            "reset-link",
            "It works once, for an hour, and is not shown again. Anyone who has it can sign in as that person.",
        ),
        identifier="reset-shown",
        opened=Resets.asking == "shown",
        on_close=Resets.keep,
        foot=[button("Done", Resets.keep, kind="primary")],
    )


def _ruling() -> rx.Component:
    return form_dialog(
        "Add a group rule",
        field(
            "Group",
            text_input(id="rule-group", name="group", mono=True),
            html_for="rule-group",
            help_text="Its name or id, as the identity provider sends it.",
            error=Invitations.errors["group"],
        ),
        field(
            "Role",
            select(Invitations.rule_roles, id="rule-role", name="role", default_value="viewer"),
            html_for="rule-role",
        ),
        form="rule-form",
        identifier="ruling",
        opened=Invitations.ruling,
        on_close=Invitations.close,
        on_submit=Invitations.add_rule,
        keep="Not now",
        act="Add rule",
    )


def _removing() -> rx.Component:
    return question(
        Members,
        "remove",
        "Take " + Members.asked_name + " out of the organisation?",
        rx.el.p("They lose access to every project at once, and their API keys stop working. What they built stays."),
        keep="Keep them",
        act="Remove",
        on_act=Members.remove,
    )


def _transferring() -> rx.Component:
    return question(
        Members,
        "transfer",
        "Make " + Members.asked_name + " an owner?",
        rx.el.p("You become an admin: you can no longer create projects, set up sign-in or change owners."),
        keep="Stay owner",
        act="Transfer",
        on_act=Members.transfer,
    )
