"""Let nobody past without a session, except to the sign-in pages, the health route and the bundle."""

from __future__ import annotations

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.access import session_cookie as cookie_name
from backend.api.limits import count_failure, refuse_guessing, remember
from backend.bootstrap import services
from backend.errors import QuotaExceeded, SignInNeeded
from backend.operator import Operator
from backend.trace_ids import caller_address
from console import routes
from console.door import tabs
from console.door.crowds import CLOSE_OTHERS, token_of, why_turned_away, within_limits
from console.door.outgoing import silenced
from console.door.plain import page

# Scripts, styles, fonts and pictures of the bundle hold no data.
PUBLIC_FOLDERS = ("/assets/", "/css/", "/fonts/", "/external/")
PUBLIC_FILES = frozenset({"/favicon.ico", "/favicon.svg", "/logo.svg", "/tokens.css"})
# The framework's own doors that this product does not use.
CLOSED = ("/_upload", "/ping", "/_health", "/_all_routes", "/auth-codespace")
SOCKET = "/_event"


def session_cookie(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the session token of a request's headers, or nothing."""
    for name, value in headers:
        if name == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(cookie_name())
            except CookieError:
                return ""
            return morsel.value if morsel else ""
    return ""


async def who_comes(scope: Scope) -> Operator | None:
    """Return who asks by a valid session, None for a stranger.

    A socket's guesses are counted; a page's are not, or nobody could sign in.
    """
    token = session_cookie(scope["headers"])
    if not token:
        return None
    is_socket = scope["type"] == "websocket"
    try:
        if is_socket:
            await refuse_guessing(token)
        operator, _ = await services().identity.by_session(token)
    except QuotaExceeded:
        return None
    except SignInNeeded:
        if is_socket:
            await count_failure(token)
        return None
    remember(token)
    if is_socket:
        tabs.note(scope, caller_address.get())
    return operator


def is_public(path: str) -> bool:
    """Tell whether anybody may fetch this; a path that climbs is no public file, wherever it starts."""
    if ".." in path or "\\" in path:
        return False
    return (
        path in PUBLIC_FILES
        or path.startswith(PUBLIC_FOLDERS)
        or path in {routes.SIGN_IN, routes.INVITATION}
        or path.startswith(f"{routes.SIGN_IN}/")
    )


async def answer(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers]})
    await send({"type": "http.response.body", "body": body})


async def turn_away(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(send, status, [(b"content-type", b"text/plain")], b"Refused.\n")


def bare_when_missing(send: Send) -> Send:
    """Answer what is not there without the console's page for it, which is for who is signed in."""
    is_missing = False

    async def send_bare(message: Message) -> None:
        nonlocal is_missing
        if message["type"] == "http.response.start" and message["status"] == 404:  # noqa: PLR2004  # not found
            is_missing = True
            await answer(send, 404, [(b"content-type", b"text/plain")], b"Not here.\n")
        elif not is_missing:
            await send(message)

    return send_bare


def gated(app: ASGIApp) -> ASGIApp:
    """Stand behind the edge (edge.py) and in front of pages, socket and REST API alike."""

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await app(scope, receive, send)
            return
        path: str = scope["path"]
        is_socket = scope["type"] == "websocket"
        if path.startswith(CLOSED):
            await turn_away(scope, send, 404)
        elif is_public(path):
            await app(scope, receive, bare_when_missing(send))
        # Each route of the API asks for itself.
        elif path.startswith("/api/"):
            await app(scope, receive, send)
        elif operator := await who_comes(scope):
            if is_socket:
                out = silenced(send, session_cookie(scope["headers"]), token_of(scope))
                await within_limits(app, scope, receive, out, operator)
            elif why := why_turned_away(operator):
                await page("told.html", 429, reason=why, hint=CLOSE_OTHERS)(scope, receive, send)
            else:
                await app(scope, receive, send)
        elif is_socket or path.startswith(SOCKET):
            await turn_away(scope, send, 403)
        else:
            # Whoever comes with a cookie was in: they read that they were signed out.
            why = "&out=1" if session_cookie(scope["headers"]) else ""
            target = f"{routes.SIGN_IN}?next={quote(path)}{why}".encode()
            await answer(send, 303, [(b"location", target), (b"cache-control", b"no-store")])

    return gate
