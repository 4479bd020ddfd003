"""The bar: brand, project, search, what it cost today, the jobs in work, the person's menu."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.style import color_mode, set_color_mode
from reflex_components_core.el.elements.base import BaseHTML

from console import routes
from console.components.brand import mark
from console.components.ui.icon import icon
from console.components.ui.keys import keys
from console.components.ui.menu import TRIGGER, menu, menu_item, menu_line, menu_link
from console.components.ui.notice import banner
from console.components.ui.parts import Every
from console.components.ui.status import status
from console.state.bar import BarState

COUNT_EVERY_SECONDS = 15.0
# While a job is in work it may end at any moment.
COUNT_BUSY_SECONDS = 3.0
OF_WHAT = "Flow runs and experiments"
THEMES = (("system", "System theme", "monitor"), ("light", "Light", "sun"), ("dark", "Dark", "moon"))


class NativeForm(BaseHTML):
    """A form that the browser posts by itself; `rx.el.form` would keep it for the socket."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def bar() -> rx.Component:
    return rx.el.header(
        rx.el.a(
            mark(), rx.el.span("Signalbox"), href=routes.OVERVIEW, class_name="brand", aria_label="Signalbox, overview"
        ),
        _project(),
        _search(),
        _jobs(),
        _cost(),
        _person(),
        Every.create(
            seconds=rx.cond(BarState.jobs > 0, COUNT_BUSY_SECONDS, COUNT_EVERY_SECONDS), on_tick=BarState.count
        ),
        class_name="bar",
        on_mount=BarState.load,
    )


def _project() -> rx.Component:
    trigger = rx.el.button(
        rx.el.span("Project ", class_name="sr"),
        rx.el.span(BarState.organisation, class_name="b hide-s"),
        rx.el.span("/", class_name="cross hide-s"),
        rx.el.span(BarState.project, class_name="ell"),
        icon("chevrons-up-down", small=True),
        type="button",
        class_name="btn quiet where",
        custom_attrs={**TRIGGER},
    )
    return menu(
        trigger,
        rx.foreach(BarState.places, _place),
        menu_line(),
        menu_link("All projects", routes.SETTINGS, icon="settings-2"),
        label="Projects",
    )


def _place(place: Any) -> rx.Component:
    return menu_item(
        place.name,
        BarState.enter(place.id),
        role="menuitemradio",
        aria_checked=rx.cond(BarState.project_id == place.id, "true", "false"),
    )


def _search() -> rx.Component:
    return rx.el.button(
        icon("search", small=True),
        rx.el.span("Search or run a command"),
        keys("Ctrl K"),
        type="button",
        class_name="find",
        custom_attrs={"data-palette": "true"},
    )


def _jobs() -> rx.Component:
    words: Any = rx.cond(BarState.jobs == 1, "1 job", f"{BarState.jobs} jobs")
    return rx.cond(
        BarState.jobs > 0,
        rx.el.a(status("run", words), href=routes.ACTIVITY, class_name="jobs", aria_label=words + " in work"),
        rx.fragment(),
    )


def _cost() -> rx.Component:
    return rx.cond(
        BarState.cost_today,
        rx.el.span(
            rx.el.b(BarState.cost_today),
            " spent today",
            class_name="budget hide-s",
            title=rx.cond(BarState.cost_words, f"{OF_WHAT}, {BarState.cost_words}", OF_WHAT),
        ),
        rx.fragment(),
    )


def _person() -> rx.Component:
    face = rx.cond(
        BarState.picture,
        rx.el.img(src=BarState.picture, alt="", class_name="avatar"),
        rx.el.span(BarState.initials, class_name="avatar", custom_attrs={"aria-hidden": "true"}),
    )
    trigger = rx.el.button(
        face,
        type="button",
        class_name="me",
        aria_label="Signed in as " + BarState.name,
        custom_attrs={**TRIGGER},
    )
    who = rx.el.div(
        rx.el.span(rx.el.b(BarState.name, class_name="b"), rx.el.br(), rx.el.span(BarState.role, class_name="t12 t2")),
        class_name="who",
    )
    leave = NativeForm.create(
        rx.el.button(icon("log-out", small=True), "Sign out", type="submit", role="menuitem", tab_index=-1),
        action=routes.SIGN_OUT,
        method="post",
        class_name="leave",
    )
    # A page of the door: the router would look for it in the bundle.
    profile = NativeForm.create(
        rx.el.button(icon("user", small=True), "Profile", type="submit", role="menuitem", tab_index=-1),
        action=routes.PROFILE,
        method="get",
        class_name="leave",
    )
    return menu(
        trigger,
        who,
        menu_line(),
        *(_theme(*theme) for theme in THEMES),
        menu_line(),
        profile,
        menu_link("About", routes.ABOUT, icon="info"),
        leave,
        label="You",
        align="right",
    )


def acting() -> rx.Component:
    """Say on every page that support acts for somebody, for how long, and how to stop."""
    stop = NativeForm.create(
        rx.el.button("Stop", type="submit", class_name="btn sm"), action=f"{routes.SUPPORT}/stop", method="post"
    )
    words = rx.el.span("you act for ", rx.el.b(BarState.name), " as ", BarState.role, ". ", BarState.support_left, ".")
    shown = rx.el.div(
        banner("wait", BarState.support + ",", words, acts=stop), class_name="acting", aria_label="Support"
    )
    return rx.cond(BarState.support, shown, rx.fragment())


def _theme(value: Any, words: str, icon_name: str) -> rx.Component:
    return menu_item(
        words,
        set_color_mode(value),
        icon=icon_name,
        role="menuitemradio",
        aria_checked=rx.cond(color_mode == value, "true", "false"),
    )
