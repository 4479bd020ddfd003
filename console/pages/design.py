"""Every piece in every state, for those who build screens."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.design.buttons import buttons
from console.components.design.fields import choices, fields
from console.components.design.lines import edges, marks, ports
from console.components.design.messages import banners, messages
from console.components.design.nodes import nodes
from console.components.design.prose import prose
from console.components.design.rows import rows
from console.components.design.states import states
from console.components.design.statuses import progress, statuses
from console.components.design.words import differences, menus
from console.components.shell import page_head, shell


def design() -> rx.Component:
    return shell(
        routes.DESIGN,
        page_head("Components", sub="Every part in every state. Build these once, use them everywhere."),
        rx.el.div(
            rx.el.div(
                rx.el.div(buttons(), nodes(), rows(), differences(), menus(), prose()),
                rx.el.div(fields(), choices(), statuses(), progress(), ports(), edges(), marks()),
                class_name="ks",
            ),
            rx.el.h2("The same list in each state"),
            states(),
            rx.el.h2("Across the page"),
            banners(),
            rx.el.h2("In the corner, over the page, in the form"),
            messages(),
            class_name="sheet",
        ),
    )
