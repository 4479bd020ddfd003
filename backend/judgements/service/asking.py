"""Ask a judge: which items, at what price, and then as a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from backend.annotations.types import Each, Target
from backend.audit.repository import AuditTrail
from backend.columns import storable, utc_now
from backend.conversations.repository.scored import Scored
from backend.errors import Conflict, InvalidInput, NotFound
from backend.experiments.checks import MAX_BUDGET
from backend.experiments.errors import JUDGEMENT
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import Row, Talk
from backend.experiments.pinning import judges_pinned
from backend.experiments.planning import SAMPLE_ROWS, Planner
from backend.experiments.service.base import target
from backend.experiments.shapes import definition_of, pinned_as_json
from backend.experiments.types import DEFAULT_CONCURRENCY, Draft, Pinned, VariantDraft, kind_of
from backend.ids import new_id
from backend.judgements.repository import about, being_asked, write_items
from backend.judgements.service.base import Base
from backend.judgements.shapes import THE_LOG
from backend.judgements.types import MAX_ITEMS, MAX_NAME, Judgement, JudgementPlan, NewJudgement
from backend.live_tests.types import State
from backend.operator import Operator, Permission
from backend.prompts.types import estimated_tokens
from backend.taking_turns import take_turn

JUDGE = "judge"
WORDS = "text"
NOTHING = "Nothing of this is left to judge."
ASKED = "This judge is being asked about all of this already."
OVER = "This live test has ended: what is judged now changes nothing in its report."


class AskingUseCases(Base):
    """What it costs is told before; a judge is asked by its settings, with its models by their references."""

    async def plan(self, operator: Operator, wish: NewJudgement) -> JudgementPlan:
        """Say what it would do and cost; nothing is kept. Raise as `ask`."""
        operator.require(Permission.EXPERIMENTS_READ)
        operator.require(Permission.CONVERSATIONS_READ)
        _, judge = await self._judge(operator, wish)
        targets, num_known = await self._targets(operator, wish, judge)
        talks = await self._sample(operator, targets)
        planner = Planner(self._outside, operator)
        rows = [Row("", number, one.before) for number, one in enumerate(talks)]
        length = fmean([estimated_tokens(one.text) for one in talks] or [0.0])
        tokens, cost, minutes = await planner.of_judging(judge, rows, length, len(targets), DEFAULT_CONCURRENCY)
        return JudgementPlan(
            num_items=len(targets),
            num_known=num_known,
            num_calls=len(targets) * judge.num_calls,
            tokens_in=tokens,
            cost=cost,
            minutes=minutes,
            over_budget=wish.budget is not None and cost > wish.budget,
            is_small=await planner.asks_built_in(judge),
        )

    async def ask(self, operator: Operator, wish: NewJudgement) -> Judgement:
        """Begin to judge; it goes on as a job, whoever looks.

        Raise InvalidInput where nothing is left to judge or the judge cannot be used, NotFound (queue, model), and
        Conflict for a live test that has ended, and where this judge is being asked about all of it already: what it is
        being asked about is left out, so that a second press pays nothing.
        """
        operator.require(Permission.EXPERIMENTS_RUN)
        operator.require(Permission.CONVERSATIONS_READ)
        spec, judge = await self._judge(operator, wish)
        targets, _ = await self._targets(operator, wish, judge)
        draft = Draft(
            name=judge.called,
            dataset_id=wish.queue_id,
            variants=(VariantDraft(THE_LOG),),
            evaluators=(spec,),
            budget=wish.budget,
            answers_of=THE_LOG,
        )
        row = ExperimentRow(
            id=new_id("judgement"),
            project_id=operator.project_id,
            kind=JUDGEMENT,
            name=judge.called,
            dataset_id=wish.queue_id,
            dataset_name=await self._source(operator, wish),
            definition=definition_of(draft),
            pinned=pinned_as_json([Pinned(THE_LOG, "prompt")]),
            baseline=THE_LOG,
            concurrency=draft.concurrency,
            budget=draft.budget,
            created_by=operator.name,
            created_by_id=operator.user_id,
            started_at=utc_now(),
            started_by=operator.name,
            started_by_id=operator.user_id,
        )
        async with self._units.write(operator) as work:
            await take_turn(work.session, f"what {row.name} judges in {row.project_id}")
            held = await being_asked(work.session, row)
            left = [one for one in targets if about(one) not in held]
            if targets and not left:
                raise Conflict(ASKED, hint="Its scores appear as it goes on.")
            work.session.add(row)
            await work.session.flush()
            row.num_rows = row.num_cells = row.num_made = await write_items(work.session, row, left)
            if not row.num_cells:
                raise InvalidInput(NOTHING)
            after = {"judge": row.name, "items": row.num_cells}
            await AuditTrail(work.session).record(operator, "judgement.start", target(row), after=after)
            self._runs.enqueue(work, row)
        return await self._shown(await self._runs.now(operator, row.id))

    async def _judge(self, operator: Operator, wish: NewJudgement) -> tuple[dict[str, Any], Any]:
        """Return the settings as they are kept, and the judge. Raise InvalidInput."""
        if not 1 <= wish.most <= MAX_ITEMS:
            raise InvalidInput(f"Between 1 and {MAX_ITEMS:,} at once.", fields={"most": str(wish.most)})
        if wish.budget is not None and not (wish.budget.is_finite() and 0 < wish.budget <= MAX_BUDGET):
            words = f"A budget is above 0 and at most ${MAX_BUDGET:,}."
            raise InvalidInput(words, fields={"budget": words})
        given = {"kind": JUDGE, **storable(dict(wish.judge or await self._of_live_test(operator, wish)))}
        name = " ".join(str(given.get("name") or "").split())
        if not 1 <= len(name) <= MAX_NAME:
            words = f"A judge has a name of at most {MAX_NAME} characters: its scores stand under it."
            raise InvalidInput(words, fields={"name": words})
        if kind_of(given) != JUDGE or given.get("output") == WORDS:
            words = "The log is judged by yes or no, a number, or a category."
            raise InvalidInput(words, fields={"output": words})
        await self._runs.judge(given)
        (pinned,) = await judges_pinned(self._outside, operator, [{**given, "name": name}])
        models = [pinned["model"]] if pinned.get("model") is not None else pinned.get("models") or [""]
        # What the project's own model is changes, and with it whose word the score is.
        named = [(await self._outside.models.resolve(operator, one)).reference for one in models]
        spec = {**{key: value for key, value in pinned.items() if key != "model"}, "models": named}
        return spec, await self._runs.judge(spec)

    async def _of_live_test(self, operator: Operator, wish: NewJudgement) -> Mapping[str, Any]:
        """Return the settings of the judge by which a live test goes, none where it goes by none."""
        if not wish.live_test_id:
            return {}
        test, _ = await self._live_tests.conversations(operator, wish.live_test_id, 0)
        return {**test.judge.settings, "name": test.judge.name} if test.judge else {}

    async def _targets(self, operator: Operator, wish: NewJudgement, judge: Any) -> tuple[list[Target], int]:
        """Return what is to be judged, and how many more this very judge has judged already."""
        found = await self._chosen(operator, wish)
        if wish.again:
            return found[: wish.most], 0
        async with self._units.read(operator) as session:
            ids = sorted({one.conversation_id for one in found})
            known = await Scored(session, operator.project_id).judged_by(judge.called, judge.rubric_version, ids)
        left = [one for one in found if (one.conversation_id, one.message_id) not in known]
        return left[: wish.most], len(found) - len(left)

    async def _chosen(self, operator: Operator, wish: NewJudgement) -> list[Target]:
        found: Sequence[str]
        if wish.queue_id:
            return await self._annotations.targets(operator, wish.queue_id, MAX_ITEMS)
        if wish.live_test_id:
            test, found = await self._live_tests.conversations(operator, wish.live_test_id, MAX_ITEMS)
            if test.state is not State.RUNNING:
                raise Conflict(OVER, hint="Judge its conversations in the log, by their filters or their ids.")
        elif wish.conversation_ids:
            found = list(dict.fromkeys(storable(one) for one in wish.conversation_ids))[:MAX_ITEMS]
            if await self._log.count(operator, found) < len(found):
                raise NotFound("Some of these conversations are not in the log.")
        else:
            found = await self._log.matching(operator, wish.filters, MAX_ITEMS)
        if wish.each is Each.ANSWER:
            return (await self._annotations.answers(operator, found))[:MAX_ITEMS]
        return [Target(one) for one in found]

    async def _sample(self, operator: Operator, targets: Sequence[Target]) -> list[Talk]:
        """Return some of the items as a judge would read them; one that is gone meanwhile is left out."""
        found = []
        for one in targets[:: max(1, len(targets) // SAMPLE_ROWS)][:SAMPLE_ROWS]:
            try:
                found.append(await self._outside.talk(operator, one.conversation_id, one.message_id))
            except NotFound:
                continue
        return found

    async def _source(self, operator: Operator, wish: NewJudgement) -> str:
        """Return what it is over, in words: the queue, or what was chosen of the log."""
        if wish.queue_id:
            return (await self._annotations.queue(operator, wish.queue_id)).name
        if wish.live_test_id:
            test, _ = await self._live_tests.conversations(operator, wish.live_test_id, 0)
            return f"Live test of {test.prompt_name} {test.label}"
        return "Whole conversations" if wish.each is Each.CONVERSATION else "Answers"
