"""One's own account: name, ways in, sessions; and the link for a forgotten password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend.bootstrap import services
from backend.errors import DomainError, InvalidInput, SignInNeeded
from console import routes
from console.door.plain import field, initials, moment, page, token_of, who
from console.door.providers import status_of

RESET = f"{routes.SIGN_IN}/reset"
Act = Callable[[Request], Awaitable[Response | None]]


async def _profile(request: Request, status: int = 200, **values: object) -> Response:
    operator, person = await services().identity.by_session(token_of(request))
    if operator.support_id:
        return page("acting.html", 403, person=person, until=moment(person.support_until, person.time_zone))
    ways = services().sign_in
    account = await ways.account(operator)
    linked = {one.provider for one in account.linked}
    return page(
        "profile.html",
        status,
        account=account,
        user_id=operator.user_id,
        initials=initials(account.name),
        doors=[door for door in ways.doors() if door.title not in linked],
        sessions=await ways.sessions(operator, token_of(request)),
        grants=await services().identity.offered_support(operator),
        zone=person.time_zone,
        **values,
    )


async def show(request: Request) -> Response:
    """Draw the profile; somebody signed out goes to the sign-in page."""
    try:
        return await _profile(request)
    except SignInNeeded:
        return RedirectResponse(f"{routes.SIGN_IN}?next={routes.PROFILE}", 303)


def acting(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """Do something to one's own account, then draw it again, with the reason where it was refused."""

    async def answer(request: Request) -> Response:
        try:
            await who(request)
        except SignInNeeded:
            return RedirectResponse(routes.SIGN_IN, 303)
        try:
            return await act(request) or RedirectResponse(routes.PROFILE, 303)
        except InvalidInput as problem:
            return await _profile(request, 422, error=f"{problem.message} {problem.hint}".strip())
        except DomainError as problem:
            return await _profile(request, status_of(problem), error=f"{problem.message} {problem.hint}".strip())

    return answer


async def rename(request: Request) -> None:
    await services().sign_in.rename(await who(request), await field(request, "name"))


async def set_picture(request: Request) -> None:
    operator = await who(request)  # before a byte of the file is read
    # The edge let no more than 8 MB come this far; what is longer than a picture may be is refused by the service.
    async with request.form(max_files=1, max_fields=1) as form:
        sent = form.get("picture")
        content = await sent.read() if isinstance(sent, UploadFile) else b""
    await services().sign_in.set_picture(operator, content)


async def drop_picture(request: Request) -> None:
    await services().sign_in.drop_picture(await who(request))


async def change_password(request: Request) -> None:
    await services().sign_in.change_password(
        await who(request), token_of(request), await field(request, "old"), await field(request, "new")
    )


async def begin_second_step(request: Request) -> Response:
    secret, picture = await services().sign_in.begin_second_step(await who(request))
    return await _profile(request, secret=secret, picture=picture)


async def confirm_second_step(request: Request) -> Response:
    operator, ways = await who(request), services().sign_in
    try:
        codes = await ways.confirm_second_step(operator, await field(request, "code"))
    except SignInNeeded as refusal:  # the code is wrong
        secret, picture = await ways.begin_second_step(operator)
        hint = "Wait for the next one in your app."
        return await _profile(request, 400, error=refusal.message, hint=hint, secret=secret, picture=picture)
    return await _profile(request, recovery_codes=codes)


async def end_second_step(request: Request) -> None:
    await services().sign_in.end_second_step(await who(request), await field(request, "code"))


async def unlink(request: Request) -> None:
    await services().sign_in.unlink(await who(request), await field(request, "id"))


async def end_session(request: Request) -> None:
    await services().sign_in.end_session(await who(request), await field(request, "id"))


async def end_all_sessions(request: Request) -> Response:
    await services().sign_in.end_all_sessions(await who(request))
    return RedirectResponse(routes.SIGN_IN, 303)


async def forgot(request: Request) -> Response:  # noqa: ARG001
    """Say who makes a reset link: the same for everybody, so it tells nothing about accounts."""
    return page("forgot.html")


async def show_reset(request: Request) -> Response:
    return page("reset.html", token=request.query_params.get("token", ""))


async def reset(request: Request) -> Response:
    """Set the new password and end every session of the account."""
    token = await field(request, "token")
    try:
        await services().sign_in.reset_password(token, await field(request, "password"))
    except InvalidInput as problem:
        return page("reset.html", 422, token=token, error=f"{problem.message} {problem.hint}".strip())
    except SignInNeeded as refusal:
        return page("told.html", 400, reason=refusal.message, hint="Ask an owner for a new one.")
    return RedirectResponse(routes.SIGN_IN, 303)


ACTS: dict[str, Act] = {
    "name": rename,
    "picture": set_picture,
    "picture/remove": drop_picture,
    "password": change_password,
    "second-step": begin_second_step,
    "second-step/confirm": confirm_second_step,
    "second-step/end": end_second_step,
    "unlink": unlink,
    "sessions/end": end_session,
    "sessions/end-all": end_all_sessions,
}
ACCOUNT_ROUTES = [
    Route(routes.PROFILE, show, methods=["GET"]),
    *(Route(f"{routes.PROFILE}/{path}", acting(act), methods=["POST"]) for path, act in ACTS.items()),
    Route(f"{routes.SIGN_IN}/forgot", forgot, methods=["GET"]),
    Route(RESET, show_reset, methods=["GET"]),
    Route(RESET, reset, methods=["POST"]),
]
