"""The frame of every page: bar, rail, main; a skip link before them and landmarks in them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.keyboard import keyboard
from console.components.shell_bar import acting, bar
from console.components.shell_rail import rail, tabbar
from console.components.ui.at_address import at_address
from console.components.ui.kinds import Child
from console.components.ui.parts import Tips
from console.components.ui.phase_view import loading, skeleton_rows


def shell(
    active: str,
    head: rx.Component,
    *body: Child,
    of: rx.Var[str] | None = None,
    slim: bool = False,
    **props: Any,
) -> rx.Component:
    """Draw a page of the area whose route is `active`. `head` comes from `page_head`; slim is for pages of panes.

    `of` is the end of the address that head and body are about: at another address neither is drawn.
    """
    drawn = rx.fragment(head, *body)
    return rx.el.div(
        rx.el.a("Skip to content", href="#main", class_name="skip-link", reload_document=True),
        rx.el.div(
            bar(),
            rail(active),
            rx.el.main(
                acting(),
                drawn if of is None else at_address(of, drawn, _coming()),
                class_name="main",
                id="main",
                tab_index=-1,
                **props,
            ),
            tabbar(active),
            class_name="app slim" if slim else "app",
        ),
        Tips.create(),
        keyboard(),
        custom_attrs={"data-hydrated": rx.State.is_hydrated},
    )


def _coming() -> rx.Component:
    """Stand for a page whose thing is not read yet."""
    return rx.fragment(page_head(""), loading(skeleton_rows(160, 260, 80, count=8), "The page"))


def page_head(title: Child, *acts: rx.Component, crumb: Child = "", sub: Child = "", state: Child = "") -> rx.Component:
    """Draw the head: crumb, title, state, then acts at the right with the primary one last."""
    return rx.el.div(
        rx.el.span(crumb, class_name="crumb") if not isinstance(crumb, str) or crumb else rx.fragment(),
        rx.el.h1(title, dir="auto", **_whole(title)),
        rx.el.span(sub, class_name="sub") if not isinstance(sub, str) or sub else rx.fragment(),
        state,
        rx.el.span(*acts, class_name="r row") if acts else rx.fragment(),
        class_name="head",
    )


def _whole(title: Child) -> dict[str, Any]:
    """Say a title in full on hover: a long one is cut."""
    return {"title": title} if isinstance(title, str | rx.Var) else {}


def body(*children: Child, class_name: str = "body") -> rx.Component:
    """Draw what stands under the head, with gaps of 12 px."""
    return rx.el.div(*children, class_name=class_name)
