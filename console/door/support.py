"""Begin and end acting for somebody: posts of plain forms, so that the next page is loaded anew as that person."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend.bootstrap import services
from backend.errors import DomainError, SignInNeeded
from console import routes
from console.door.plain import field, page, token_of, who
from console.door.providers import status_of


async def start(request: Request) -> Response:
    """Act for the member that a grant names, in one of their projects."""
    try:
        await services().identity.start_support(token_of(request), await field(request, "id"))
        operator = await who(request)
    except SignInNeeded:
        return RedirectResponse(routes.SIGN_IN, 303)
    except DomainError as problem:
        return page("told.html", status_of(problem), reason=problem.message, hint=problem.hint)
    return RedirectResponse(f"{routes.OVERVIEW}?project={quote(operator.project_id)}", 303)


async def stop(request: Request) -> Response:
    """Be oneself again."""
    try:
        await services().identity.stop_support(token_of(request))
    except DomainError:
        return RedirectResponse(routes.SIGN_IN, 303)
    return RedirectResponse(routes.PROFILE, 303)


SUPPORT_ROUTES = [
    Route(f"{routes.SUPPORT}/start", start, methods=["POST"]),
    Route(f"{routes.SUPPORT}/stop", stop, methods=["POST"]),
]
