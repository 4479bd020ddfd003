"""The console put together: pages, the REST API beside them, and the door in front."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
from starlette.types import ASGIApp, Receive, Scope, Send

from backend import bootstrap
from backend.api.app import create_api
from backend.api.wire import numbered, without_trailing_slash
from console.components.connection import page_stopped, server_gone
from console.components.ui.toaster import toaster
from console.components.undo import undo_bars
from console.door.account import ACCOUNT_ROUTES
from console.door.edge import edged
from console.door.events import EventGate
from console.door.gate import gated
from console.door.headers import exported_hashes
from console.door.invitation import INVITATION
from console.door.providers import PROVIDER_ROUTES
from console.door.sign_in import SIGN_IN_ROUTES
from console.door.support import SUPPORT_ROUTES
from console.door.sweeping import sweeping
from console.pages import PAGES
from console.pages.not_found import not_found
from console.problems import note_page_error, show_problem
from console.theme import STYLESHEETS

api = create_api()
api.router.routes[:0] = [*SIGN_IN_ROUTES, *PROVIDER_ROUTES, *ACCOUNT_ROUTES, *SUPPORT_ROUTES, *INVITATION]


def behind_the_door(inside: ASGIApp) -> ASGIApp:
    return numbered(edged(gated(without_trailing_slash(inside))))


app = rx.App(
    api_transformer=[api, behind_the_door],
    backend_exception_handler=show_problem,
    frontend_exception_handler=note_page_error,
    stylesheets=STYLESHEETS,
    toaster=toaster(),
    app_wraps={
        (55, "ErrorBoundary"): lambda stateful: page_stopped(stateful=stateful),
        (5, "Overlay"): lambda stateful: rx.fragment(server_gone(), undo_bars()) if stateful else None,
    },
)
app.add_middleware(EventGate())
app.add_page(not_found, route="404", title="No page here · Signalbox")
for page in PAGES:
    app.add_page(page.component, route=page.route, title=page.title, on_load=page.on_load)


def serving() -> ASGIApp:
    """Return all of it; REST calls go past the outer layers of the framework, which took a sixth of their time."""
    whole, rest = app(), behind_the_door(api)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_rest = scope["type"] == "http" and scope["path"].startswith("/api/")
        await (rest if is_rest else whole)(scope, receive, send)

    return serve


@app.register_lifespan_task
@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Hold the services open while the process serves."""
    services = await bootstrap.start()
    exported_hashes()
    await services.identity.ensure_owner()
    async with sweeping(app), bootstrap.example_being_made(services):
        yield
    await bootstrap.stop(services)
