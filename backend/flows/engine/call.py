"""One node, called as its policy says: again after a failure that may pass, in time, or with its default."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from backend.errors import DomainError, GoesOn, QuotaExceeded, Unavailable
from backend.flows.asking import AskFailed
from backend.flows.engine.plan import Step
from backend.flows.errors import WaitsForPerson
from backend.flows.kind import Result
from backend.flows.types import Usage

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcome:
    """How the call went so far: it ends with a result, or with an error where the policy has no default."""

    result: Result | None = None
    error: DomainError | None = None
    reason: str = ""
    tries: list[dict[str, Any]] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    limit: asyncio.Timeout | None = None
    """The time limit of the try under way."""
    waited_ms: float = 0.0
    """How long it waited for turns at models while the clock of the run went on."""

    def spend(self, usage: Usage) -> None:
        self.usage += usage


class NodeTimedOut(Unavailable):
    """The node took longer than its policy allows."""


async def call(step: Step, act: Callable[[], Awaitable[Result]], outcome: Outcome, *, first_pause: float) -> None:
    """Act until it works, `retries` times more at most. Cancellation passes through; `outcome` then says how far."""
    policy = step.node.policy
    error: DomainError | None = None
    waited = 0.0
    for number in range(1, policy.retries + 2):
        began = time.perf_counter()
        try:
            if step.is_quick:
                outcome.result = await act()
            else:
                async with asyncio.timeout(policy.timeout_seconds) as outcome.limit:
                    outcome.result = await act()
        except (WaitsForPerson, GoesOn):
            raise  # neither is a failure of the node
        except TimeoutError:
            error = NodeTimedOut(f"It took longer than {policy.timeout_seconds:g} s.", hint="Raise its time limit.")
        except DomainError as refused:
            error = refused
        except Exception:
            logger.exception("node %s of the kind %s failed", step.node.id, step.kind.name)
            error = DomainError("It failed for a reason of our own.", hint="The log has it under the run's id.")
        else:
            outcome.usage += outcome.result.usage
            outcome.tries.append(_try(number, began, waited))
            return
        outcome.usage += spent(error)
        outcome.tries.append(_try(number, began, waited, error.message))
        if number > policy.retries or not may_pass(error):
            break
        waited = _pause(number, error, first_pause)
        await asyncio.sleep(waited)
    if policy.on_error == "default":
        outcome.result = Result(_default(step))
        outcome.reason = f"its default stands in: {error.message if error else ''}"
    else:
        outcome.error = error


def may_pass(error: DomainError) -> bool:
    """Tell a failure that a second try may not meet again."""
    if isinstance(error, AskFailed):
        return error.may_help_to_retry
    return isinstance(error, Unavailable | QuotaExceeded)


def spent(error: DomainError) -> Usage:
    """Return the tokens that a failed model call used up: they are paid for all the same."""
    return error.usage if isinstance(error, AskFailed) else Usage()


def _pause(number: int, error: DomainError, first_pause: float) -> float:
    asked = error.retry_after_seconds if isinstance(error, QuotaExceeded) else None
    if asked is not None:
        return min(asked, LONGEST_PAUSE_SECONDS)
    doubled: float = first_pause * 2 ** (number - 1)
    jitter: float = random.uniform(0.7, 1.3)  # noqa: S311  # not a secret
    return min(doubled, LONGEST_PAUSE_SECONDS) * jitter


def _default(step: Step) -> dict[str, Any]:
    """Read the policy's default: an object whose keys are all ports gives each its value, else the first port's."""
    ports = [port.name for port in step.kind.ports_out(step.config)]
    value = step.node.policy.default
    if isinstance(value, dict) and value and set(value) <= set(ports):
        return value
    return {ports[0]: value} if ports else {}


def _try(number: int, began: float, waited: float, error: str = "") -> dict[str, Any]:
    took = (time.perf_counter() - began) * 1e3
    return {"number": number, "time_ms": round(took, 3), "error": error, "waited_ms": round(waited * 1e3, 1)}
