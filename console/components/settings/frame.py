"""What every page of the settings has: the head, and a row of links to the others."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.shell import body, page_head, shell
from console.components.ui import Child

# A page of the settings adds its line here, in the order that a reader meets them.
SETTINGS: tuple[tuple[str, str], ...] = (
    ("Projects", routes.SETTINGS),
    ("API keys", routes.SETTINGS_API_KEYS),
    ("Secrets", routes.SETTINGS_SECRETS),
    ("Privacy", routes.SETTINGS_PRIVACY),
    ("Sign-in", routes.SETTINGS_SIGN_IN),
    ("Support", routes.SETTINGS_SUPPORT),
    ("Audit log", routes.SETTINGS_AUDIT),
)
CURRENT = {"aria-current": "page"}


def settings_page(route: str, *parts: Child, acts: tuple[rx.Component, ...] = (), sub: Child = "") -> rx.Component:
    """Draw one page of the settings; `acts` stand in the head, the primary one last."""
    links = [rx.el.a(words, href=to, custom_attrs=CURRENT if to == route else {}) for words, to in SETTINGS]
    return shell(
        routes.SETTINGS,
        page_head("Settings", *acts, sub=sub),
        rx.el.nav(*links, class_name="tabs", aria_label="Settings"),
        body(*parts),
    )
