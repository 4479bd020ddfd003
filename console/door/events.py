"""Refuse every event of the socket that no valid session stands behind, and tie a tab to a sign-in and a project."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import reflex as rx
from reflex.constants import CompileVars
from reflex.state import StateUpdate
from reflex_base.event.context import EventContext

from backend.api.access import session_cookie
from backend.api.limits import admit_event
from backend.bootstrap import services
from backend.errors import NotFound, QuotaExceeded, SignInNeeded
from backend.operator import Operator
from backend.trace_ids import caller_address, unattended
from console import routes
from console.door import addresses, tabs
from console.door.left_open import close_left_open
from console.door.outgoing import farewell, places
from console.toasts import warn

ROOT = "reflex___state____state"
HYDRATE = frozenset({f"{ROOT}.hydrate", f"{ROOT}.hydrate_and_load"})
# What an open page asks by itself every few seconds: nobody has to sit before it.
BY_ITSELF = frozenset(
    {
        f"{ROOT}.console___state___bar____bar_state.count",
        f"{ROOT}.console___state___activity____activity_state.tick",
        f"{ROOT}.console___state___alert____alert_page_state.look",
        f"{ROOT}.console___state___alerts____alerts_state.look",
        f"{ROOT}.console___state___approvals____approvals_state.refresh",
        f"{ROOT}.console___state___approval_cards____approval_cards_state.refresh",
        f"{ROOT}.console___state___conversations____conversations_state.look",
        f"{ROOT}.console___state___privacy____privacy_state.tick",
        f"{ROOT}.console___state___takeover____takeover_state.look",
    }
)


class SeatState(rx.State):
    """Whose tab this is, as whom, and of which project. Never sent to the browser."""

    _session_hash: int = 0
    _user_id: str = ""
    _project_id: str = ""
    _is_refused: bool = False


def cookie_of(state: rx.State) -> str:
    """Return the session token that the socket was opened with."""
    morsel = SimpleCookie(state.router.headers.cookie or "").get(session_cookie())
    return morsel.value if morsel else ""


class EventGate(rx.Middleware):
    """Stand before every handler. Each handler asks for its own permission besides."""

    async def preprocess(self, app: rx.App, state: Any, event: Any) -> StateUpdate | None:  # noqa: ARG002
        token, tab, hydrates = cookie_of(state), state.router.session.client_token, event.name in HYDRATE
        caller_address.set(tabs.address_of(tab))
        unattended.set(event.name in BY_ITSELF)
        seat = await state.get_state(SeatState)
        known = seat._session_hash == hash(token)
        # A page that is loaded anew may name a project; else the tab stays where it is.
        asked = state.router.url.query_parameters.get("project", "") if hydrates else ""
        project_id = asked or (seat._project_id if known else "")
        try:
            operator, _ = await services().identity.by_session(token, project_id)
            if hydrates and not asked and (led := await addresses.project_of(operator, state.router.url.path)):
                operator, _ = await services().identity.by_session(token, led)
        except SignInNeeded:
            return farewell()
        except NotFound:
            if not asked:
                seat._project_id = ""  # it was closed, or the person is no member there any more
            return farewell(routes.NOT_FOUND if asked else routes.OVERVIEW)
        is_other = seat._user_id != operator.user_id
        if known and is_other and not hydrates:
            return farewell(routes.OVERVIEW)  # support began or stopped acting for somebody in another tab
        if not known or is_other or seat._project_id != operator.project_id:
            if not hydrates:
                return StateUpdate()
            state._get_root_state().reset()  # hydrate loads the whole tree, so this is complete
            seat._session_hash, seat._user_id, seat._project_id = hash(token), operator.user_id, operator.project_id
        if hydrates and event.payload.get(CompileVars.PAYLOAD_HASHES):
            close_left_open(state._get_root_state())
        places.put(tab, operator.project_id, operator.user_id)
        return None if _is_called_for() else await _too_often(seat, operator, tab)


def _is_called_for() -> bool:
    """Tell whether another event called for this one: a page that opens calls for a dozen, which are one act."""
    try:
        return EventContext.get().parent_txid is not None
    except LookupError:
        return False


async def _too_often(seat: SeatState, operator: Operator, tab: str) -> StateUpdate | None:
    """Drop the event where the tab or its person sends too many; one toast says so, or it would be the next flood."""
    try:
        await admit_event(operator, tab)
    except QuotaExceeded as refused:
        if seat._is_refused:
            return StateUpdate()
        seat._is_refused = True
        return StateUpdate(events=rx.event.Event.from_event_type(warn(refused.message, refused.hint)))
    seat._is_refused = False
    return None
