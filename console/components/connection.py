"""What stands over every page when something is gone: the server, the version, or the page itself."""

from __future__ import annotations

import reflex as rx
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors

from console.components.ui.button import link_button
from console.components.ui.status import status


class ServerGone(rx.Component):
    """Says calmly that the server does not answer; it asks by itself, and names a newer version when it is back."""

    library = "$/public/ui/server_gone.jsx"
    tag = "ServerGone"
    lost: rx.Var[bool]


class Told(rx.Component):
    """Does what the server tells: toasts, leaving, bringing into view."""

    library = "$/public/ui/told.jsx"
    tag = "Told"


def server_gone() -> rx.Component:
    # The wraps below take the page as a child; a fragment puts it beside the banner.
    return rx.fragment(ServerGone.create(lost=has_connection_errors), Told.create())


def page_stopped(*, stateful: bool) -> rx.Component:
    """Catch what a page throws while it draws; the error goes to the server's log."""
    again = link_button("Reload the page", "", kind="primary", reload_document=True)
    words = rx.el.div(
        status("fail", "This page stopped"),
        rx.el.p("Something went wrong while drawing this page. Nothing you saved is lost. Reload the page."),
        rx.el.div(again, class_name="row"),
        class_name="state",
        role="alert",
    )
    fallback = ArgsFunctionOperation.create(("event_args",), rx.Var.create(words), _var_type=rx.Component)
    if stateful:
        return ErrorBoundary.create(fallback_render=fallback)
    return ErrorBoundary.create(fallback_render=fallback, on_error=rx.noop())
