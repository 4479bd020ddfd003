"""What the command line asks for, done with the services of whichever process has them open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from backend.audit.types import Breach, BreachKind
from backend.bootstrap.doctor import examine
from backend.bootstrap.experiment_command import run_experiment
from backend.bootstrap.services import Services
from backend.control import BROKEN
from backend.installation.resealing import Resealing

Command = Callable[[Services, dict[str, Any]], AsyncIterator[str]]


async def sign_in_link(services: Services, _arguments: dict[str, Any]) -> AsyncIterator[str]:
    token = await services.identity.make_sign_in_link()
    yield f"{services.settings.address}/sign-in/link?token={token}"


async def reset_link(services: Services, arguments: dict[str, Any]) -> AsyncIterator[str]:
    owner = await services.identity.ensure_owner()
    token = (await services.sign_in.reset_link_for(owner, str(arguments["email"]))).token
    yield f"{services.settings.public_url or services.settings.address}/sign-in/reset?token={token}"


async def create_key(services: Services, arguments: dict[str, Any]) -> AsyncIterator[str]:
    owner = await services.identity.ensure_owner()
    yield (await services.identity.create_key(owner, str(arguments["name"]))).secret


async def reset_demo(services: Services, _arguments: dict[str, Any]) -> AsyncIterator[str]:
    yield "Removing the example's flow, handbook and conversations; what you made stays."
    await services.demo.reset(await services.identity.ensure_owner())
    yield "The example project is as it came."


async def verify_audit(services: Services, _arguments: dict[str, Any]) -> AsyncIterator[str]:
    for chain in await services.audit.verify_all():
        for breach in chain.breaches:
            yield f"{BROKEN} {chain.organisation_id}: {_told(breach)}"
        held = "do not hold" if chain.breaches else "hold"
        yield f"{chain.organisation_id}: {chain.num_events} events {held}; the last hash is {chain.hash}"


def _told(breach: Breach) -> str:
    """Say of one breach what can be known: an event that is gone has left its number only."""
    if breach.kind is BreachKind.REMOVED:
        last = breach.sequence + breach.num_events - 1
        one = last == breach.sequence
        return f"event {last} was removed" if one else f"events {breach.sequence} to {last} were removed"
    if breach.kind is BreachKind.CUT:
        return f"its end was cut off from event {breach.sequence} on, {breach.num_events} of what was signed"
    if breach.kind is BreachKind.REWRITTEN:
        return f"the chain was rewritten: {_rewritten(breach)}"
    known = f"{breach.event_id}, {breach.action}, {breach.at:%Y-%m-%d %H:%M:%S} UTC"
    return f"event {breach.sequence} ({known}) was {breach.kind.value}"


def _rewritten(breach: Breach) -> str:
    if not breach.sequence:
        return "its end bears no signature of this installation"
    return f"event {breach.sequence} is not the one whose hash was signed"


async def rotate_secrets(services: Services, _arguments: dict[str, Any]) -> AsyncIterator[str]:
    async for line in Resealing(services.units, services.sealer).run():
        yield line


COMMANDS: dict[str, Command] = {
    "sign-in-link": sign_in_link,
    "reset-link": reset_link,
    "api-key create": create_key,
    "audit verify": verify_audit,
    "demo reset": reset_demo,
    "experiment run": run_experiment,
    "secrets rotate": rotate_secrets,
    "doctor": examine,
}
