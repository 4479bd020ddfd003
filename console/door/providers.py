"""Sign in at a provider: out with a sealed cookie, back with a code."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend.bootstrap import services
from backend.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable
from backend.identity.types import OPENING_LIFETIME
from console import routes
from console.door.plain import (
    browser_of,
    give_cookie,
    is_on_this_machine,
    let_in,
    local,
    origin,
    page,
    secure_name,
    take_cookie,
    token_of,
    who,
)
from console.door.sign_in import NOT_HERE, sign_in_page

OPENING = "signalbox_opening"


def status_of(problem: DomainError) -> int:
    for family, status in ((Unavailable, 503), (NotFound, 404), (Forbidden, 403), (Conflict, 409)):
        if isinstance(problem, family):
            return status
    return 400


def _return_address(request: Request, provider_id: str) -> str:
    return f"{origin(request)}{routes.SIGN_IN}/callback/{provider_id}"


def _out(address: str, cookie: str) -> Response:
    answer = RedirectResponse(address, 303, {"cache-control": "no-store"})
    give_cookie(answer, secure_name(OPENING), cookie, OPENING_LIFETIME)
    return answer


async def begin(request: Request) -> Response:
    """Send the browser to the provider. Nothing is kept here: what the way back needs is sealed in its cookie."""
    provider_id, link = request.path_params["provider_id"], request.query_params.get("link", "")
    target = local(request.query_params.get("next", "/"))
    if link and not is_on_this_machine(request):
        return page("link_used.html", 403, reason=NOT_HERE)
    try:
        back = _return_address(request, provider_id)
        return _out(*await services().sign_in.begin(provider_id, back, target=target, link=link))
    except DomainError as problem:
        return await sign_in_page(status_of(problem), target=target, error=problem.message, hint=problem.hint)


async def begin_linking(request: Request) -> Response:
    """Add a provider to the account of whoever is signed in."""
    provider_id = request.path_params["provider_id"]
    operator = await who(request)
    back = _return_address(request, provider_id)
    try:
        return _out(*await services().sign_in.begin_linking(operator, token_of(request), provider_id, back))
    except DomainError as problem:
        return page("told.html", status_of(problem), reason=problem.message, hint=problem.hint)


async def finish(request: Request) -> Response:
    """Take the code, if this browser began; the provider's own words of an error are not shown."""
    query = request.query_params
    try:
        entered, target = await services().sign_in.finish(
            request.path_params["provider_id"],
            request.cookies.get(secure_name(OPENING), ""),
            query.get("state", ""),
            "" if "error" in query else query.get("code", ""),
            browser_of(request),
        )
    except DomainError as problem:
        answer = await sign_in_page(status_of(problem), error=problem.message, hint=problem.hint)
    else:
        answer = let_in(entered, target)
    take_cookie(answer, secure_name(OPENING))
    return answer


PROVIDER_ROUTES = [
    Route(f"{routes.SIGN_IN}/with/{{provider_id}}", begin, methods=["GET"]),
    Route(f"{routes.SIGN_IN}/callback/{{provider_id}}", finish, methods=["GET"]),
    Route(f"{routes.PROFILE}/link/{{provider_id}}", begin_linking, methods=["POST"]),
]
