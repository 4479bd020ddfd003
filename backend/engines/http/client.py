"""The guarded client behind `backend.ports.http`."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpcore2
import httpx2

from backend.engines.http.pinning import CONNECT_SECONDS, Resolver, system_resolver
from backend.engines.http.places import admit, place_of
from backend.engines.http.transport import GuardedTransport
from backend.errors import InvalidInput
from backend.ports.http import PUBLIC, AddressRefused, CallFailed, HttpAnswer, HttpCall, Reach

NO_ANSWER = "The other side does not answer."
BAD_CERTIFICATE = "The certificate of the other side is not valid for this address."
# All else may carry a credential or a signature, which belong to the origin that they were made for.
KEPT_ACROSS_ORIGINS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
OURS_ALONE = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ALWAYS_GET = frozenset({303})
POST_BECOMES_GET = frozenset({301, 302})
_METHOD = re.compile(r"[A-Z]{1,16}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]{0,16000}")


class GuardedHttp:
    """Send calls to the public internet, and to private origins only where the call's reach names them."""

    def __init__(
        self, *, resolver: Resolver = system_resolver, network: httpcore2.AsyncNetworkBackend | None = None
    ) -> None:
        self._resolver = resolver
        self._network = network
        self._public = self._open(PUBLIC)

    async def send(self, call: HttpCall, reach: Reach = PUBLIC) -> HttpAnswer:
        _refuse_bad_form(call)
        try:
            async with asyncio.timeout(call.timeout_seconds):
                return await self._follow(call, reach)
        except TimeoutError as late:
            raise CallFailed(f"The other side did not answer within {call.timeout_seconds:g} s.") from late
        except (httpx2.TransportError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise CallFailed(BAD_CERTIFICATE if certificate_failed(error) else NO_ANSWER) from error

    async def check(self, url: str, reach: Reach = PUBLIC, *, must_exist: bool = True) -> None:
        place = place_of(url)
        admit(place, reach)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._open(reach).backend.judged(place.host, place.port, must_exist=must_exist)
        except TimeoutError as late:
            if must_exist:
                raise AddressRefused("The name of this address could not be looked up in time.") from late

    async def close(self) -> None:
        await self._public.aclose()

    def _open(self, reach: Reach) -> GuardedTransport:
        return GuardedTransport(reach, resolver=self._resolver, network=self._network)

    @asynccontextmanager
    async def _transport(self, reach: Reach) -> AsyncIterator[GuardedTransport]:
        """Share the connections of public calls; a call with a wider reach gets its own, and ends them."""
        if reach == PUBLIC:
            yield self._public
            return
        async with self._open(reach) as transport:
            yield transport

    async def _follow(self, call: HttpCall, reach: Reach) -> HttpAnswer:
        step = _Step(call.method.upper(), call.url.strip(), call.headers, call.content)
        async with self._transport(reach) as transport:
            for num_redirects in range(call.max_redirects + 1):
                answer, target = await _take(transport, call, step)
                if target is None:
                    return replace(answer, num_redirects=num_redirects)
                step = step.redirected(answer.status, target)
        raise CallFailed(f"The address was redirected more than {call.max_redirects} times.")


@dataclass(frozen=True, slots=True)
class _Step:
    """One hop of a call."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    content: bytes

    def redirected(self, status: int, target: str) -> _Step:
        """Return the next hop. Raise AddressRefused where it leaves https."""
        here, there = place_of(self.url), place_of(target)
        if here.scheme == "https" and there.scheme == "http":
            raise AddressRefused("The answer leads from https to http, which is not followed.")
        headers = self.headers
        if here != there:
            headers = tuple(pair for pair in headers if pair[0].lower() in KEPT_ACROSS_ORIGINS)
        if status not in ALWAYS_GET and not (status in POST_BECOMES_GET and self.method == "POST"):
            return replace(self, url=target, headers=headers)
        headers = tuple(pair for pair in headers if pair[0].lower() != "content-type")
        return _Step("HEAD" if self.method == "HEAD" else "GET", target, headers, b"")


async def _take(transport: GuardedTransport, call: HttpCall, step: _Step) -> tuple[HttpAnswer, str | None]:
    """Send one request; return its answer, and the next address where it is a redirect."""
    place_of(step.url)  # What is no address at all is refused here, in words.
    request = httpx2.Request(
        step.method,
        step.url,
        headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in step.headers],
        content=step.content or None,
        extensions={
            "timeout": httpx2.Timeout(call.timeout_seconds, connect=CONNECT_SECONDS).as_dict(),
            "max_bytes": call.max_bytes,
        },
    )
    answer = await transport.handle_async_request(request)
    try:
        location = answer.headers.get("location") if answer.status_code in REDIRECTS else None
        if location is not None and call.max_redirects:
            return HttpAnswer(answer.status_code, step.url, b""), str(request.url.join(location))
        body = b"".join([piece async for piece in answer.aiter_raw()])
    finally:
        await answer.aclose()
    named = {name.lower(): value for name, value in answer.headers.items()}
    return HttpAnswer(answer.status_code, str(request.url), body, named), None


def certificate_failed(error: BaseException) -> bool:
    """Tell a bad certificate from silence, however deep the layers have wrapped it."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, what it was raised from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _refuse_bad_form(call: HttpCall) -> None:
    if not _METHOD.fullmatch(call.method.upper()) or call.method.upper() in ("CONNECT", "TRACE"):
        raise InvalidInput("This method cannot be used.")
    for name, value in call.headers:
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise InvalidInput("A header holds characters that cannot be sent.")
        if name.lower() in OURS_ALONE:
            raise InvalidInput(f"The header {name} is set by the connection itself.")
