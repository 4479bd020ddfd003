"""Send nothing to a tab whose session has ended: a background event outlives the sign-in that began it."""

from __future__ import annotations

import reflex as rx
from reflex.state import StateUpdate
from reflex.utils.format import json_dumps
from starlette.types import Message, Send

from backend.bootstrap import services
from backend.errors import NotFound, SignInNeeded
from backend.trace_ids import unattended
from console import routes, toasts

MAX_PLACES = 20_000
# How an update begins on the wire: a message of Engine.IO, an event of Socket.IO, and whose it is.
EVENT, SPACE = "42", "/_event"


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


def silenced(send: Send, cookie: str, tab: str) -> Send:
    """Ask for the session before every update of a socket, at the last place before the wire.

    The framework's own place is several turns of the loop earlier, and a slow reader's updates wait in a queue behind
    it: one that was let through there left after the session had ended.
    """

    async def send_or_part(message: Message) -> None:
        if (message.get("text") or "").startswith(EVENT) and (out := await way_out(cookie, tab)):
            message = {**message, "text": f"{EVENT}{SPACE},{json_dumps(['event', farewell(out)])}"}
        await send(message)

    return send_or_part


async def way_out(cookie: str, tab: str) -> str:
    """Return where a tab goes that may hear nothing more; empty for one that stays. Asking keeps no session in use."""
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
