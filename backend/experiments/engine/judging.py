"""Judge what stands in the log, one conversation or answer at a time: whole, or not at all."""

from __future__ import annotations

import json

from backend.columns import utc_now
from backend.errors import DomainError, InvalidInput
from backend.experiments.engine.asking import Asking
from backend.experiments.engine.scoring import Keep, Scoring
from backend.experiments.errors import AttemptLost
from backend.experiments.evaluators.base import MAX_CHARACTERS, Case
from backend.experiments.evaluators.panel import ROOM
from backend.experiments.models import ExperimentCellRow
from backend.experiments.outside import Outside, Talk
from backend.experiments.types import IN_VAIN, CellStatus
from backend.operator import Operator
from backend.prompts.types import estimated_tokens

SHORTER = "Choose a judge with a larger window, or judge its single answers."


class Judging:
    """What a judge could not tell is a failed item, which a retry asks again."""

    def __init__(self, outside: Outside, operator: Operator, asking: Asking, scoring: Scoring, keep: Keep) -> None:
        self._outside, self._operator, self._asking = outside, operator, asking
        self._scoring, self._keep = scoring, keep

    async def judge(self, cell: ExperimentCellRow) -> None:
        """Score one claimed item. Raise LaneGivenUp, AttemptLost."""
        cell.error, cell.scores = "", {}
        talk_id = cell.conversation_id or ""
        try:
            talk = await self._outside.talk(self._operator, talk_id, cell.item_id if cell.item_id != talk_id else "")
            case = Case(talk.text, talk.before, is_whole=talk.is_whole)
            if words := await self._too_long(talk, case):
                cell.detail = {**cell.detail, IN_VAIN: True}
                raise InvalidInput(words, hint=SHORTER)
            await self._scoring.judge(cell, case, is_baseline=True, keep=self._keep)
        except AttemptLost:
            raise
        except DomainError as error:
            cell.error = f"{error.message} {error.hint}".strip()
        cell.error = next((one["error"] for one in cell.scores.values() if "error" in one), cell.error)
        cell.status = (CellStatus.FAILED if cell.error else CellStatus.DONE).value
        cell.tries, cell.finished_at = cell.tries + 1, utc_now()

    async def _too_long(self, talk: Talk, case: Case) -> str:
        """Say why a judge cannot be shown all of it; empty where it can."""
        what = "conversation" if talk.is_whole else "answer, with what led to it,"
        longest = max(len(talk.text), len(json.dumps(talk.before, ensure_ascii=False)))
        if longest > MAX_CHARACTERS:
            return f"The {what} has {longest:,} characters, and a judge is shown at most {MAX_CHARACTERS:,}."
        for judge in self._scoring.alone:
            tokens = sum(estimated_tokens(one.content) for asked in judge.questions(case) for one in asked)
            for name in getattr(judge, "judges", ()):
                model = await self._asking.endpoint(name)
                room = model.context_size - (ROOM.max_output_tokens or 0)
                if model.context_size and tokens > room:
                    return f"The {what} has about {tokens:,} tokens, and {model.reference} has room for {room:,}."
        return ""
