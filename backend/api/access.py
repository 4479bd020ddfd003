"""Who calls a route: an API key in either header, or the session of the console."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request

from backend.api.limits import admit, count_failure, refuse_guessing
from backend.bootstrap import services
from backend.errors import DomainError, SignInNeeded
from backend.operator import Operator, Permission

SESSION_COOKIE = "signalbox_session"
PROJECT_HEADER = "x-project-id"


class Unclear(DomainError):
    """The request says two things at once, or half of one."""


def session_cookie() -> str:
    """Return the name of the session cookie: over TLS one that no sister host and no plain connection can set."""
    return f"__Host-{SESSION_COOKIE}" if services().edge.is_secure else SESSION_COOKIE


def _key_of(request: Request) -> str:
    """Return the API key: X-API-Key or the bearer token, else nothing. Raise Unclear for two that differ."""
    keys = {value.strip() for value in request.headers.getlist("x-api-key")}
    for value in request.headers.getlist("authorization"):
        scheme, _, token = value.partition(" ")
        if scheme.lower() == "bearer":
            keys.add(token.strip())
    if len(keys) > 1:
        raise Unclear("Send one API key, in X-API-Key or as a bearer token.")
    return next(iter(keys), "")


def project_of(request: Request) -> str:
    """Return the project that the call names, empty for none. Raise Unclear for an empty or a second one."""
    named = request.headers.getlist(PROJECT_HEADER)
    if len(named) > 1 or (named and not named[0].strip()):
        raise Unclear("X-Project-Id names one project.", hint="Leave the header out to mean the key's own.")
    return named[0].strip() if named else ""


async def _found(request: Request, project_id: str = "") -> Operator:
    """Return who calls now, in that project or in the one that the call names."""
    identity = services().identity
    if key := _key_of(request):
        return await identity.by_key(key, project_id or project_of(request))
    if cookie := request.cookies.get(session_cookie()):
        # A link to a file cannot send a header, so the query may name the project too.
        named = project_id or project_of(request) or request.query_params.get("project_id", "")
        return (await identity.by_session(cookie, named))[0]
    raise SignInNeeded("Sign in, or send an API key in X-API-Key or as a bearer token.")


async def who_asks(request: Request) -> Operator:
    """Return the caller. Raise SignInNeeded, or QuotaExceeded beyond a rate.

    A key beside a cookie wins: a script must not act as the person. Asked twice in one request, it counts once.
    """
    known = getattr(request.state, "operator", None)
    if isinstance(known, Operator):
        return known
    credential = _key_of(request) or request.cookies.get(session_cookie(), "")
    await refuse_guessing(credential)
    try:
        operator = await _found(request)
    except SignInNeeded:
        await count_failure(credential)
        raise
    request.state.allowance = await admit(operator, credential)
    request.state.operator = operator
    return operator


async def who_still_asks(request: Request) -> None:
    """Raise what the call would be refused with if it were made now; a call that nobody was let in by passes."""
    known = getattr(request.state, "operator", None)
    if not isinstance(known, Operator):
        return
    found = await _found(request, known.project_id)
    if found.user_id != known.user_id:
        raise SignInNeeded("Somebody else is signed in by now.")
    if permission := getattr(request.state, "permission", None):
        found.require(permission)


def allowed(permission: Permission) -> Any:
    """Make the dependency that every route declares: `operator: Annotated[Operator, allowed(...)]`."""

    async def check(request: Request) -> Operator:
        operator = await who_asks(request)
        operator.require(permission)
        request.state.permission = permission
        return operator

    check.permission = permission  # type: ignore[attr-defined]  # read by the test that walks all routes
    return Depends(check)
