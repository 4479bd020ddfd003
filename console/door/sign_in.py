"""Sign in with plain pages: they need no script, no socket and no state."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from backend.api.access import SESSION_COOKIE
from backend.bootstrap import services
from backend.errors import SignInNeeded
from backend.identity.types import SESSION_LIFETIME
from console import routes

MAX_FIELD_BYTES = 1_000
LINK = f"{routes.SIGN_IN}/link"
pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True)


def _page(name: str, status: int = 200, **values: object) -> HTMLResponse:
    html = pages.get_template(name).render(**values)
    return HTMLResponse(html, status, {"cache-control": "no-store"})


def _local(target: str) -> str:
    """Return the path to go to after sign-in, never an address elsewhere."""
    parts = urlsplit(target)
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if plain and target.isprintable() else routes.OVERVIEW


async def sign_in(request: Request) -> Response:
    """Say how to get in."""
    return _page("sign_in.html", next=_local(request.query_params.get("next", "/")))


async def show_link(request: Request) -> Response:
    """Show the button; looking consumes nothing, so a preview of the link cannot use it up."""
    token = request.query_params.get("token", "")
    try:
        await services().identity.check_link(token)
    except SignInNeeded as refusal:
        return _page("link_used.html", 410, reason=refusal.message)
    return _page("link.html", token=token)


async def use_link(request: Request) -> Response:
    """Consume the link and start a session."""
    # Anybody may post here: one short field, and nothing that is kept on disk.
    form = await request.form(max_files=0, max_fields=1, max_part_size=MAX_FIELD_BYTES)
    try:
        session = await services().identity.sign_in_by_link(str(form.get("token", "")))
    except SignInNeeded as refusal:
        return _page("link_used.html", 410, reason=refusal.message)
    answer = RedirectResponse(routes.OVERVIEW, 303)
    answer.set_cookie(
        SESSION_COOKIE,
        session,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return answer


async def sign_out(request: Request) -> Response:
    """End the session everywhere at once."""
    await services().identity.sign_out(request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse(routes.SIGN_IN, 303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


DOOR = [
    Route(routes.SIGN_IN, sign_in, methods=["GET"]),
    Route(LINK, show_link, methods=["GET"]),
    Route(LINK, use_link, methods=["POST"]),
    Route(routes.SIGN_OUT, sign_out, methods=["POST"]),
]
