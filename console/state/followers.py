"""Who gets what a label of a prompt points at: the published flows and the prompts that follow it."""

from __future__ import annotations

from collections.abc import Sequence

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.prompts.types import Use
from console import routes
from console.state import formats

KINDS = ("flow", "prompt")  # what an experiment asks reaches nobody
NOBODY = "No published flow follows {label} yet: choose this prompt and that label in an LLM node, and publish it."
MOST_NAMED = 3


async def followers(operator: Operator, prompt_id: str) -> dict[str, list[Use]]:
    """Return by label what follows it and is published."""
    found: dict[str, list[Use]] = {}
    for one in await services().prompts.uses(operator, prompt_id):
        if one.kind in KINDS and one.follows and not one.draft:
            found.setdefault(one.follows, []).append(one)
    return found


async def way_to_follow(operator: Operator, prompt_id: str) -> str:
    """Return where a flow takes the prompt by a label: a flow that asks it already, else the list of flows."""
    asked = [one.id for one in await services().prompts.uses(operator, prompt_id) if one.kind == "flow"]
    return routes.to(routes.FLOW, asked[0]) if asked else routes.FLOWS


def may_know(operator: Operator) -> bool:
    """Tell whether they see the flows: to who does not, nothing is said of them."""
    return operator.may(Permission.FLOWS_READ) and operator.may(Permission.PROMPTS_READ)


def follow_words(found: Sequence[Use], label: str) -> str:
    """Say who follows a label, or that nothing does and what to do."""
    names = list(dict.fromkeys(one.name for one in found))
    more = [formats.counted(len(names) - MOST_NAMED, "other")] if len(names) > MOST_NAMED else []
    if not names:
        return NOBODY.format(label=label)
    follow = "follows" if len(names) == 1 else "follow"
    return f"{formats.listed([*names[:MOST_NAMED], *more])} {follow} {label}."
