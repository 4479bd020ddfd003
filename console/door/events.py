"""Refuse every event of the socket that no valid session stands behind, and tie a tab's state to one sign-in."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import reflex as rx
from reflex.state import StateUpdate

from backend.api.access import SESSION_COOKIE
from backend.bootstrap import services
from backend.errors import SignInNeeded
from console.door.outgoing import farewell

ROOT = "reflex___state____state"
HYDRATE = frozenset({f"{ROOT}.hydrate", f"{ROOT}.hydrate_and_load"})


class SeatState(rx.State):
    """Whose tab this is. Never sent to the browser."""

    _session_hash: int = 0


def cookie_of(state: rx.State) -> str:
    """Return the session token that the socket was opened with."""
    morsel = SimpleCookie(state.router.headers.cookie or "").get(SESSION_COOKIE)
    return morsel.value if morsel else ""


class EventGate(rx.Middleware):
    """Stand before every handler. Each handler asks for its own permission besides."""

    async def preprocess(self, app: rx.App, state: Any, event: Any) -> StateUpdate | None:  # noqa: ARG002
        token = cookie_of(state)
        try:
            await services().identity.by_session(token)
        except SignInNeeded:
            return farewell()
        seat = await state.get_state(SeatState)
        if seat._session_hash != hash(token):
            if event.name not in HYDRATE:
                return StateUpdate()
            state._get_root_state().reset()  # hydrate loads the whole tree, so this is complete
            seat._session_hash = hash(token)
        return None
