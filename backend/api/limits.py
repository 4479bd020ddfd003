"""How often somebody may call, and how often somebody may guess."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.bootstrap import services
from backend.errors import QuotaExceeded
from backend.operator import Operator
from backend.ports.rates import Allowance, Rate
from backend.trace_ids import caller_address

# Enough for a person who mistypes and for a script that was restarted with an old key; nothing for who tries keys.
FAILURES = Rate(30, 60)
# 20 a second, counted over ten: nobody keeps that up by hand, but an undo that is held down sends 30 a second for a
# moment, and the draft of a flow must not miss one.
EVENTS = Rate(200, 10)
SECOND = 1.0
MAX_KNOWN = 10_000
# Credentials that were good lately: whoever shares an address with a guesser goes on working.
_known: OrderedDict[bytes, None] = OrderedDict()


async def refuse_guessing(credential: str) -> None:
    """Raise QuotaExceeded, without a look-up, for a new credential from an address that guessed too often."""
    if not credential or _digest(credential) in _known:
        return
    left = await services().rates.look(_failed(), FAILURES)
    if not left.allowed:
        words = "Too many wrong credentials came from this address."
        seconds, limit = left.wait_seconds, FAILURES.limit
        raise QuotaExceeded(words, hint="Wait a moment.", retry_after_seconds=seconds, limit=limit)


async def count_failure(credential: str) -> None:
    """Count a credential that was refused; a call without any is no guess."""
    if credential:
        _known.pop(_digest(credential), None)
        await services().rates.take(_failed(), FAILURES)


def remember(credential: str) -> None:
    """Note that the credential was good."""
    digest = _digest(credential)
    _known[digest] = None
    _known.move_to_end(digest)
    if len(_known) > MAX_KNOWN:
        _known.popitem(last=False)


async def admit(operator: Operator, credential: str) -> Allowance | None:
    """Remember the credential as good and count the call. Raise QuotaExceeded; None where no rate is set."""
    remember(credential)
    return await admit_operator(operator)


async def admit_event(operator: Operator, tab: str) -> None:
    """Count one event of a tab, and of its person. Raise QuotaExceeded."""
    allowance = await services().rates.take(f"tab:{tab}", EVENTS)
    if not allowance.allowed:
        raise TooOften(allowance, EVENTS)
    await admit_operator(operator)


async def admit_operator(operator: Operator) -> Allowance | None:
    """Count one call of a key or a person. Raise QuotaExceeded; None where no rate is set."""
    per_second = services().edge.per_second
    if not per_second:
        return None
    who = f"key:{operator.key_id}" if operator.key_id else f"user:{operator.user_id}"
    rate = Rate(per_second, SECOND)
    allowance = await services().rates.take(who, rate)
    if not allowance.allowed:
        raise TooOften(allowance, rate)
    return allowance


class TooOften(QuotaExceeded):
    """A key, a person or a tab called more often than its rate allows."""

    def __init__(self, allowance: Allowance, rate: Rate) -> None:
        words = f"More than {rate.limit / rate.seconds:g} a second are too many."
        super().__init__(
            words, hint="Wait a moment.", retry_after_seconds=allowance.wait_seconds, limit=allowance.limit
        )


def headers_of_refusal(refusal: QuotaExceeded) -> dict[str, str]:
    """Return what tells a client when to come again; nothing where waiting does not help."""
    if refusal.retry_after_seconds is None:
        return {}
    headers = {"Retry-After": str(int(refusal.retry_after_seconds + 1))}
    if refusal.limit is not None:
        headers |= headers_of(
            Allowance(allowed=False, limit=refusal.limit, remaining=0, wait_seconds=refusal.retry_after_seconds)
        )
    return headers


def headers_of(allowance: Allowance) -> dict[str, str]:
    """Return what tells a client how much is left; the reset is in seconds from now."""
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(math.ceil(allowance.wait_seconds)),
    }


class Rated:
    """Tell in each answer how much of the rate is left, where one is set."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state: dict[str, Any] = {**scope.get("state", {})}

        async def send_rated(message: Message) -> None:
            if message["type"] == "http.response.start" and (allowance := state.get("allowance")):
                told = [(name.lower().encode(), value.encode()) for name, value in headers_of(allowance).items()]
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        await self._app({**scope, "state": state}, receive, send_rated)


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode()).digest()


def _failed() -> str:
    return f"failed:{caller_address.get()}"
