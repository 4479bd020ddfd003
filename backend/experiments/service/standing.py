"""How single rows did when they were asked last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.base import UseCases
from backend.experiments.shapes import draft_of
from backend.experiments.standing_types import ItemStanding
from backend.experiments.types import CellStatus, kind_of, numbered
from backend.operator import Operator, Permission


class Standing(UseCases):
    """Reads the cells of the last experiment over each row."""

    async def standing(self, operator: Operator, item_ids: Sequence[str]) -> dict[str, ItemStanding]:
        """Return by row how its last answers were scored; what was never asked is not in it."""
        operator.require(Permission.EXPERIMENTS_READ)
        if not item_ids:
            return {}
        async with self._units.read(operator) as session:
            cells = await Cells(session, operator.project_id).last_of(item_ids)
            asked = await Experiments(session, operator.project_id).among({cell.experiment_id for cell in cells})
        of_item: dict[str, list[ExperimentCellRow]] = {}
        for cell in cells:
            of_item.setdefault(cell.item_id, []).append(cell)
        found = {}
        for item_id, answers in of_item.items():
            row = asked[answers[0].experiment_id]
            names, deciding = [one.name for one in draft_of(row).variants], deciders(row)
            said = {
                names[at]: verdict([(one.status, one.scores) for one in answers if one.variant == at], deciding)
                for at in range(len(names))
            }
            passed, failed = (tuple(name for name in names if said[name] is wanted) for wanted in (True, False))
            found[item_id] = ItemStanding(item_id, row.id, row.name, row.dataset_version, passed, failed)
        return found


def deciders(row: ExperimentRow) -> list[str]:
    """Return the names of an experiment's evaluators as its scores have them, the one that decides first."""
    return numbered(str(one.get("name") or kind_of(one)) for one in draft_of(row).evaluators)


def verdicts(numbers: Sequence[tuple[Any, ...]], deciding: Sequence[str]) -> dict[tuple[int, int], bool | None]:
    """Return by row and variant whether its answers pass, of cells as `Cells.numbers` gives them."""
    ended: dict[tuple[int, int], list[tuple[str, dict[str, Any]]]] = {}
    for row, variant, _, status, scores, *_ in numbers:
        if status in (CellStatus.DONE, CellStatus.FAILED):
            ended.setdefault((row, variant), []).append((status, scores))
    return {key: verdict(answers, deciding) for key, answers in ended.items()}


def verdict(answers: Sequence[tuple[str, dict[str, Any]]], deciding: Sequence[str]) -> bool | None:
    """Say whether every answer, by its status and scores, passes; None where nothing was there to pass."""
    if any(status == CellStatus.FAILED for status, _ in answers):
        return False
    told = [_passes(scores, deciding) for _, scores in answers]
    if False in told:
        return False
    return True if True in told else None


def _passes(scores: dict[str, Any], deciding: Sequence[str]) -> bool | None:
    """Take the word of the evaluator that decides, of the next one where it has no pass mark.

    While the one that decides failed, or waits for a person, no other speaks in its place.
    """
    for name in deciding:
        score = scores.get(name) or {}
        passed: bool | None = score.get("passed")
        if passed is not None or score.get("value") is None:
            return passed
    return None
