"""A flow whose LLM node follows a label, two versions under it, and people who talk to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.conversations.models import ConversationRow, ConversationScoreRow
from backend.experiments.errors import JUDGEMENT
from backend.experiments.models import ExperimentRow
from backend.flows.models import FlowRow, RunRow
from backend.flows.types import RunStatus, RunWish
from backend.ids import new_id
from backend.live_tests.models import LiveTestSeatRow
from backend.live_tests.types import Arm, LiveTest, NewLiveTest
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt
from tests.factories import flows

HALF = (Arm(1, 50), Arm(2, 50))


@dataclass
class Desk:
    """What a test of live tests works with."""

    services: Services
    operator: Operator
    prompt: str
    flow: str

    async def start(self, *arms: Arm, **wish: object) -> LiveTest:
        given = NewLiveTest("production", arms or HALF, **wish)  # type: ignore[arg-type]
        return await self.services.live_tests.start(self.operator, self.prompt, given)

    async def say(
        self, message: str = "Why?", conversation_id: str = "", version: str = "published"
    ) -> tuple[str, str]:
        """Say something to the flow; return the conversation and what the model was told."""
        wish = RunWish({"message": message}, version=version, conversation_id=conversation_id)
        result = await self.services.runs.run(self.operator, self.flow, wish)
        assert result.status is RunStatus.DONE
        detail = await self.services.runs.get(self.operator, result.run_id)
        asked = next(row for row in detail.nodes if row.node == "say").detail["messages"]
        return str(result.conversation_id), str(asked[0]["content"])

    async def seat(self, test: LiveTest, version: int, *, good: int, bad: int = 0) -> list[str]:
        """Write conversations down as if they had been had with a version, and return them."""
        seated = list[str]()
        project = self.operator.project_id
        async with self.services.units.write(self.operator) as work:
            flow = FlowRow(id=new_id("flow"), project_id=project, name="F", slug=new_id("f"))
            work.session.add(flow)
            await work.session.flush()
            for number in range(good + bad):
                well = number < good
                talk = ConversationRow(
                    id=new_id("conv"), project_id=project, title="T", channel="api", num_turns=1,
                    state="answered" if well else "failed",
                )  # fmt: skip
                run = RunRow(
                    id=new_id("run"), project_id=project, flow_id=flow.id, snapshot_id="s", input={}, trigger="api",
                    status="done" if well else "failed", conversation_id=talk.id,
                )  # fmt: skip
                seat = LiveTestSeatRow(live_test_id=test.id, run_id=run.id, project_id=project, version=version)
                work.session.add_all([talk, run, seat])
                seated.append(talk.id)
        return seated

    async def judge(self, says: Mapping[str, float], version: str = "v1", name: str = "Polite", **spec: Any) -> None:
        """Write down what a judge said of conversations, as if it had been asked."""
        project = self.operator.project_id
        given = {"kind": "judge", "name": name, "rubric": "Is it polite?", "models": ["m"], **spec}
        async with self.services.units.write(self.operator) as work:
            row = ExperimentRow(
                id=new_id("judgement"), project_id=project, kind=JUDGEMENT, name=name, dataset_id="", baseline="log",
                definition={"evaluators": [given]}, concurrency=1, created_by="Ines", created_by_id="",
            )  # fmt: skip
            work.session.add(row)
            await work.session.flush()
            for conversation_id, value in says.items():
                passed = value >= spec["threshold"] if "threshold" in spec else bool(value)
                score = ConversationScoreRow(
                    conversation_id=conversation_id, message_id="", judge=name, version=version, project_id=project,
                    judgement_id=row.id, verdict="pass" if passed else "fail", value=value, passed=passed,
                )  # fmt: skip
                work.session.add(score)


@pytest.fixture
async def desk(services: Services) -> Desk:
    owner = await services.identity.ensure_owner()
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="One.")))
    await services.prompts.save_version(owner, made.id, Content(text="Two."))
    await services.prompts.save_version(owner, made.id, Content(text="Three."))
    await services.prompts.set_label(owner, made.id, "production", 1)
    nodes = [
        flows.node("start", "input", {"mode": "chat", "fields": [{"name": "message"}]}),
        flows.node("say", "llm", {"prompt": {"slug": "answer"}, "user": "{{ start.message }}"}),
        flows.node("end", "output"),
    ]
    document = flows.document(nodes, [("start.message", "say.prompt"), ("say.text", "end.value")])
    flow = await services.flows.create(owner, "Talking", document=document)
    await services.flows.publish(owner, flow.id)
    return Desk(services, owner, made.id, flow.id)
