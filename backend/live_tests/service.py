"""Split a label over versions, read how it goes, and end it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from backend.audit.repository import AuditTrail
from backend.columns import storable, utc_now
from backend.errors import Clash, Conflict, DomainError, InvalidInput
from backend.ids import new_id
from backend.live_tests.checks import checked_arms, checked_margin
from backend.live_tests.drawing import SeatNames, drawn
from backend.live_tests.ending import ended, over, running_one, target_of
from backend.live_tests.judging import Judging
from backend.live_tests.models import LiveTestRow
from backend.live_tests.repository import LiveTests, running_everywhere, with_untold
from backend.live_tests.shapes import arms_of, live_test_of
from backend.live_tests.standings import report_of
from backend.live_tests.types import LiveTest, Metric, NewLiveTest, PinnedJudge, Report, State
from backend.live_tests.wording import evidence, guardrail_words
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID
from backend.ports.sealing import Sealer
from backend.prompts.errors import PromptNotFound
from backend.prompts.service import PromptService
from backend.prompts.types import Drawn, LabelChange, Taking
from backend.unit_of_work import Units, Work

GUARDRAIL = "The guardrail"
FIRST_PAGE = Page()
# A conversation that was drawn may be told so long after its test ended.
UNTOLD = timedelta(days=30)
logger = logging.getLogger(__name__)


class LiveTestService:
    """What the edges may ask of live tests."""

    def __init__(self, units: Units, prompts: PromptService, sealer: Sealer) -> None:
        self._units, self._prompts, self._names = units, prompts, SeatNames(sealer)

    async def start(self, operator: Operator, prompt: str, wish: NewLiveTest) -> LiveTest:
        """Split the label from the next conversation on.

        Raise PromptNotFound, VersionNotFound, InvalidInput, Conflict where one runs on the label already or a gate
        refuses a version, and Forbidden where the label is protected and a version is the operator's own.
        """
        operator.require(Permission.PROMPTS_EDIT)
        about = await self._prompts.get(operator, prompt)
        baseline = about.labels.get(wish.label)
        if baseline is None:
            hint = "Give a version the label first; the test compares the others with it."
            raise InvalidInput(f"{about.name} has no version under {wish.label}.", hint=hint)
        arms = checked_arms(wish.arms, baseline)
        judge = await self._judge(operator, wish)
        margin = checked_margin(wish)
        for arm in arms:
            if arm.version != baseline:
                await self._prompts.check_stands(operator, about.id, wish.label, arm.version)
        row = LiveTestRow(
            id=new_id("ltest"),
            project_id=operator.project_id,
            prompt_id=about.id,
            prompt_name=about.name,
            label=wish.label,
            arms=[asdict(arm) for arm in arms],
            baseline=baseline,
            metric=wish.metric.value,
            margin=margin,
            guardrail=wish.guardrail.value if wish.guardrail else "",
            judge=asdict(judge) if judge else None,
            started_by=operator.name,
            started_by_id=operator.user_id,
        )
        test = live_test_of(row)
        try:
            async with self._units.write(operator) as work:
                for arm in arms:
                    if arm.version != baseline:
                        await self._prompts.check_stands_still(work, operator, about.id, wish.label, arm.version)
                LiveTests(work.session, operator.project_id).add(row)
                after = {"label": test.label, "arms": row.arms, "metric": row.metric, "guardrail": row.guardrail}
                after |= {"judge": judge.name} if judge else {}
                await AuditTrail(work.session).record(operator, "live_test.start", target_of(test), after=after)
        except Clash as error:
            raise Conflict(
                f"A live test runs on {wish.label} already.", hint="Stop it, or promote one of its versions."
            ) from error
        return test

    async def list(
        self, operator: Operator, prompt: str = "", page: Page = FIRST_PAGE, *, state: State | None = None
    ) -> Listed[LiveTest]:
        """Return the live tests of a prompt, without one those of all, newest first. Raise PromptNotFound."""
        operator.require(Permission.PROMPTS_READ)
        about = (await self._prompts.get(operator, prompt)).id if prompt else ""
        async with self._units.read(operator) as session:
            rows = await LiveTests(session, operator.project_id).page(page, about, state)
        return Listed.cut([live_test_of(row) for row in rows], page)

    async def halted(self, operator: Operator, since: datetime, limit: int) -> Sequence[LiveTest]:
        """Return the tests that the guardrail ended since a moment, newest first."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            rows = await LiveTests(session, operator.project_id).halted(since, limit)
        return [live_test_of(row) for row in rows]

    async def report(self, operator: Operator, test_id: str) -> Report:
        """Compare the versions as things stand now. Raise LiveTestNotFound."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            tests = LiveTests(session, operator.project_id)
            test = live_test_of(await tests.get(storable(test_id)))
            judged = await Judging(session, operator.project_id).decides(test)
            return report_of(test, await tests.outcomes(test.id, judged))

    async def judges(self, operator: Operator) -> Sequence[PinnedJudge]:
        """Return the judges that a test may go by, as they judged the log last, by name."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            return await Judging(session, operator.project_id).judges()

    async def conversations(self, operator: Operator, test_id: str, limit: int) -> tuple[LiveTest, Sequence[str]]:
        """Return a test with the conversations that it drew, newest first. Raise LiveTestNotFound."""
        operator.require(Permission.PROMPTS_READ)
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            row = await LiveTests(session, operator.project_id).get(storable(test_id))
            return live_test_of(row), await Judging(session, operator.project_id).conversations(row.id, limit)

    async def stop(self, operator: Operator, test_id: str) -> LiveTest:
        """Let everybody have the version under the label again. Raise LiveTestNotFound, Conflict once it ended."""
        operator.require(Permission.PROMPTS_EDIT)
        return await self._end(operator, test_id, State.STOPPED, "")

    async def promote(self, operator: Operator, test_id: str, version: int) -> LabelChange:
        """Point the label at one of the versions, with the figures in the label's history; that ends the test.

        A protected label waits for a second person, and the test goes on meanwhile. Raise LiveTestNotFound,
        InvalidInput for a version that takes no part, Conflict once it ended, and what `set_label` raises.
        """
        operator.require(Permission.PROMPTS_EDIT)
        found = await self.report(operator, test_id)
        test = found.test
        if test.state is not State.RUNNING:
            raise over()
        if version not in {arm.version for arm in test.arms} - {test.baseline}:
            hint = "Stop the test to stay with it." if version == test.baseline else ""
            raise InvalidInput(f"v{version} is not one of the versions that are tried.", hint=hint)

        async def end(work: Work, *, is_moved: bool) -> None:
            row = await running_one(work, operator, test.id)  # the guardrail may have ended it since it was read
            if is_moved:
                await ended(work, operator, row, State.PROMOTED, f"v{version} was promoted.")

        return await self._prompts.set_label(
            operator, test.prompt_id, test.label, version, comment=evidence(found, version), along=end
        )

    async def choose(self, operator: Operator, prompt_id: str, label: str, number: int, taking: Taking) -> Drawn | None:
        """Return the version that this conversation gets; `number` is the label's own. None where no test runs.

        One that began before the test is not drawn: nobody's answers change midway. Nor is nobody's. What a session
        has that a test of the prompt drew is noted, also where none draws it now.
        """
        name = self._names.of(operator.project_id, storable(taking.session_id)) if taking.session_id else ""
        async with self._units.read(operator) as session:
            tests = LiveTests(session, operator.project_id)
            row = await tests.running(prompt_id, label)
            if row is not None and row.baseline != number:
                row = None
            is_known = bool(name) and row is None and await tests.has_seat(prompt_id, name)
            first = await tests.first_run(taking.conversation_id) if row and taking.conversation_id else None
        if row is None:
            if is_known:
                async with self._units.write(operator) as work:
                    await LiveTests(work.session, operator.project_id).rendered(prompt_id, name, number)
            return None
        run_id = first[0] if first else taking.run_id or name
        if not run_id or (first and first[1] < row.started_at):
            return Drawn(number, row.id, is_drawn=False)
        version = drawn(row.id, run_id, arms_of(row))
        async with self._units.write(operator) as work:
            tests = LiveTests(work.session, operator.project_id)
            await tests.seat(row.id, run_id, version)
            if run_id == name:
                await tests.rendered(prompt_id, name, version)
        return Drawn(version, row.id)

    async def seated(self, work: Work, project_id: str, sessions: Mapping[str, str]) -> Mapping[tuple[str, str], int]:
        """Count conversations that were held elsewhere for the tests in which their sessions were drawn.

        `sessions` are their sessions by id, as they were told. Return the version of each by conversation and prompt.
        """
        conversations = {self._names.of(project_id, session_id): id_ for id_, session_id in sessions.items()}
        held = await LiveTests(work.session, project_id).take_seats(conversations)
        return {(conversation_id, prompt_id): version for conversation_id, prompt_id, version in held}

    async def leave(
        self,
        work: Work,
        project_id: str,
        conversation_ids: Sequence[str],
        _with_items: bool,  # noqa: FBT001  # a hook
    ) -> Sequence[str]:
        """Take seats away with conversations that are removed for good."""
        await LiveTests(work.session, project_id).leave(conversation_ids)
        return conversation_ids

    async def check_protecting(self, work: Work, operator: Operator, label: str) -> None:
        """Raise Conflict while a test runs under a label: it would go on with versions that nobody approved."""
        running = await LiveTests(work.session, operator.project_id).running_under(label)
        if names := [row.prompt_name for row in running]:
            hint = "Stop it, or promote one of its versions, then protect the label."
            raise Conflict(f"A live test runs on {label} of {', '.join(names)}.", hint=hint)

    async def guard(self) -> None:
        """End every test whose guardrail a version breaks, whose label moved away, or whose prompt is gone."""
        async with self._units.read(BY_ID) as session:
            running = await running_everywhere(session)
        for project_id, organisation_id, test_id in running:
            rights = frozenset({Permission.PROMPTS_READ, Permission.PROMPTS_EDIT, Permission.PROMPTS_APPROVE})
            watching = Operator("", GUARDRAIL, organisation_id, project_id, rights, "system")
            try:
                await self._guard_one(watching, test_id)
            except DomainError as error:
                logger.info("the live test %s was passed over: %s", test_id, error.message)
            except Exception:  # one project's test shall not keep the others' from being guarded
                logger.exception("the live test %s was passed over", test_id)

    async def forget_untold(self) -> None:
        """Remove the seats of sessions that nobody told of in time."""
        before = utc_now() - UNTOLD
        async with self._units.read(BY_ID) as session:
            projects = await with_untold(session, before)
        for project_id in projects:
            async with self._units.write(OfProject(project_id)) as work:
                await LiveTests(work.session, project_id).forget_untold(before)

    async def _guard_one(self, operator: Operator, test_id: str) -> None:
        found = await self.report(operator, test_id)
        test = found.test
        try:
            number = (await self._prompts.get(operator, test.prompt_id)).labels.get(test.label)
        except PromptNotFound:
            await self._end(operator, test_id, State.STOPPED, "The prompt was deleted.")
            return
        if number != test.baseline:
            state = State.PROMOTED if number in {arm.version for arm in test.arms} else State.STOPPED
            where = f"moved to v{number}" if number else "was taken away"
            await self._end(operator, test_id, state, f"{test.label} {where}.")
            return
        broken = next((one for one in found.standings if one.metric is test.guardrail and one.verdict == "worse"), None)
        if broken is not None:
            words = guardrail_words(test, broken)
            await self._end(operator, test_id, State.HALTED, words)
            for wish in await self._prompts.approvals(operator, test.prompt_id):
                if (wish.label, wish.version) == (test.label, broken.version):  # it speaks of better days
                    await self._prompts.refuse(operator, wish.id, words)

    async def _judge(self, operator: Operator, wish: NewLiveTest) -> PinnedJudge | None:
        if Metric.JUDGED not in (wish.metric, wish.guardrail):
            return None
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            return await Judging(session, operator.project_id).named(storable(wish.judge))

    async def _end(self, operator: Operator, test_id: str, state: State, reason: str) -> LiveTest:
        async with self._units.write(operator) as work:
            return await ended(work, operator, await running_one(work, operator, test_id), state, reason)
