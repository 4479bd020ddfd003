"""Put hostile words over REST into every field of prompts, datasets, flows and experiments."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.factories.flows import asking, echo
from tests.journeys import hostile_log
from tests.journeys.drawing import document, node
from tests.journeys.hostile_words import CORPUS, LINE, LINK, NAME, TEXT, Planted, table

KEY = "scripted-key"
WAIT_SECONDS = 60
ENDED = {"done", "failed", "cancelled"}


def plant(api: httpx.Client, base_url: str) -> Planted:
    """Plant all of it, with the models of a scripted server."""
    to = Planted(api, {})
    body = {"name": f"Hostile {NAME}", "base_url": base_url, "api_key": KEY, "allow_private_address": True}
    slug = to.post("/api/providers", {**body, "models": [{"name": "echo"}, {"name": "scripted"}, {"name": NAME}]})[
        "slug"
    ]
    # The provider's refusal of a model that it does not know has its name.
    echo, unknown = f"{slug}:echo", f"{slug}:{NAME}"
    to.ids["echo"] = echo
    prompts(to, echo)
    datasets(to)
    gated(to)
    managed = to.send("GET", f"/api/prompts/{to.ids['prompt']}/versions")["slug"]
    asked(to, "echoes", echo, prompt={"slug": managed, "version": 3, "values": {"question": "{{ inputs.prompt }}"}})
    lacking(to, echo)
    asked(to, "fails", unknown)
    guarded(to)
    cited(to, f"{slug}:scripted")
    experiments(to, echo)
    hostile_log.plant(to)
    return to


def prompts(to: Planted, model: str) -> None:
    about = {
        "name": NAME + LINK, "agent_config": NAME, "agent_name": NAME, "instructions": TEXT, "voice": NAME,
        "description": TEXT, "tags": [NAME], "folder": NAME.replace("/", ""), "comment": TEXT[:400],
        "system_prompt": f"{{% raw %}}{TEXT}{{% endraw %}} {{{{ question }}}}",
    }  # fmt: skip
    prompt = to.ids["prompt"] = to.post("/api/prompts", about)["prompt"]["id"]
    tools = [{"name": "look", "description": TEXT[:2_000], "parameters": {"type": "object", "title": TEXT}}]
    version = {
        "text": LINE + "{{ question }}", "comment": TEXT[:400], "tools": tools, "instructions": TEXT, "voice": NAME,
        "response_schema": {"type": "object", "title": TEXT}, "model": model,
    }  # fmt: skip
    to.post(f"/api/prompts/{prompt}/versions", version)
    to.post(f"/api/prompts/{prompt}/versions", {"text": "{{ question }}", "model": model, "comment": NAME})
    to.put(f"/api/prompts/{prompt}/labels/production", {"version": 3, "comment": TEXT[:400]})
    to.put("/api/prompt-labels/guarded", {"protected": True})
    to.put(f"/api/prompts/{prompt}/labels/guarded", {"version": 1, "comment": TEXT[:400]})
    split = {"arms": [{"version": 3, "weight": 1}, {"version": 1, "weight": 1}]}
    ended = to.post(f"/api/prompts/{prompt}/live-tests", split)["id"]
    to.post(f"/api/live-tests/{ended}/stop")
    to.post(f"/api/prompts/{prompt}/live-tests", split)


def datasets(to: Planted) -> None:
    schema = {"type": "object", "title": TEXT, "description": TEXT}
    about = {
        "name": NAME + LINK, "description": TEXT[:900], "tags": [NAME], "input_schema": schema,
        "expected_schema": {"title": TEXT},
    }  # fmt: skip
    dataset = to.ids["dataset"] = to.post("/api/datasets", about)["id"]
    to.post(
        f"/api/datasets/{dataset}/items",
        [
            {
                "input": {"question": f"{one} {at}", NAME: one}, "expected_output": {NAME: TEXT},
                "metadata": {NAME: TEXT}, "split": NAME if at % 6 else "tried", "tags": [NAME],
            }
            for at, one in enumerate(CORPUS)
        ],
    )  # fmt: skip
    to.upload(
        f"/api/datasets/{dataset}/import", f"{NAME.replace('/', '')}.csv", table(question=CORPUS[0], **{NAME: TEXT})
    )


def experiments(to: Planted, model: str) -> None:
    """Score answers that say the words again beside a prompt that lacks a value; then fail, and ask for code."""
    again = {"name": NAME, "model": model, "prompt": {"template": "{{ question }}", "system": TEXT}}
    wish = {
        "name": NAME + LINK, "dataset_id": to.ids["dataset"], "split": "tried",
        "variants": [again, *({"name": f"{NAME}{one}", "flow": {"slug": to.ids[one]}} for one in ("lacks", "cites"))],
        "evaluators": [
            {"kind": "contains", "name": NAME, "values": [TEXT, "window"], "unit": "<b>u</b>"},
            {"kind": "judge", "name": f"{NAME}2", "rubric": TEXT, "models": [model], "output": "category",
             "categories": [NAME, "other"]},
            {"kind": "human", "name": f"{NAME}3", "question": TEXT[:1_900]},
        ],
    }  # fmt: skip
    made = to.ids["experiment"] = done(to, wish)
    promoted(to, model, wish)
    to.put(f"/api/publish-requirements/prompt/{to.ids['prompt']}", {"experiment_id": made})
    first = to.send("GET", f"/api/experiments/{made}/reviews")["reviews"][0]["number"]
    score = {"name": f"{NAME}3", "value": 1, "reason": TEXT[:1_900]}
    to.post(f"/api/experiments/{made}/cells/{first}/scores", score)
    refused = {"name": f"{NAME}1", "flow": {"slug": to.ids["fails"]}}
    to.ids["stopped"] = done(to, {**wish, "variants": [again, refused], "evaluators": wish["evaluators"][:1]})
    code = {"kind": "python", "name": NAME, "code": f"def score(output):\n    return '<b>{NAME}</b>' in output\n"}
    coded = to.ids["coded"] = to.post("/api/experiments", {**wish, "name": NAME, "evaluators": [code]})["id"]
    waits = to.send("GET", f"/api/experiments/{coded}/code")["approvals"][0]["id"]
    to.post(f"/api/code-approvals/{waits}/refuse", {"reason": TEXT[:400]})


def promoted(to: Planted, model: str, wish: dict[str, Any]) -> None:
    """Ask two versions, let a person score what they said, and take one to a label with what was found."""
    managed = [
        {"name": f"{NAME}{version}", "model": model, "prompt": {"id": to.ids["prompt"], "version": version}}
        for version in (3, 1)
    ]
    won = to.ids["won"] = done(to, {**wish, "name": f"{NAME} won", "variants": managed})
    for one in to.send("GET", f"/api/experiments/{won}/reviews")["reviews"]:
        score = {"name": f"{NAME}3", "value": 1, "reason": TEXT[:1_900]}
        to.post(f"/api/experiments/{won}/cells/{one['number']}/scores", score)
    to.post(f"/api/experiments/{won}/promote", {"variant": f"{NAME}1", "label": "staging", "comment": TEXT[:400]})


def done(to: Planted, wish: dict[str, Any]) -> str:
    """Make an experiment, and return its id once it ended."""
    made = str(to.post("/api/experiments", wish)["id"])
    to.post(f"/api/experiments/{made}/start")
    wait(to, f"/api/experiments/{made}", ENDED)
    return made


def gated(to: Planted) -> None:
    """Let three turns wait for a person; change one, refuse one."""
    gate = asking("chat", question="{{ inputs.value }}", note="{{ inputs.value }}").as_json()
    gate["nodes"] = [{**one, "title": NAME} for one in gate["nodes"]]
    slug = to.post("/api/flows", {"name": NAME + LINK, "description": TEXT[:400], "document": gate})["slug"]
    to.post(f"/api/flows/{slug}/publish", {"comment": TEXT[:400]})
    for said in (TEXT, *CORPUS[:2]):
        held = to.post(f"/api/flows/{slug}/run", {"input": {"question": said}})
        to.ids.setdefault("held", held["conversation_id"])
    cards = {card["question"]: card for card in to.send("GET", "/api/approvals")["approvals"]}
    for said, choice, value in ((CORPUS[0], "approve", {"value": TEXT}), (CORPUS[1], "refuse", {})):
        decided = {"hash": cards[said]["hash"], "comment": TEXT[:400], **value}
        to.post(f"/api/approvals/{cards[said]['id']}/{choice}", decided)


def lacking(to: Planted, model: str) -> None:
    """Let the label that a published flow follows move to a version that it does not fill."""
    about = {"name": f"{NAME} lacking", "agent_config": NAME, "agent_name": NAME, "system_prompt": "Be calm."}
    prompt = to.post("/api/prompts", about)["prompt"]["id"]
    label = f"/api/prompts/{prompt}/labels/staging"
    to.put(label, {"version": 1})
    to.post(f"/api/prompts/{prompt}/versions", {"text": "{{ question }}", "comment": NAME})
    slug = to.send("GET", f"/api/prompts/{prompt}/versions")["slug"]
    asked(to, "lacks", model, lambda: to.put(label, {"version": 2}), prompt={"slug": slug, "label": "staging"})


def asked(to: Planted, name: str, model: str, meanwhile: Callable[[], Any] | None = None, **config: Any) -> None:
    """Say the words to a flow that asks a model, and answer in its place; `meanwhile` comes before it is asked."""
    nodes = [node("input", "input", {"mode": "chat", "fields": [{"name": "question"}]}, NAME),
             node("ask", "llm", {"model": model, **config}, NAME), node("output", "output", {}, NAME)]  # fmt: skip
    drawn = document(nodes, ["input.question > ask.prompt", "ask.text > output.value"])
    made = to.post("/api/flows", {"name": f"{NAME} {name}", "document": drawn})
    to.post(f"/api/flows/{made['slug']}/publish", {"comment": NAME})
    if meanwhile:
        meanwhile()
    said = {"input": {"question": TEXT}, "user": NAME}
    held = to.api.post(f"/api/flows/{made['slug']}/run", json=said).json()["conversation_id"]
    last = to.messages(held)[-1]
    to.ids |= {name: made["slug"], f"{name} said": held, f"{name} answer": last["id"], f"{name} run": last["run_id"]}
    to.post(f"/api/conversations/{held}/takeover")
    to.post(f"/api/conversations/{held}/replies", {"text": TEXT})


def guarded(to: Planted) -> None:
    """Ask twice to publish a protected flow: one wish is refused, one waits."""
    slug = to.ids["guarded"] = to.post("/api/flows", {"name": f"{NAME} guarded", "document": echo().as_json()})["slug"]
    to.put(f"/api/flows/{slug}/protection", {"protected": True})
    for _ in range(2):
        wish = to.post(f"/api/flows/{slug}/publish", {"comment": TEXT[:400]})["approval"]["id"]
        if "refused wish" not in to.ids:
            to.ids["refused wish"] = wish
            to.post(f"/api/publish-approvals/{wish}/refuse", {"reason": TEXT[:400]})


def cited(to: Planted, model: str) -> None:
    """Let a flow answer from a document."""
    base = to.post("/api/knowledge-bases", {"name": NAME, "description": TEXT[:400]})["id"]
    passage = f"# {NAME}\n\nA zebra crossing needs white paint {NAME}{LINK}.\n"
    added = to.api.post(f"/api/knowledge-bases/{base}/documents", files={"files": (f"{NAME}.md", passage.encode())})
    wait(to, f"/api/documents/{added.json()['documents'][0]['id']}", {"done", "failed"})
    nodes = [node("input", "input"), node("answer", "rag_answer", {"model": model, "knowledge_bases": [base]}),
             node("output", "output")]  # fmt: skip
    drawn = document(nodes, ["input.question > answer.question", "answer.answer > output.value"])
    slug = to.post("/api/flows", {"name": f"{NAME} cites", "document": drawn})["slug"]
    to.post(f"/api/flows/{slug}/publish", {})
    said = {"input": {"question": "A zebra crossing needs which paint?"}}
    to.ids["cites"] = slug
    to.ids["cited"] = to.post(f"/api/flows/{slug}/run", said)["conversation_id"]


def wait(to: Planted, path: str, ended: set[str]) -> None:
    """Wait until what stands there has one of these states."""
    until = time.monotonic() + WAIT_SECONDS
    while to.send("GET", path)["status"] not in ended:
        assert time.monotonic() < until, path
        time.sleep(0.1)
