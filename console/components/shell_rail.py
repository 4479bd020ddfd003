"""The rail of areas, and the tab bar that takes its place below 640 px."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.ui.icon import icon
from console.components.ui.menu import TRIGGER, menu, menu_link
from console.navigation import GROUPS, MORE, TABS, Area
from console.state.bar import BarState


def rail(active: str) -> rx.Component:
    parts: list[rx.Component] = []
    for place, (title, areas) in enumerate(GROUPS):
        if place:
            parts.append(rx.el.hr())
        parts.append(rx.el.h2(title))
        parts += [_area(area, active) for area in areas]
    return rx.el.nav(*parts, class_name="rail", aria_label="Main")


def tabbar(active: str) -> rx.Component:
    """Draw five: four areas, and More with the rest."""
    more = menu(
        rx.el.button(icon("ellipsis"), "More", type="button", custom_attrs={**TRIGGER}),
        *(menu_link(area.name, area.route, icon=area.icon) for area in MORE),
        label="More areas",
        align="right",
    )
    tabs = [
        rx.el.a(icon(area.icon), area.short, _due(area), href=area.route, **_current(area, active)) for area in TABS
    ]
    return rx.el.nav(*tabs, more, class_name="tabbar", aria_label="Main, narrow")


def _area(area: Area, active: str) -> rx.Component:
    return rx.el.a(
        icon(area.icon),
        rx.el.span(area.name),
        _due(area),
        href=area.route,
        **_current(area, active),
        custom_attrs={"data-tip": area.name, "data-tip-key": f"G {area.key}", "data-tip-side": "right"},
    )


def _due(area: Area) -> rx.Component:
    """Say beside an area how many of it wait for a person."""
    counts = {routes.APPROVALS: (BarState.approvals, "waiting"), routes.ALERTS: (BarState.alerts, "firing")}
    if area.route not in counts:
        return rx.fragment()
    num, words = counts[area.route]
    return rx.cond(num > 0, rx.el.b(num, class_name="due", aria_label=f"{num} {words}"), rx.fragment())


def _current(area: Area, active: str) -> dict[str, Any]:
    return {"aria_current": "page"} if area.route == active else {}
