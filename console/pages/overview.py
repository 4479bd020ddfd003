"""The first page."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.shell import page_head, shell


def overview() -> rx.Component:
    return shell(routes.OVERVIEW, page_head("Overview"))
