"""Sign in: with a password and perhaps a code, or with the first owner's link."""

from __future__ import annotations

import contextlib

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend.api.access import session_cookie
from backend.api.limits import headers_of_refusal
from backend.bootstrap import services
from backend.errors import DomainError, Forbidden, InvalidInput, QuotaExceeded, SignInNeeded, Unavailable
from backend.identity.types import OPENING_LIFETIME, Entered, SecondStep
from console import routes
from console.door.plain import (
    browser_of,
    field,
    give_cookie,
    is_on_this_machine,
    let_in,
    local,
    page,
    secure_name,
    take_cookie,
    token_of,
)

LINK = f"{routes.SIGN_IN}/link"
STEP = "signalbox_step"
WHY_OUT = "You were signed out: your session ended, or you are no longer a member."
NOT_HERE = "One-time links work only on the machine where Signalbox runs, at a loopback address."


async def sign_in_page(
    status: int = 200, *, target: str = "/", error: str = "", hint: str = "", email: str = "", why: str = ""
) -> Response:
    """Draw the ways in that there are now."""
    ways = services().sign_in
    return page(
        "sign_in.html",
        status,
        next=local(target),
        doors=ways.doors(),
        has_passwords=await ways.has_passwords(),
        error=error,
        hint=hint,
        email=email,
        why=why,
    )


async def show_sign_in(request: Request) -> Response:
    """Say how to get in, and to a page that was open why it is here."""
    why = WHY_OUT if "out" in request.query_params else ""
    return await sign_in_page(target=request.query_params.get("next", "/"), why=why)


async def use_password(request: Request) -> Response:
    """Let somebody in, or ask for the code of the second step."""
    email, target = await field(request, "email"), await field(request, "next")
    try:
        found = await services().sign_in.by_password(email, await field(request, "password"), browser_of(request))
    except (SignInNeeded, Forbidden, QuotaExceeded, Unavailable) as refusal:
        words = {"target": target, "error": refusal.message, "hint": refusal.hint, "email": email}
        return _too_often(await sign_in_page(_status_of(refusal), **words), refusal)
    if not isinstance(found, SecondStep):
        return let_in(found, target)
    answer = page("second_step.html", next=local(target))
    give_cookie(answer, secure_name(STEP), found.token, OPENING_LIFETIME)
    return answer


async def use_code(request: Request) -> Response:
    """End the second step."""
    target = await field(request, "next")
    step = request.cookies.get(secure_name(STEP), "")
    try:
        entered = await services().sign_in.by_code(step, await field(request, "code"), browser_of(request))
    except InvalidInput:
        return await sign_in_page(400, target=target, error="That took too long. Sign in again.")
    except Forbidden as refusal:
        return await sign_in_page(403, target=target, error=refusal.message, hint=refusal.hint)
    except (SignInNeeded, QuotaExceeded, Unavailable) as refusal:
        words = {"next": local(target), "error": refusal.message, "hint": refusal.hint}
        return _too_often(page("second_step.html", _status_of(refusal), **words), refusal)
    answer = let_in(entered, target)
    take_cookie(answer, secure_name(STEP))
    return answer


def _status_of(refusal: DomainError) -> int:
    if isinstance(refusal, Forbidden):
        return 403
    if isinstance(refusal, Unavailable):
        return 503
    return 429 if isinstance(refusal, QuotaExceeded) else 401


def _too_often(answer: Response, refusal: DomainError) -> Response:
    """Say when to try again, where that is what is wrong."""
    if isinstance(refusal, QuotaExceeded):
        answer.headers.update(headers_of_refusal(refusal))
    return answer


async def _link_page(token: str, status: int = 200, *, problem: DomainError | None = None, email: str = "") -> Response:
    return page(
        "link.html",
        status,
        token=token,
        doors=services().sign_in.doors(),
        is_first=not await services().identity.has_credential(),
        error=f"{problem.message} {problem.hint}".strip() if problem else "",
        email=email,
    )


async def show_link(request: Request) -> Response:
    """Show the buttons; looking consumes nothing, so a preview of the link cannot use it up."""
    token = request.query_params.get("token", "")
    try:
        await services().identity.check_link(token)
    except SignInNeeded as refusal:
        return page("link_used.html", 410, reason=refusal.message)
    return await _link_page(token) if is_on_this_machine(request) else page("link_used.html", 403, reason=NOT_HERE)


async def use_link(request: Request) -> Response:
    """Consume the link and start a session; with an address and a password, set them for the owner first."""
    if not is_on_this_machine(request):
        return page("link_used.html", 403, reason=NOT_HERE)
    token, email = await field(request, "token"), await field(request, "email")
    try:
        if email and not await services().identity.has_credential():
            password = await field(request, "password")
            entered = await services().sign_in.set_first_password(token, email, password, browser_of(request))
            await _name(entered, await field(request, "name"))
            return let_in(entered, routes.OVERVIEW)
        return let_in(await services().identity.enter_by_link(token), routes.OVERVIEW)
    except Unavailable as problem:
        return page("told.html", 503, reason=problem.message, hint=problem.hint)
    except InvalidInput as problem:
        return await _link_page(token, 422, problem=problem, email=email)
    except SignInNeeded as refusal:
        return page("link_used.html", 410, reason=refusal.message)


async def _name(entered: Entered, name: str) -> None:
    """Call the owner what they wish; the profile page offers it again where it cannot be used."""
    if name.strip():
        operator, _ = await services().identity.by_session(entered.token)
        with contextlib.suppress(InvalidInput):
            await services().sign_in.rename(operator, name)


async def sign_out(request: Request) -> Response:
    """End the session everywhere at once."""
    await services().identity.sign_out(token_of(request))
    answer = RedirectResponse(routes.SIGN_IN, 303)
    take_cookie(answer, session_cookie())
    return answer


SIGN_IN_ROUTES = [
    Route(routes.SIGN_IN, show_sign_in, methods=["GET"]),
    Route(routes.SIGN_IN, use_password, methods=["POST"]),
    Route(f"{routes.SIGN_IN}/code", use_code, methods=["POST"]),
    Route(LINK, show_link, methods=["GET"]),
    Route(LINK, use_link, methods=["POST"]),
    Route(routes.SIGN_OUT, sign_out, methods=["POST"]),
]
