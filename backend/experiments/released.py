"""Whether code that scores may run: it is on here, and a second person approved exactly this text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.errors import Conflict
from backend.experiments.code_types import fingerprint_of
from backend.experiments.outside import Outside
from backend.experiments.repository import Codes
from backend.operator import Operator

LOOKS = "Somebody else with experiments:code looks at it on the page of this experiment."


def coded(evaluators: Sequence[Any]) -> dict[str, Any]:
    """Return the evaluators that run code, by the fingerprint of its text."""
    return {fingerprint_of(one.code): one for one in evaluators if one.runs_code}


async def unreleased(session: AsyncSession, project_id: str, evaluators: Sequence[Any]) -> dict[str, Any]:
    """Return those whose text nobody approved, by its fingerprint."""
    found = coded(evaluators)
    rows = await Codes(session, project_id).of(found) if found else []
    approved = {row.fingerprint for row in rows if row.state == "approved"}
    return {fingerprint: one for fingerprint, one in found.items() if fingerprint not in approved}


async def check_approved(outside: Outside, operator: Operator, code: str) -> None:
    """Raise Conflict where nobody approves this text any more."""
    async with outside.units.read(operator) as session:
        rows = await Codes(session, operator.project_id).of([fingerprint_of(code)])
    if not any(row.state == "approved" for row in rows):
        raise Conflict("Its code is not approved any more.", hint=LOOKS)


async def check_released(outside: Outside, operator: Operator, evaluators: Sequence[Any]) -> None:
    """Raise Conflict where one of them runs code and that may not be."""
    if not coded(evaluators):
        return
    if why_off := await outside.code.why_off():
        raise Conflict(why_off)
    async with outside.units.read(operator) as session:
        waiting = await unreleased(session, operator.project_id, evaluators)
    for one in waiting.values():
        raise Conflict(f"The code of {one.called} is not approved.", hint=LOOKS)
