"""Every page, with its address and what it loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from console import routes
from console.pages.design import design
from console.pages.overview import overview


@dataclass(frozen=True)
class Page:
    """A row of the table of pages."""

    component: Callable[[], rx.Component]
    route: str
    title: str
    on_load: Any = None


PAGES: tuple[Page, ...] = (
    Page(overview, routes.OVERVIEW, "Overview · Signalbox"),
    Page(design, routes.DESIGN, "Components · Signalbox"),
)
