"""Who calls a route: an API key in either header, or the session of the console."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request

from backend.bootstrap import services
from backend.errors import SignInNeeded
from backend.operator import Operator, Permission

SESSION_COOKIE = "signalbox_session"


def _key_of(request: Request) -> str:
    """Return the API key: X-API-Key, else the bearer token, else nothing."""
    if key := request.headers.get("x-api-key", "").strip():
        return key
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def who_asks(request: Request) -> Operator:
    """Return the caller. Raise SignInNeeded. A key beside a cookie wins: a script must not act as the person."""
    if key := _key_of(request):
        return await services().identity.by_key(key)
    if cookie := request.cookies.get(SESSION_COOKIE):
        return (await services().identity.by_session(cookie))[0]
    raise SignInNeeded("Sign in, or send an API key in X-API-Key or as a bearer token.")


def allowed(permission: Permission) -> Any:
    """Make the dependency that every route declares: `operator: Annotated[Operator, allowed(...)]`."""

    async def check(request: Request) -> Operator:
        operator = await who_asks(request)
        operator.require(permission)
        return operator

    check.permission = permission  # type: ignore[attr-defined]  # read by the test that walks all routes
    return Depends(check)
