"""An evaluator is the same however its kind is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.errors import InvalidInput
from backend.experiments.types import CellStatus, FlowChoice, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt
from tests.backend.experiments.conftest import Lab
from tests.factories import flows


@pytest.mark.parametrize("kind", ["tool_calls", "Tool calls", "tool-call-match"])
async def test_the_run_of_a_flow_is_read_for_its_tools_however_the_kind_is_written(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    read: list[str] = []
    get = lab.services.runs.get

    async def count(operator: Operator, run_id: str) -> object:
        read.append(run_id)
        return await get(operator, run_id)

    monkeypatch.setattr(lab.services.runs, "get", count)
    lab.fill(2)
    await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    await lab.ran(VariantDraft("flow", flow=FlowChoice("desk", "draft")), evaluators=({"kind": kind},))
    assert len(read) == 2


async def test_a_flow_that_lacks_what_it_must_be_given_would_lack_it_again(lab: Lab) -> None:
    lab.fill(2)
    lab.rows[0] = replace(lab.rows[0], input={"one": "a", "other": "b"})
    await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    done = await lab.ran(VariantDraft("flow", flow=FlowChoice("desk", "draft")))
    assert (done.progress.num_done, done.progress.num_failed, done.progress.num_in_vain) == (1, 1, 1)


@pytest.mark.parametrize("kind", ["similarity", "Embedding similarity", "SIMILAR"])
async def test_a_model_of_meaning_is_found_however_the_kind_is_written(lab: Lab, kind: str) -> None:
    lab.fill(1)
    [model, *_] = await lab.services.providers.list_embedding_models(lab.operator)
    draft = lab.draft(evaluators=({"kind": kind, "model": model.name},))
    assert (await lab.service.create(lab.operator, draft)).draft.evaluators[0]["model"] == model.reference


async def test_a_tool_that_a_prompt_calls_is_its_answer(lab: Lab) -> None:
    lab.fill(1)
    lab.rows[0] = replace(lab.rows[0], expected=[{"name": "search"}])
    look = {"name": "search", "description": "Look it up", "parameters": {"type": "object", "properties": {}}}
    content = Content.model_validate({"text": "{{ good }}", "model": "lab:tools-for-ever", "tools": [look]})
    made = await lab.services.prompts.create(lab.operator, NewPrompt("Support", content))
    wish = VariantDraft("v1", PromptChoice(id=made.id, version=1))
    [cell] = await lab.cells(await lab.ran(wish, evaluators=({"kind": "tool_calls", "mode": "any"},)))
    assert (cell.status, cell.scores["tool_calls"]["value"]) == (CellStatus.DONE, 1)
    assert [one["name"] for one in cell.detail["tool_calls"]] == ["search"]
    assert (cell.output, lab.num_asked) == ("", 1), "nobody said what the tool gives back, so it ends at the call"
    assert cell.cost > 0 < cell.latency_ms
    other = replace(wish, model="lab:echo")
    with pytest.raises(InvalidInput, match="lab:echo cannot call tools"):
        await lab.service.plan(lab.operator, lab.draft(other))
