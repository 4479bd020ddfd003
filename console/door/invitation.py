"""Accept an invitation: a plain page, as the sign-in is one."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend.bootstrap import services
from backend.errors import DomainError, SignInNeeded
from backend.operator import Operator
from console import routes
from console.door.plain import browser_of, field, let_in, page, token_of


async def _who(request: Request) -> Operator | None:
    try:
        return (await services().identity.by_session(token_of(request)))[0]
    except SignInNeeded:
        return None


async def _form(request: Request, token: str, problem: str = "", status: int = 200) -> Response:
    try:
        invitation = await services().identity.invitation_of(token)
    except SignInNeeded as refusal:
        return page("invitation_used.html", 410, reason=refusal.message)
    operator = await _who(request)
    again = quote(f"{routes.INVITATION}?token={quote(token)}", safe="")
    signed_in = operator.name if operator else ""
    return page(
        "invitation.html",
        status,
        invitation=invitation,
        token=token,
        problem=problem,
        signed_in=signed_in,
        again=again,
    )


async def show_invitation(request: Request) -> Response:
    """Say who asks whom in; looking consumes nothing."""
    return await _form(request, request.query_params.get("token", ""))


async def accept_invitation(request: Request) -> Response:
    """Join as the signed-in person, or make the account of the invited address."""
    identity = services().identity
    token, operator = await field(request, "token"), await _who(request)
    try:
        if operator is not None:
            project_id = await identity.accept_invitation(operator, token)
            return RedirectResponse(f"{routes.OVERVIEW}?project={quote(project_id)}", 303)
        name, password = await field(request, "name"), await field(request, "password")
        entered = await services().sign_in.join(token, name, password, browser_of(request))
    except DomainError as refusal:
        return await _form(request, token, f"{refusal.message} {refusal.hint}".strip(), 422)
    return let_in(entered, routes.OVERVIEW)


INVITATION = [
    Route(routes.INVITATION, show_invitation, methods=["GET"]),
    Route(routes.INVITATION, accept_invitation, methods=["POST"]),
]
