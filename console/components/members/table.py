"""The list of members, with invitations below and group rules under them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import (
    TRIGGER,
    avatar,
    button,
    filter_input,
    icon,
    icon_button,
    menu,
    menu_item,
    menu_line,
    panel,
    phead,
    select,
    status,
)
from console.state.invitations import InvitationsState as Invitations
from console.state.members import MembersState as Members
from console.state.resets import ResetsState as Resets

BELOW_OWNER = ("admin", "editor", "reviewer", "viewer")
PROJECT_ROLES = (("", "The same"), *((one, one.capitalize()) for one in BELOW_OWNER))


def members_panel() -> rx.Component:
    find = filter_input(
        label="Filter by name",
        on_change=Members.search.debounce(250),
        key=Members.num_clears.to_string(),
        class_name="sm2",
    )
    heads = ("Name", "Role", "In this project", "Last seen", "")
    table = rx.el.table(
        rx.el.caption("Members", class_name="sr"),
        rx.el.thead(rx.el.tr(*(_head(words) for words in heads))),
        rx.el.tbody(
            rx.foreach(Members.rows, _member),
            rx.foreach(Invitations.waiting, _invitation),
            class_name="mem",
        ),
    )
    return panel(
        "Members",
        rx.cond(Members.rows.length() > 0, rx.fragment(), rx.el.p("No name matches.", class_name="pad t2")),
        rx.el.div(table, class_name="scroll"),
        _rules(),
        acts=find,
        class_name="people",
    )


def _head(words: str) -> rx.Component:
    kind = "hide-s" if words in {"In this project", "Last seen"} else ""
    return rx.el.th(words or rx.el.span("Actions", class_name="sr"), scope="col", class_name=kind)


def _who(initials: Any, name: Any, email: Any) -> rx.Component:
    words = rx.el.span(
        rx.el.span(name, class_name="b ell who"), rx.el.span(email, class_name="t2 ell who"), class_name="grow"
    )
    return rx.el.td(rx.el.span(avatar(initials, name), words, class_name="row"), class_name="person")


def _member(one: Any) -> rx.Component:
    role = rx.cond(
        one.fixed | ~Members.may,
        rx.el.span(one.label, class_name="own"),
        select(
            Members.roles,
            value=one.role,
            on_change=lambda role: Members.change_role(one.id, role),
            aria_label="Role of " + one.name,
            class_name="sm2",
        ),
    )
    here = rx.cond(
        one.fixed | ~Members.may | (one.role == "owner"),
        rx.el.span(rx.cond(one.here, one.here.capitalize(), "the same"), class_name="t2"),
        select(
            PROJECT_ROLES,
            value=one.here,
            on_change=lambda role: Members.change_here(one.id, role),
            aria_label="Role of " + one.name + " in this project",
            class_name="sm2",
        ),
    )
    return rx.el.tr(
        _who(one.initials, one.name, one.email),
        rx.el.td(role),
        rx.el.td(here, class_name="hide-s"),
        rx.el.td(one.seen, class_name="nw t2 hide-s", title=one.exact),
        rx.el.td(_acts(one), class_name="num"),
        on_click=Members.show(one.id),
        aria_selected=rx.cond(Members.shown == one.id, "true", "false"),
        key=one.id,
    )


def _acts(one: Any) -> rx.Component:
    trigger = rx.el.button(
        icon("ellipsis", small=True),
        type="button",
        class_name="btn icon quiet",
        aria_label="More for " + one.name,
        custom_attrs={**TRIGGER},
    )
    leave = rx.cond(one.is_self, "Leave the organisation", "Remove from the organisation")
    whole = menu(
        trigger,
        rx.cond(
            Members.owns & ~one.is_self & (one.role != "owner"),
            rx.fragment(
                menu_item("Transfer ownership", Members.ask_transfer(one.id, one.name), icon="crown"), menu_line()
            ),
            rx.fragment(),
        ),
        rx.cond(
            Members.may & ~one.fixed & one.has_password,
            rx.fragment(menu_item("New password by link", Resets.ask(one.id, one.name), icon="key-round"), menu_line()),
            rx.fragment(),
        ),
        menu_item(leave, Members.ask_remove(one.id, one.name), icon="user-minus", danger=True),
        label="Actions",
        align="right",
    )
    return rx.cond(one.is_self | (Members.may & ~one.fixed), whole, rx.fragment())


def _invitation(one: Any) -> rx.Component:
    trigger = rx.el.button(
        icon("ellipsis", small=True),
        type="button",
        class_name="btn icon quiet",
        aria_label="More for " + one.email,
        custom_attrs={**TRIGGER},
    )
    acts = menu(
        trigger,
        menu_item("Send again", Invitations.resend(one.id), icon="send"),
        menu_line(),
        menu_item("Take back", Invitations.revoke(one.id), icon="undo-2", danger=True),
        label="Actions",
        align="right",
    )
    return rx.el.tr(
        _who(one.initials, one.email, "no account yet"),
        rx.el.td(rx.el.span(one.label, class_name="own")),
        rx.el.td(class_name="hide-s"),
        rx.el.td(status(one.state, one.words), class_name="nw t2 hide-s"),
        rx.el.td(rx.cond(Members.may, acts, rx.fragment()), class_name="num"),
        key=one.id,
    )


def _rules() -> rx.Component:
    add = rx.cond(Members.may, button("Add rule", Invitations.begin_rule, size="sm"), rx.fragment())
    none = rx.el.p("No rule: groups of the identity provider give nobody a role.", class_name="pad t2")
    table = rx.el.table(
        rx.el.caption("Group rules", class_name="sr"),
        rx.el.tbody(rx.foreach(Invitations.rules, _rule)),
        class_name="sso",
    )
    return rx.el.div(
        phead("Group rules", note="from the identity provider, at sign-in", acts=add),
        rx.cond(Invitations.rules.length() > 0, table, none),
        class_name="rules",
    )


def _rule(one: Any) -> rx.Component:
    drop = icon_button("x", "Remove the rule of " + one.group, Invitations.remove_rule(one.id), size="sm")
    return rx.el.tr(
        rx.el.td(one.group, class_name="mono"),
        rx.el.td(icon("arrow-right", small=True)),
        rx.el.td(one.label, class_name="b"),
        rx.el.td(one.people, class_name="num t2"),
        rx.el.td(rx.cond(Members.may, drop, rx.fragment()), class_name="num"),
        key=one.id,
    )
