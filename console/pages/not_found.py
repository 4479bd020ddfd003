"""What stands where no page is."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.shell import body, page_head, shell
from console.components.ui import empty_state, link_button


def not_found() -> rx.Component:
    return shell(
        "",
        page_head("No page here"),
        body(
            rx.el.section(
                empty_state(
                    "Nothing at this address",
                    "The address may be mistyped, or the page was deleted.",
                    link_button("Go to the overview", routes.OVERVIEW, kind="primary"),
                    link_button("See what runs", routes.ACTIVITY),
                ),
                class_name="panel",
                aria_label="No page",
            )
        ),
    )
