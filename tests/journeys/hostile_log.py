"""Put hostile words over REST into every field of conversations and of what is said of them."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.journeys.hostile_words import CORPUS, LINK, NAME, TEXT, Planted, table

GONE = f"{NAME} gone"


def plant(to: Planted) -> None:
    """Tell of conversations by every way in, and say something of them."""
    reported(to)
    traced(to)
    imported(to)
    remarks(to, to.ids["reported"])
    queues(to, to.ids["reported"])
    watching(to)


def reported(to: Planted) -> None:
    call = {"id": NAME, "function": {"name": NAME, "arguments": TEXT}}
    said = [
        {"role": role, "content": text, "name": NAME, "tool_calls": [call]}
        for text, role in (*((one, "user") for one in CORPUS), (TEXT, "system"), (TEXT, "tool"), (TEXT, "assistant"))
    ]
    body = {
        "session_id": NAME, "agent_config": NAME, "agent_name": NAME, "duration": 1, "turn_count": 2,
        "transcript": {"messages": said, NAME: TEXT}, "metadata": {NAME: TEXT, "user_id": NAME},
        "experiment_id": to.ids["prompt"],
    }  # fmt: skip
    to.ids["reported"] = to.post("/api/conversations/", body)["conversation"]["id"]


def traced(to: Planted) -> None:
    """Export a trace whose every name, value, event and error has the words."""

    def values(**told: str) -> list[dict[str, Any]]:
        return [{"key": name.replace("__", "."), "value": {"stringValue": text}} for name, text in told.items()]

    shared = {"session__id": NAME, "user__id": NAME, NAME: TEXT}
    told = [
        values(openinference__span__kind="AGENT", agent__name=NAME, input__value=TEXT, output__value=TEXT, **shared),
        values(openinference__span__kind="LLM", llm__model_name=NAME, input__value=TEXT, output__value=TEXT, **shared),
        values(openinference__span__kind="TOOL", tool__name=NAME, input__value=TEXT, output__value=TEXT, **shared),
    ]
    began = time.time_ns()
    spans = [
        {
            "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": f"b7ad6b716920333{at}", "name": NAME,
            **({"parentSpanId": "b7ad6b7169203330"} if at else {}),
            "startTimeUnixNano": str(began + at), "endTimeUnixNano": str(began + 10_000_000 - at), "attributes": one,
            "events": [{"name": NAME, "timeUnixNano": str(began + at), "attributes": values(**{NAME: TEXT})}],
            "status": {"code": 2, "message": TEXT},
        }
        for at, one in enumerate(told)
    ]  # fmt: skip
    scope = {"scope": {"name": NAME, "version": NAME}, "spans": spans}
    to.post("/api/otlp/v1/traces", {"resourceSpans": [
        {"resource": {"attributes": values(service__name=NAME)}, "scopeSpans": [scope]}
    ]})  # fmt: skip
    to.ids["traced"] = to.found(channel="traced")


def imported(to: Planted) -> None:
    """Bring conversations in by each kind of file."""
    row = {
        "conversation_id": NAME, "agent": NAME, "user_id": NAME, "question": TEXT, "answer": TEXT, "model": NAME,
        NAME: TEXT,
    }  # fmt: skip
    other = json.dumps({**row, "conversation_id": f"{NAME}2", "user_id": GONE})
    for kind, content in (("jsonl", other), ("csv", table(**row))):
        to.upload("/api/conversations/import", f"{NAME.replace('/', '')}.{kind}", content)
    to.ids["imported"] = to.found(channel="imported")


def remarks(to: Planted, conversation: str) -> None:
    answer = next(one["id"] for one in to.messages(conversation) if one["role"] == "assistant")
    to.put(f"/api/messages/{answer}/feedback", {"rating": "down", "comment": TEXT[:400]})
    to.post(f"/api/conversations/{conversation}/tags", {"tag": NAME})
    to.post(f"/api/conversations/{conversation}/comments", {"text": TEXT})
    to.post(f"/api/conversations/{conversation}/comments", {"text": TEXT, "message_id": answer})
    view = {"name": NAME, "query": {"text": TEXT[:150], "flow": [NAME], "tag": [NAME]}}
    to.post("/api/conversation-views", view)
    kept = {"expected_output": {NAME: TEXT}, "dataset_name": f"{NAME} kept", "split": NAME}
    to.post(f"/api/messages/{answer}/test", kept)


def judged(to: Planted, database: Path) -> None:
    """Let a judge say them of a conversation: no model here answers as a judge, so it is written past the services."""
    judge = {"kind": "judge", "name": NAME, "rubric": TEXT, "output": "boolean", "models": [to.ids["echo"]]}
    asked = to.post("/api/judgements", {"judge": judge, "conversation_ids": [to.ids["reported"]]})
    said = {"message_id": "", "judge": NAME, "version": "1", "judgement_id": asked["id"], "is_newest": True,
            "verdict": NAME, "label": NAME, "reason": TEXT, "value": 1, "passed": True}  # fmt: skip
    names, holes = ", ".join(said), ", ".join("?" for _ in said)
    with closing(sqlite3.connect(database, timeout=30)) as rows, rows:
        rows.execute(
            f"INSERT INTO conversation_score (conversation_id, project_id, judged_at, {names})"
            f" SELECT id, project_id, last_message_at, {holes} FROM conversation WHERE id = ?",
            (*said.values(), to.ids["reported"]),
        )
    prompt = f"/api/prompts/{to.ids['prompt']}"
    to.put(f"{prompt}/labels/tried", {"version": 3})
    arms = [{"version": 3, "weight": 1}, {"version": 1, "weight": 1}]
    test = {"label": "tried", "arms": arms, "metric": "judged", "judge": NAME, "guardrail": "judged"}
    to.post(f"{prompt}/live-tests", test)


def queues(to: Planted, conversation: str) -> None:
    asked = [
        {"name": NAME, "question": TEXT[:400]},
        {"name": f"{NAME}2", "kind": "category", "question": TEXT[:400], "options": [{"name": NAME}, {"name": LINK}]},
        {"name": f"{NAME}3", "kind": "text", "question": TEXT[:400]},
    ]
    people = [{"id": to.send("GET", "/api/me")["id"], "name": NAME}]
    about = {"name": NAME + LINK, "instructions": TEXT, "configs": asked, "people": people}
    queue = to.ids["queue"] = to.post("/api/annotation-queues", about)["id"]
    held = [{"conversation_id": conversation}, {"conversation_id": to.ids["imported"]}]
    to.post(f"/api/annotation-queues/{queue}/items", {"items": held})
    items = [one["id"] for one in to.send("GET", f"/api/annotation-queues/{queue}/items")["items"]]
    to.post(f"/api/annotation-queues/{queue}/assign", {"items": items, "person": people[0]})
    task = to.post(f"/api/annotation-queues/{queue}/next")["task"]["item_id"]
    for name, value in ((NAME, True), (f"{NAME}2", NAME), (f"{NAME}3", TEXT)):
        to.post(f"/api/annotation-queues/{queue}/items/{task}/label", {"name": name, "value": value})


def watching(to: Planted) -> None:
    """Keep an alert that fires at once, a pattern that masks, and a removal of somebody with such a name."""
    filters = {"text": TEXT[:150], "flow_id": [NAME], "model": [NAME], "tag": [NAME]}
    rule = {
        "name": NAME + LINK, "measure": "conversations", "comparison": "above", "threshold": 0, "looks": 1,
        "min_count": 0, "filters": filters, "webhook_url": f"https://elsewhere.invalid/?{NAME}",
        "emails": [f"{LINK}@elsewhere.invalid"],  # signs of tags are in no address
    }  # fmt: skip
    to.ids["alert"] = to.post("/api/alerts", rule)["id"]
    to.api.post(f"/api/alerts/{to.ids['alert']}/test")
    rules = {"kinds": ["e-mail"], "patterns": [{"name": "own", "pattern": f"planted{NAME}"}], "regions": []}
    to.put("/api/masking", rules)
    wrong = {**rules, "patterns": [{"name": NAME[:30], "pattern": "x"}]}
    assert to.api.put("/api/masking", json=wrong).status_code == 422
    to.put("/api/privacy/retention", {"days": 3_650})
    to.post("/api/privacy/people/remove", {"user": GONE})
