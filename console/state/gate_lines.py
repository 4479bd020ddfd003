"""What a gate says to a content before anybody asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.bootstrap import services
from backend.experiments.types import GateResult, Requirement, kind_of, numbered
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION
from console import routes
from console.problems import unbroken
from console.state import formats


@dataclass(frozen=True)
class GateLine:
    """What a gate says to a content; `mark` is "ok" or "fail", empty where nothing is asked.

    `evidence` is the experiment that it says so by; `asking` opens the form of the one that is missing, empty where one
    has spoken.
    """

    mark: str = ""
    words: str = ""
    hint: str = ""
    evidence: str = ""
    asking: str = ""


async def content_line(
    operator: Operator,
    kind: Literal["flow", "prompt"],
    name: str,
    fingerprint: str,
    version: int | None = None,
    *,
    called: str = "",
    label: str = PRODUCTION,
) -> GateLine:
    """Return what the gate would say to a content, also to one that is no version yet and is `called` otherwise.

    Nothing to a `label` of a prompt that it does not guard.
    """
    experiments = services().experiments
    asked = None
    if operator.may(Permission.EXPERIMENTS_READ):
        asked = await experiments.requirement(operator, kind, name)
    if asked is None or (kind == "prompt" and label not in asked.labels):
        return GateLine()
    found = await experiments.gate_result(operator, kind, name, fingerprint, version, label=label)
    num_rows = (await experiments.get(operator, found.experiment_id)).num_rows if found.experiment_id else 0
    evidence = routes.to(routes.EXPERIMENT, found.experiment_id) if found.experiment_id else ""
    mark = "ok" if found.passed else "fail"
    return GateLine(
        mark,
        unbroken(_said(found, label if version else "", called or f"v{version}", _by(asked, num_rows))),
        unbroken(found.hint or found.room),
        evidence,
    )


def _by(asked: Requirement, num_rows: int) -> str:
    """Name what the gate goes by: what costs more, or takes longer, may pass."""
    names = numbered(str(one.get("name") or kind_of(one)) for one in asked.evaluators)
    rows = formats.counted(num_rows, "row")
    return f"({formats.listed(names)}) on {rows}" if names else f"on {rows}"


def _said(found: GateResult, label: str, called: str, by: str) -> str:
    """Say how a content did. That nothing that it asks is known to be worse is all that a gate shows."""
    if not found.passed:
        return found.words
    if not found.experiment_id:
        return f"{called} is in {label}" if label else "It says what is published"
    return f"{called} is not known to be worse in quality {by}"
