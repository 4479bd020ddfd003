"""Send nothing to a tab whose session has ended: a background event outlives the sign-in that began it."""

from __future__ import annotations

import reflex as rx
from reflex.state import StateUpdate

from backend.bootstrap import services
from backend.errors import NotFound, SignInNeeded
from backend.trace_ids import unattended
from console import routes, toasts
from console.door.gate import session_cookie

MAX_PLACES = 20_000


class Places:
    """Project and person of each tab, by the tab's token: background events are judged without its state."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, str]] = {}

    def put(self, token: str, project_id: str, user_id: str) -> None:
        self._kept.pop(token, None)
        self._kept[token] = project_id, user_id
        if len(self._kept) > MAX_PLACES:
            del self._kept[next(iter(self._kept))]

    def forget(self, token: str) -> None:
        self._kept.pop(token, None)

    def of(self, token: str) -> tuple[str, str]:
        """Return project and person of a tab, empty where none is known: then any of the session's will do."""
        return self._kept.get(token, ("", ""))


places = Places()


def farewell(address: str = routes.SIGNED_OUT) -> StateUpdate:
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
        if record is not None and (out := await way_out(app, record.sid, token)):
            update = farewell(out)
        await emit(update, token)

    space.emit_update = emit_update  # type: ignore[method-assign]  # the framework has no hook here


def cookie_behind(app: rx.App, sid: str) -> str:
    """Return the session token that a socket was opened with."""
    assert app.sio is not None
    assert app.event_namespace is not None
    environ = app.sio.get_environ(sid, app.event_namespace.namespace) or {}
    return session_cookie([(b"cookie", str(environ.get("HTTP_COOKIE", "")).encode("latin-1", "replace"))])


async def way_out(app: rx.App, sid: str, tab: str) -> str:
    """Return where a tab goes that may hear nothing more; empty for one that stays. Asking keeps no session in use."""
    cookie = cookie_behind(app, sid)
    project_id, user_id = places.of(tab)
    before = unattended.set(True)  # a value
    try:
        operator, _ = await services().identity.by_session(cookie, project_id)
    except SignInNeeded:
        return routes.SIGNED_OUT
    except NotFound:
        return routes.OVERVIEW
    finally:
        unattended.reset(before)
    return routes.OVERVIEW if user_id and operator.user_id != user_id else ""
