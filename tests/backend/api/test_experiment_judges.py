"""What became of the judges of an experiment since, over REST."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.types import Draft, Experiment, PromptChoice, VariantDraft
from tests.backend.experiments.conftest import Lab, lab, server
from tests.backend.experiments.test_paying import YES, Model

__all__ = ["lab", "server"]

KIND: dict[str, Any] = {"kind": "judge", "name": "kind", "rubric": "Is it kind?", "model": "lab:echo"}
VERY = {**KIND, "rubric": "Is it very kind?"}
PEOPLE: dict[str, Any] = {"kind": "human", "name": "Helpful"}
NO = '{"verdict": false}'


@pytest.fixture
async def api(services: Services, lab: Lab) -> Any:
    key = await services.identity.create_key(lab.operator, "ci")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}
    ) as client:
        yield client


def says(_model: str, asked: str) -> str:
    """Say yes to even questions by the one rubric, and to odd ones by the other."""
    is_even, is_first = "even" in asked, "Is it kind?" in asked
    return asked if "Rubric" not in asked else YES if is_even is is_first else NO


async def run(lab: Lab, dataset_id: str, *evaluators: dict[str, Any]) -> Experiment:
    """Carry out an experiment in which people say yes to what is even, where they are asked."""
    service = lab.services.experiments
    variant = VariantDraft("only", PromptChoice(template="{{ question }}"), model="lab:echo")
    made = await service.create(lab.operator, Draft("Talks", dataset_id, (variant,), evaluators))
    await service.start(lab.operator, made.id)
    await service.carry_out(lab.operator, made.id)
    for cell in (await service.cells(lab.operator, made.id)).items if PEOPLE in evaluators else ():
        value = float(cell.output.startswith("even"))
        await service.review(lab.operator, made.id, cell.number, "Helpful", value=value)
    return made


async def test_a_changed_judge_is_told_beside_the_comparison_and_renewed(
    lab: Lab, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab.services.language_model, "stream", Model(says).stream)
    dataset = (await lab.services.datasets.create(lab.operator, About("Talks"))).id
    questions = [f"{'odd' if number % 2 else 'even'} {number}" for number in range(24)]
    rows = [NewItem({"question": one}) for one in questions]
    await lab.services.datasets.add_items(lab.operator, dataset, rows)

    async def drifts(made: Experiment) -> Any:
        return (await api.get(f"/api/experiments/{made.id}/comparison")).json()["drifts"]

    first = await run(lab, dataset, KIND, PEOPLE)
    assert await drifts(first) == []
    unmeasured = await run(lab, dataset, VERY)
    assert await drifts(unmeasured) == [{"metric": "kind and people", "drift": "unmeasured", "before": 1.0}]
    worse = await run(lab, dataset, VERY, PEOPLE)
    assert await drifts(worse) == [{"metric": "kind and people", "drift": "worse", "before": 1.0}]

    told = (await api.get(f"/api/experiments/{worse.id}/outdated")).json()
    assert told == {"outdated": [], "plan": None}
    refused = await api.post(f"/api/experiments/{worse.id}/renew")
    assert (refused.status_code, "newest version already" in refused.text) == (409, True)
    told = (await api.get(f"/api/experiments/{first.id}/outdated")).json()
    (kind,) = told["outdated"]
    assert (kind["metric"], kind["version"], kind["newest"], kind["experiment_id"]) == ("kind", 1, 2, worse.id)
    assert kind["newest_settings"]["rubric"] == "Is it very kind?"
    assert (told["plan"]["num_judge_calls"], told["plan"]["num_taken_over"]) == (24, 24)
    assert told["plan"]["cost"] > 0
    made = await api.post(f"/api/experiments/{first.id}/renew")
    assert (made.status_code, made.json()["status"], made.json()["answers_of"]) == (201, "running", first.id)
    assert [one["name"] for one in made.json()["evaluators"]] == ["kind", "Helpful"]
    assert (await api.get(f"/api/experiments/{first.id}/outdated")).json()["outdated"] == []
    assert (await api.get("/api/experiments/exp_nothing/outdated")).status_code == 404
