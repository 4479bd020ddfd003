"""Every way to name something of somebody else beside an address: in a filter, and in a body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.factories import flows

ALERT = {"name": "Taken", "measure": "failed", "comparison": "above", "threshold": 1}
QUEUE = {"name": "Taken", "configs": [{"name": "good"}]}
# A body for each route that takes one, so that it is the id which is refused.
BODIES: dict[str, Any] = {
    "PUT /api/flows/{name}": {"version": 1, "name": "Taken"},
    "POST /api/flows/{name}/operations": {"version": 1, "operations": []},
    "POST /api/flows/{name}/publish": {},
    "POST /api/flows/{name}/run": {"input": {"question": "x"}},
    "POST /api/flows/{name}/runs": {"input": {"question": "x"}},
    "POST /api/flows/{name}/versions/{number}/restore": {"version": 1},
    "PUT /api/knowledge-bases/{knowledge_base_id}": {"name": "Taken"},
    "PATCH /api/prompts/{prompt_id}": {"name": "Taken"},
    "POST /api/prompts/{prompt_id}/versions": {"text": "Taken"},
    "PUT /api/prompts/{prompt_id}/labels/{label}": {"version": 1},
    "POST /api/prompts/{prompt_id}/render": {"version": 1},
    "POST /api/knowledge-bases/{knowledge_base_id}/search": {"query": "sofa"},
    "POST /api/knowledge-bases/{knowledge_base_id}/ranks": {"query": "sofa"},
    "PUT /api/datasets/{dataset_id}": {"name": "Taken", "revision": 1},
    "POST /api/datasets/{dataset_id}/items": [{"input": {"message": "Taken"}}],
    "PUT /api/datasets/{dataset_id}/items/{item_id}": {"version": 1, "input": {"message": "Taken"}},
    "POST /api/datasets/{dataset_id}/items/delete": {"ids": ["item_1"]},
    "POST /api/datasets/{dataset_id}/items/labels": {"ids": ["item_1"], "split": "taken"},
    "POST /api/approvals/{approval_id}/approve": {"hash": "taken"},
    "POST /api/approvals/{approval_id}/refuse": {"hash": "taken", "comment": "Taken"},
    "PUT /api/alerts/{alert_id}": {**ALERT, "version": 1},
    "PUT /api/annotation-queues/{queue_id}": {**QUEUE, "version": 1},
    "POST /api/annotation-queues/{queue_id}/items": {"items": []},
    "POST /api/annotation-queues/{queue_id}/items/{item_id}/label": {"name": "good", "value": True},
    "PUT /api/messages/{message_id}/feedback": {"rating": "up"},
    "POST /api/messages/{message_id}/test": {"dataset_name": "Taken"},
    "POST /api/messages/{message_id}/replay": {},
    "POST /api/conversations/{conversation_id}/comments": {"text": "Taken"},
    "POST /api/conversations/{conversation_id}/tags": {"tag": "taken"},
    "POST /api/conversations/{conversation_id}/replies": {"text": "Taken"},
    "PATCH /api/members/{user_id}": {"role": "viewer"},
    "PATCH /api/projects/{project_id}": {"name": "Taken"},
    "POST /api/providers/{provider_id}/test": {},
}


def bodies(ids: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """Return every body that can name something by its id, with the route that takes it."""
    search = {"knowledge_bases": [ids["knowledge_base_id"]], "limit": 3}
    nodes = [
        flows.node("input", "input", flows.form()),
        flows.node("find", "knowledge_search", search),
        flows.node("output", "output"),
    ]
    edges = [flows.edge("input.question", "find.query"), flows.edge("find.passages", "output.value")]
    return [
        ("POST /api/flows", {"name": "Thief", "document": {"nodes": nodes, "edges": edges}}),
        ("POST /api/api-keys", {"name": "k", "scopes": ["flows:read"], "project_id": ids["project_id"]}),
        ("POST /api/invitations", {"email": "x@y.example", "role": "viewer", "project_id": ids["project_id"]}),
        ("PUT /api/models/default", {"model": f"{ids['provider_id']}:zebra-1"}),
    ]


def of_the_log(own: dict[str, str], ids: dict[str, str]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield every way to name something of the log beside an address: in filters, and in bodies sent to one's own."""
    named = {"flow_id": ids["flow_id"], "model": f"{ids['provider_id']}:zebra-1"}
    for filters in ({"flow_id": named["flow_id"]}, {"text": ids["conversation_id"]}, {"after": ids["conversation_id"]}):
        told = urlencode(filters)
        for route in ("conversation-search", "conversation-export", "conversation-figures"):
            for split in ("&split=flow", "&split=prompt") if route.endswith("figures") else ("",):
                yield f"GET /api/{route}?{told}{split}", None
        if "after" not in filters:  # which narrows pages alone
            yield f"POST /api/annotation-queues/{own['queue_id']}/matching?{told}", None
    for route in ("conversations", "messages"):
        yield f"GET /api/{route}?agent_config={ids['flow_id']}&experiment_id={ids['prompt_id']}", None
    yield f"GET /api/alert-firings?alert_id={ids['alert_id']}", None
    queue, talk = f"/api/annotation-queues/{own['queue_id']}", f"/api/conversations/{own['conversation_id']}"
    for message in (ids["message_id"], ""):
        target = {"conversation_id": ids["conversation_id"], "message_id": message}
        yield f"POST {queue}/items", {"items": [target]}
    yield (
        f"POST {queue}/items",
        {"items": [{"conversation_id": own["conversation_id"], "message_id": ids["message_id"]}]},
    )
    yield f"POST {queue}/assign", {"items": [], "person": {"id": ids["user_id"], "name": "Taken"}}
    yield (
        "POST /api/annotation-queues",
        {**QUEUE, "name": ids["user_id"], "people": [{"id": ids["user_id"], "name": "Taken"}]},
    )
    yield f"POST {talk}/comments", {"text": "x", "message_id": ids["message_id"]}
    yield "POST /api/conversation-views", {"name": ids["flow_id"], "query": {"flow": [ids["flow_id"]]}}
    for route in ("alert-preview", "alerts"):
        yield f"POST /api/{route}", {**ALERT, "name": ids["flow_id"], "filters": {"flow_id": [ids["flow_id"]]}}
    yield f"POST /api/messages/{own['message_id']}/test", {"dataset_id": ids["dataset_id"]}
    column = {"model": named["model"], "version": 1}
    yield f"POST /api/messages/{own['message_id']}/replay", {"columns": [column]}


def experiment_on(dataset_id: str, **changes: Any) -> dict[str, Any]:
    """Return an experiment over one's own rows, where nothing of it is changed."""
    variants = [{"name": "a", "prompt": {"template": "Taken {{ message }}"}}]
    return {"name": "Taken", "dataset_id": dataset_id, "variants": variants, **changes}


def of_experiments(own: dict[str, str], ids: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield every way to name something by its id in what experiments, prompts and datasets are sent."""
    mine, model = own["dataset_id"], f"{ids['provider_id']}:zebra-1"
    judge = {"kind": "judge", "rubric": "?", "model": model}
    drafts = [
        experiment_on(ids["dataset_id"]),
        *(experiment_on(mine, variants=[{"name": "a", "prompt": {"id": ids["prompt_id"], **which}}])
          for which in ({}, {"version": 1}, {"label": "production"})),
        *(experiment_on(mine, variants=[{"name": "a", "flow": {"slug": ids["flow_id"], "version": version}}])
          for version in ("published", "draft", 1)),
        experiment_on(mine, variants=[{"name": "a", "prompt": {"template": "x"}, "model": model}]),
        experiment_on(mine, evaluators=[judge]),
        experiment_on(mine, evaluators=[{"kind": "similarity", "model": model}]),
    ]  # fmt: skip
    for draft in drafts:
        yield "POST /api/experiments/plan", draft
        yield "POST /api/experiments", draft
        yield f"PATCH /api/experiments/{own['experiment_id']}", draft
    yield f"GET /api/experiments?dataset_id={ids['dataset_id']}", None
    yield f"POST /api/experiments/{own['experiment_id']}/promote", {"variant": "a", "label": ids["prompt_id"]}
    for kind, name in (("prompt", own["prompt_id"]), ("flow", own["flow_id"]), ("prompt", ids["prompt_id"])):
        path = f"PUT /api/publish-requirements/{kind}/{name}"
        yield path, {"experiment_id": ids["experiment_id"]}
        yield path, {"dataset_id": ids["dataset_id"], "evaluators": [{"kind": "exact"}]}
        if name in own.values():
            yield path, {"dataset_id": mine, "evaluators": [judge]}
    rows = f"/api/datasets/{mine}/items"
    yield f"PUT {rows}/{ids['item_id']}", {"version": 1, "input": {"message": "Taken"}}
    yield f"POST {rows}/delete", {"ids": [ids["item_id"]]}
    yield f"POST {rows}/labels", {"ids": [ids["item_id"]], "split": "taken"}
    yield f"POST /api/prompts/{own['prompt_id']}/versions", {"text": "Taken", "model": model}
    yield f"POST /api/prompts/{own['prompt_id']}/versions", {"text": f"{{% include '{ids['prompt_id']}' %}}"}
    yield f"POST /api/prompts/{own['prompt_id']}/render", {"version": 1, "values": {"message": ids["prompt_id"]}}
    yield f"POST /api/prompt-approvals/{ids['prompt_id']}/approve", None
