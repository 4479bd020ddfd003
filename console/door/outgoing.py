"""Send nothing to a tab whose session has ended: a background event outlives the sign-in that began it."""

from __future__ import annotations

import reflex as rx
from reflex.state import StateUpdate

from backend.bootstrap import services
from backend.errors import SignInNeeded
from console import routes, toasts
from console.door.gate import session_cookie


def farewell() -> StateUpdate:
    """Return what is sent instead: nothing of the state, and the way to the sign-in page."""
    return StateUpdate(events=rx.event.Event.from_event_type(toasts.leave(routes.SIGN_IN)))


def guard_outgoing(app: rx.App) -> None:
    """Ask for the session before every update, those of handlers and of background events alike.

    The middleware stands before an event only, and the framework has no hook behind it for background events.
    """
    space = app.event_namespace
    assert space is not None
    emit = space.emit_update

    async def emit_update(update: StateUpdate, token: str) -> None:
        record = space._token_manager.token_to_socket.get(token)
        if record is not None and not await _signed_in(app, record.sid):
            update = farewell()
        await emit(update, token)

    space.emit_update = emit_update  # type: ignore[method-assign]  # the framework has no hook here


async def _signed_in(app: rx.App, sid: str) -> bool:
    assert app.sio is not None
    assert app.event_namespace is not None
    environ = app.sio.get_environ(sid, app.event_namespace.namespace) or {}
    cookie = session_cookie([(b"cookie", str(environ.get("HTTP_COOKIE", "")).encode("latin-1", "replace"))])
    try:
        await services().identity.by_session(cookie)
    except SignInNeeded:
        return False
    return True
