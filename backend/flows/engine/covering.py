"""Run a node so that nothing it gives, says or raises holds a secret that it was given."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.errors import DomainError
from backend.flows.context import NodeContext
from backend.flows.engine.plan import Step
from backend.flows.engine.repeating import recorded
from backend.flows.kind import Result
from backend.flows.veil import Veil

logger = logging.getLogger(__name__)


async def run_covered(step: Step, context: NodeContext[Any], inputs: Mapping[str, Any]) -> Result:
    """Return the node's result with its secrets masked, as nodes behind it, records and listeners get it."""
    try:
        result: Result = await recorded(step, context, inputs) or await step.kind.run(context, inputs)
    except DomainError as refused:
        _cover_error(context.veil, refused)
        raise
    except Exception:
        if not context.veil.is_worn:
            raise
        told = context.veil.text(traceback.format_exc())
        logger.error("node %s of the kind %s failed: %s", step.node.id, step.kind.name, told)  # noqa: TRY400  # masked
        raise DomainError("It failed for a reason of our own.", hint="The log has it under the run's id.") from None
    if not context.veil.is_worn:
        return result
    cover = context.veil.cover
    return replace(
        result,
        outputs=cover(dict(result.outputs)),
        reason=cover(result.reason),
        citations=cover(result.citations),
        detail=cover(result.detail),
    )


def _cover_error(veil: Veil, error: DomainError) -> None:
    """Mask the words of the error, and let go of what it came from: a log would write that out."""
    if veil.is_worn:
        error.message, error.hint = veil.text(error.message), veil.text(error.hint)
        error.args = (error.message,)
        error.__cause__ = None
        error.__context__ = None
