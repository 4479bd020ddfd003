"""What measurements say against a version of a prompt that no gate refuses."""

from __future__ import annotations

from backend.bootstrap import services
from backend.experiments.types import PromptStanding, VersionStanding
from backend.operator import Operator, Permission
from console.problems import unbroken
from console.state import formats


async def measured(operator: Operator, prompt_id: str) -> PromptStanding | None:
    """Return how the versions did in experiments, for whoever may read those."""
    if not operator.may(Permission.EXPERIMENTS_READ):
        return None
    return await services().experiments.prompt_standing(operator, prompt_id)


def weak_words(found: PromptStanding | None, version: int, production: int) -> str:
    """Say that nothing passed, or clearly less than in production: "v3 passed 0 of 12 rows by exact, v1 9 of 12."."""
    ours = found.of(version) if found else None
    if found is None or ours is None or not found.is_weak(version, production):
        return ""
    theirs = found.of(production)
    beside = f", v{production} in production {_passed(theirs)}" if theirs else ""
    return f"v{version} passed {_passed(ours)} rows by {found.metric}{beside}."


def figures_of(found: PromptStanding | None) -> dict[str, str]:
    """Return the share of rows that passed, by version."""
    versions = found.versions if found else ()
    return {str(one.version): unbroken(f"{100 * one.share:.1f} %") for one in versions}


def _passed(one: VersionStanding) -> str:
    return f"{formats.count(one.num_passed)} of {formats.count(one.num_rows)}"
