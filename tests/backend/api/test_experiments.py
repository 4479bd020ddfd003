"""Experiments over REST, over a real dataset."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.operator import Operator


@pytest.fixture
async def api(services: Services, owner_of_services: Operator) -> Any:
    key = await services.identity.create_key(owner_of_services, "ci")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}
    ) as client:
        yield client


@pytest.fixture
async def owner_of_services(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def dataset_id(services: Services, owner_of_services: Operator) -> str:
    made = await services.datasets.create(owner_of_services, About("Questions"))
    rows = [NewItem({"question": f"What is {number}?"}, f"{number}", {"kind": "sum"}) for number in range(12)]
    await services.datasets.add_items(owner_of_services, made.id, rows)
    return made.id


def body(dataset_id: str, **more: Any) -> dict[str, Any]:
    variants = [
        {"name": "short", "prompt": {"template": "Answer: {{ question }}"}, "model": "scripted:scripted"},
        {"name": "long", "prompt": {"template": "Answer in full: {{ question }}"}, "model": "scripted/scripted",
         "parameters": {"temperature": 0}},
    ]  # fmt: skip
    evaluators = [{"kind": "contains"}, {"kind": "regex", "name": "Words", "pattern": r"\w+"}]
    return {"name": "CI", "dataset_id": dataset_id, "variants": variants, "evaluators": evaluators, **more}


async def test_an_experiment_goes_from_plan_to_verdict(
    services: Services, api: httpx.AsyncClient, dataset_id: str
) -> None:
    plan = (await api.post("/api/experiments/plan", json=body(dataset_id, repetitions=2))).json()
    assert (plan["num_rows"], plan["num_cells"], plan["num_missing"]) == (12, 48, 0)
    assert 0 < plan["detectable"] < 1
    assert plan["detectable_in_points"]
    await api.post(f"/api/datasets/{dataset_id}/items", json=[{"input": {"question": "?"}, "split": "new"}])
    chosen = ({}, {"dataset_version": 1}, {"split": "new"}, {"rows": [3, 1, 3]})
    plans = [(await api.post("/api/experiments/plan", json=body(dataset_id, **one))).json() for one in chosen]
    assert [one["num_rows"] for one in plans] == [13, 12, 1, 2]
    made = (
        await api.post("/api/experiments", json=body(dataset_id, budget=1.5, dataset_version=1, repetitions=2))
    ).json()
    assert (made["status"], made["budget"], made["baseline"]) == ("draft", 1.5, "short")
    started = (await api.post(f"/api/experiments/{made['id']}/start")).json()
    assert (started["status"], started["num_cells"], started["dataset_version"]) == ("running", 48, 1)
    await services.experiments._executor.execute(made["id"])
    done = (await api.get(f"/api/experiments/{made['id']}")).json()
    assert (done["status"], done["num_done"], done["num_failed"], done["cost"]) == ("done", 48, 0, 0)
    cells = (await api.get(f"/api/experiments/{made['id']}/cells?limit=5&variant=long")).json()
    assert len(cells["cells"]) == 5
    assert cells["cells"][0]["scores"]["Words"]["value"] == 1
    first = cells["cells"][0]
    opened = (await api.get(f"/api/experiments/{made['id']}/cells/{first['number']}")).json()
    question = f"Answer in full: What is {first['row'] - 1}?"
    assert (opened["messages"], opened["rendered_anew"]) == ([{"role": "user", "content": question}], True)
    assert first.items() <= opened.items()
    found = (await api.get(f"/api/experiments/{made['id']}/comparison?baseline=long")).json()
    names = {"metric", "variant", "baseline_value", "value", "difference", "low", "high", "p_value"}
    names |= {"verdict", "rows_needed"}
    assert all(names <= set(one) for one in found["metrics"])
    assert {one["variant"] for one in found["metrics"]} == {"short"}
    assert ("cost", "none_less") in {(one["metric"], one["reason"]) for one in found["savings"]}
    of = {(one["metric"], one["variant"]): one for one in found["repetitions"]}
    assert (of["Words", "long"]["k"], of["Words", "long"]["pass_all_k"]["value"], len(of)) == (2, 1.0, 4)
    rows = (await api.get(f"/api/experiments/{made['id']}/rows?variant=long&metric=Words")).json()
    assert len(rows["rows"]) == 12
    assert (sum(rows["counts"].values()), rows["num_unsteady"]) == (12, 0)
    failed = (await api.get(f"/api/experiments/{made['id']}/rows?variant=long&metric=Words&failed=true")).json()
    assert (failed["rows"], failed["num_failed"]) == ([], 0)
    whole = await api.post(f"/api/experiments/{made['id']}/cells/{first['number']}/retry")
    assert (whole.status_code, "has not failed" in whole.text) == (409, True)
    unsteady = (await api.get(f"/api/experiments/{made['id']}/rows?variant=long&metric=Words&unsteady=true")).json()
    assert (unsteady["rows"], sum(unsteady["counts"].values())) == ([], 12)
    listed = (await api.get("/api/experiments")).json()["experiments"]
    assert [one["id"] for one in listed] == [made["id"]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"variants": []}, ""),
        ({"variants": [{"name": "a", "prompt": {"template": "{{ x"}}]}, "a: Line 1"),
        ({"evaluators": [{"kind": "sorcery"}]}, "no evaluator called sorcery"),
        ({"evaluators": [{"kind": "json_schema", "schema": {"type": 5}}]}, ""),
        ({"project_id": "proj_other"}, ""),
        ({"evaluators": [{"kind": "exact", "margin": 15}]}, "for 15 points"),
        ({"budget": 0}, ""),
        ({"rows": [1, 99]}, "Row 0099 is not in version 1 of the dataset."),
        ({"rows": [1], "split": "test"}, "Name a split or rows, not both."),
        ({"rows": [0]}, ""),
    ],
)
async def test_what_cannot_run_is_422_in_words(
    api: httpx.AsyncClient, dataset_id: str, change: dict[str, Any], words: str
) -> None:
    refused = await api.post("/api/experiments", json=body(dataset_id, **change))
    assert refused.status_code == 422
    assert words in refused.text
    if change.get("evaluators", [{}])[0].get("margin"):
        assert refused.json()["fields"] == {"evaluators.0.margin": refused.json()["detail"]}


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("repetitions", "-1"), ("repetitions", "1000000000"), ("repetitions", "NaN"), ("repetitions", "1.5"),
        ("concurrency", "1000000000"), ("requests_per_minute", f"1{'0' * 30}"), ("requests_per_minute", "0"),
        ("budget", "NaN"), ("budget", '"NaN"'), ("budget", "Infinity"), ("budget", "1e400"), ("budget", "-1"),
        ("dataset_version", "-1"), ("name", '" "'), ("name", '"\\ud800"'), ("baseline", '"nobody"'),
        ("name", '"a\\u0000"'), ("split", "5"), ("early_stop", '"maybe"'),
        ("variants", '[{"name": "a", "prompt": {"template": "x", "version": 1, "label": "y"}}]'),
        ("variants", f'[{{"name": "a", "prompt": {{"id": "p", "version": 1{"0" * 30}}}}}]'),
        ("variants", f'[{{"name": "a", "flow": {{"slug": "f", "version": 1{"0" * 30}}}}}]'),
        ("variants", '[{"name": "a", "prompt": {"template": "x"}}, {"name": " A ", "prompt": {"template": "y"}}]'),
        ("variants", f'[{{"name": "a", "prompt": {{"template": "{"x" * 100_001}"}}}}]'),
        ("variants", '[{"name": "a", "prompt": {"template": "x"}, "parameters": {"temperature": NaN}}]'),
        ("variants", '[{"name": "a", "prompt": {"template": "x"}, "parameters": {"max_tokens": 1e400}}]'),
        ("variants", '[{"name": "a", "prompt": {"template": "x"}, "parameters": {"stop": [5]}}]'),
        ("variants", f'[{{"name": "a", "prompt": {{"template": "x"}}, "parameters": {"[" * 20_000}]'),
        ("evaluators", '[{"kind": "human", "min": NaN}]'), ("evaluators", '[{"kind": "exact", "weight": 1e400}]'),
        ("evaluators", '[{"kind": ["exact"]}]'), ("evaluators", '[{"kind": "latency", "target": "-inf"}]'),
        ("evaluators", json.dumps([{"kind": "exact"}] * 21)),
    ],
)  # fmt: skip
async def test_nonsense_is_422_and_never_a_fault(
    api: httpx.AsyncClient, dataset_id: str, field: str, written: str
) -> None:
    given = {name: json.dumps(value) for name, value in body(dataset_id).items()} | {field: written}
    content = "{" + ", ".join(f'"{name}": {value}' for name, value in given.items()) + "}"
    for path in ("/api/experiments", "/api/experiments/plan"):
        refused = await api.post(path, content=content, headers={"Content-Type": "application/json"})
        assert refused.status_code in {400, 422}, refused.text[:300]


async def test_what_is_not_there_is_404_and_never_a_fault(api: httpx.AsyncClient, dataset_id: str) -> None:
    huge = f"1{'0' * 30}"
    assert (await api.post("/api/experiments", json=body(dataset_id, dataset_version=9))).status_code == 404
    beyond = await api.post("/api/experiments", json=body(dataset_id, dataset_version=int(huge)))
    assert beyond.status_code in {404, 422}
    made = (await api.post("/api/experiments", json=body(dataset_id, name="a\u202eb"))).json()
    at = f"/api/experiments/{made['id']}"
    score = {"name": "contains", "value": 1}
    for status, asked in (
        ({404, 422}, api.post(f"{at}/cells/{huge}/scores", json=score)),
        ({404, 422}, api.post(f"{at}/cells/-1/scores", json=score)),
        ({400, 422}, api.get(f"{at}/cells?after=x")),
        ({422}, api.get(f"{at}/cells/{huge}")),
        ({200, 400, 422}, api.get(f"{at}/cells?after={huge}")),
        ({200, 422}, api.get(f"{at}/reviews?after={huge}")),
        ({200, 422}, api.get(f"{at}/rows?variant=long&after={huge}")),
        ({422}, api.get(f"{at}/comparison?baseline=nobody")),
        ({409}, api.post(f"{at}/promote", json={"variant": "short"})),
        ({409}, api.post(f"{at}/pause")),
        ({409}, api.post(f"{at}/retry")),
        ({409}, api.post(f"{at}/cells/0/retry")),
        ({404, 422}, api.get("/api/experiments/%00")),
    ):
        answer = await asked
        assert answer.status_code in status, answer.text[:300]


async def test_a_draft_is_changed_in_part_and_deleted_as_it_was_read(api: httpx.AsyncClient, dataset_id: str) -> None:
    made = (await api.post("/api/experiments", json=body(dataset_id, budget=1.5, split=""))).json()
    at, revision = f"/api/experiments/{made['id']}", made["revision"]
    changed = await api.patch(at, json={"name": "Nightly", "budget": None, "revision": revision})
    assert changed.status_code == 200, changed.text
    same = {name: value for name, value in changed.json().items() if name not in ("name", "budget", "revision")}
    assert same.items() <= made.items()
    assert (changed.json()["name"], changed.json()["budget"]) == ("Nightly", None)
    for wish in ({"name": "Mine", "revision": revision}, {"repetitions": 0}, {"status": "done"}, {"variants": []}):
        assert (await api.patch(at, json=wish)).status_code == (409 if "revision" in wish else 422)
    assert (await api.post(f"{at}/start?revision={revision}")).status_code == 409
    assert (await api.delete(f"{at}?revision={revision}")).status_code == 409
    other = (await api.post("/api/experiments", json=body(dataset_id))).json()["id"]
    started = await api.post(f"/api/experiments/{other}/start")
    assert started.json()["revision"] == ""
    refused = await api.patch(f"/api/experiments/{other}", json={"name": "Late"})
    assert (refused.status_code, "running cannot be changed" in refused.text) == (409, True)
    assert (await api.delete(f"{at}?revision={changed.json()['revision']}")).status_code == 204
    assert (await api.patch(at, json={"name": "Gone"})).status_code == 404


async def test_r22_a_repeated_create_with_one_key_is_one_experiment(api: httpx.AsyncClient, dataset_id: str) -> None:
    headers = {"Idempotency-Key": "ci-1"}
    answers = [(await api.post("/api/experiments", json=body(dataset_id), headers=headers)).json() for _ in range(2)]
    assert answers[0]["id"] == answers[1]["id"]
    changed = await api.post("/api/experiments", json=body(dataset_id, repetitions=3), headers=headers)
    assert changed.status_code == 422
    unknown = await api.post("/api/experiments", json=body("dset_nothing"))
    assert unknown.status_code == 404


async def test_what_won_goes_to_production_with_its_verdicts(
    services: Services, api: httpx.AsyncClient, dataset_id: str
) -> None:
    new = {"name": "Sums", "system_prompt": "Answer {{ question }}", "agent_config": "", "agent_name": ""}
    prompt = (await api.post("/api/prompts", json=new)).json()["prompt"]["id"]
    await api.post(f"/api/prompts/{prompt}/versions", json={"text": "Say {{ question }}"})
    variants = [{"name": f"v{number}", "prompt": {"id": prompt, "version": number}} for number in (1, 2)]
    variants.append({"name": "inline", "prompt": {"template": "{{ question }}"}})
    evaluators = [{"kind": "contains"}, {"kind": "human", "name": "Helpful"}]
    wish = body(dataset_id, variants=variants, evaluators=evaluators)
    made = f"/api/experiments/{(await api.post('/api/experiments', json=wish)).json()['id']}"
    assert (await api.post(f"{made}/promote", json={"variant": "v2"})).status_code == 409
    await api.post(f"{made}/start")
    await services.experiments._executor.execute(made.rpartition("/")[2])
    reviews = (await api.get(f"{made}/reviews?limit=5")).json()
    assert (len(reviews["reviews"]), reviews["num_waiting"], reviews["next"]) == (
        5,
        36,
        reviews["reviews"][4]["number"],
    )
    assert "variant" not in reviews["reviews"][0]
    score = {"name": "Helpful", "value": 1}
    await api.post(f"{made}/cells/{reviews['reviews'][0]['number']}/scores", json=score)
    assert (await api.get(f"{made}/reviews?after=-1")).json()["num_scored"] == 1
    said = await api.post(f"{made}/promote", json={"variant": "v2", "comment": "Shorter."})
    assert said.status_code == 200
    assert (said.json()["version"], said.json()["label"], said.json()["approval"]) == (2, "production", None)
    promoted = [one["promoted"] for one in (await api.get(made)).json()["variants"]]
    assert [[(one["name"], one["version"], one["label"], one["by"]) for one in some] for some in promoted] == [
        [], [("Sums", 2, "production", "Local owner")], [],
    ]  # fmt: skip
    history = (await api.get(f"/api/prompts/{prompt}/labels")).json()["history"]
    comment = history[0]["comment"]
    assert comment.startswith("Shorter.\nExperiment CI: v2 beside v1, on 12 rows of Questions v1.\n")
    assert "The same: cost of 1,000 answers $0 to $0." in comment
    assert comment.endswith(f"\n({made.rpartition('/')[2]})")
    assert (await api.post(f"{made}/promote", json={"variant": "inline"})).status_code == 409
    kinds = {one["kind"]: one["schema"] for one in (await api.get("/api/evaluators")).json()["evaluators"]}
    assert kinds["judge"]["required"] == ["rubric"]


async def test_each_act_on_an_experiment_does_what_it_says(
    services: Services, api: httpx.AsyncClient, dataset_id: str
) -> None:
    made = (await api.post("/api/experiments", json=body(dataset_id, budget=5))).json()["id"]
    at, run = f"/api/experiments/{made}", services.experiments._executor.execute

    async def after(act: str) -> str:
        answer = await api.post(f"{at}/{act}")
        assert answer.status_code == 200, answer.text
        await run(made)
        status: str = (await api.get(at)).json()["status"]
        return status

    assert (await api.post(f"{at}/start")).status_code == 200
    assert await after("pause") == "paused"
    raised = await api.put(f"{at}/budget", json={"budget": 2.5})
    assert (raised.status_code, raised.json()["budget"]) == (200, 2.5)
    assert await after("resume") == "done"
    assert (await api.get(at)).json()["num_done"] == 24
    sheet = await api.get(f"{at}/export")
    assert (sheet.headers["content-type"], len(sheet.text.strip().splitlines())) == ("text/csv; charset=utf-8", 25)
    assert (await api.get(f"{at}/nodes")).json()["nodes"] == []
    other = await api.post(f"{at}/score", json={"evaluators": [{"kind": "regex", "pattern": "sum"}], "name": "Again"})
    assert (other.status_code, other.json()["answers_of"], other.json()["name"]) == (201, made, "Again")
    again = await api.post(f"{at}/again")
    assert (again.status_code, again.json()["status"]) == (201, "running")
    made, at = again.json()["id"], f"/api/experiments/{again.json()['id']}"
    assert await after("cancel") == "cancelled"


async def test_what_must_pass_is_named_read_and_taken_away(api: httpx.AsyncClient, dataset_id: str) -> None:
    new = {"name": "Sums", "system_prompt": "Answer {{ question }}", "agent_config": "", "agent_name": ""}
    prompt = (await api.post("/api/prompts", json=new)).json()["prompt"]["id"]
    at = f"/api/publish-requirements/prompt/{prompt}"
    wish = {"dataset_id": dataset_id, "evaluators": [{"kind": "contains"}]}
    put = await api.put(at, json=wish)
    assert (put.status_code, (await api.get(at)).json()) == (200, put.json())
    assert dataset_id in put.text
    held = await api.put(f"/api/prompts/{prompt}/labels/production", json={"version": 1})
    assert (held.status_code, "must pass the dataset Questions" in held.text) == (409, True)
    assert (await api.delete(at)).status_code == 204
    assert (await api.put(f"/api/prompts/{prompt}/labels/production", json={"version": 1})).status_code == 200
