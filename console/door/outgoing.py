"""Send nothing to a tab whose session has ended: a background event outlives the sign-in that began it."""

from __future__ import annotations

import reflex as rx
from reflex.state import StateUpdate

from backend.bootstrap import services
from backend.errors import NotFound, SignInNeeded
from console import routes, toasts
from console.door.gate import session_cookie

MAX_PLACES = 20_000


class Places:
    """The project of each tab, by the tab's token: updates of background events are judged without its state."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def put(self, token: str, project_id: str) -> None:
        self._kept.pop(token, None)
        self._kept[token] = project_id
        if len(self._kept) > MAX_PLACES:
            del self._kept[next(iter(self._kept))]

    def of(self, token: str) -> str:
        """Return the project of a tab, empty where none is known: then any of the person's will do."""
        return self._kept.get(token, "")


places = Places()


def farewell(address: str = routes.SIGN_IN) -> StateUpdate:
    """Return what is sent instead: nothing of the state, and the way out."""
    return StateUpdate(events=rx.event.Event.from_event_type(toasts.leave(address)))


def guard_outgoing(app: rx.App) -> None:
    """Ask for the session before every update, those of handlers and of background events alike.

    The middleware stands before an event only, and the framework has no hook behind it for background events.
    """
    space = app.event_namespace
    assert space is not None
    emit = space.emit_update

    async def emit_update(update: StateUpdate, token: str) -> None:
        record = space._token_manager.token_to_socket.get(token)
        if record is not None and (out := await _way_out(app, record.sid, places.of(token))):
            update = farewell(out)
        await emit(update, token)

    space.emit_update = emit_update  # type: ignore[method-assign]  # the framework has no hook here


async def _way_out(app: rx.App, sid: str, project_id: str) -> str:
    """Return where a tab goes that may hear nothing more; empty for one that stays."""
    assert app.sio is not None
    assert app.event_namespace is not None
    environ = app.sio.get_environ(sid, app.event_namespace.namespace) or {}
    cookie = session_cookie([(b"cookie", str(environ.get("HTTP_COOKIE", "")).encode("latin-1", "replace"))])
    try:
        await services().identity.by_session(cookie, project_id)
    except SignInNeeded:
        return routes.SIGN_IN
    except NotFound:
        return routes.OVERVIEW
    return ""
