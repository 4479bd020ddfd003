"""The first page."""

from __future__ import annotations

import reflex as rx


def overview() -> rx.Component:
    return rx.el.main(rx.el.h1("Overview"), custom_attrs={"data-hydrated": rx.State.is_hydrated})
