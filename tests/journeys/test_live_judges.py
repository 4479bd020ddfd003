"""A judge decides a live test: chosen where it begins, asked about what it has not judged, and read in the list."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from playwright.sync_api import expect

from backend.settings import SQLITE_FILE
from tests.journeys.conftest import Console
from tests.journeys.test_prompts import made

NUMBER = 60
JUDGE = {"kind": "judge", "name": "Polite", "rubric": "Is the agent polite?", "output": "boolean", "target": 0.9}


def told(console: Console, session: str) -> str:
    """Tell of a conversation that was held elsewhere, and return its id."""
    body = {
        "session_id": session, "agent_config": "live", "agent_name": "Live desk", "duration": 1, "turn_count": 1,
        "transcript": {"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]},
    }  # fmt: skip
    answer = console.api.post("/api/conversations", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["conversation"]["id"])


def judged(console: Console, judgement: Any, said: Iterable[tuple[str, bool]]) -> None:
    """Let the judge say it of conversations: no model here answers as one, so it is written past the services."""
    with closing(sqlite3.connect(console.server.data / SQLITE_FILE, timeout=30)) as rows, rows:
        rows.executemany(
            "INSERT INTO conversation_score (conversation_id, project_id, judged_at, message_id, judge, version,"
            " judgement_id, is_newest, verdict, label, reason, value, passed)"
            " SELECT id, project_id, last_message_at, '', 'Polite', ?, ?, 1, ?, '', 'So it is.', ?, ?"
            " FROM conversation WHERE id = ?",
            [
                (judgement["version"], judgement["id"], "pass" if well else "fail", float(well), well, id_)
                for id_, well in said
            ],
        )


def test_a_judge_decides_a_live_test(console: Console) -> None:
    prompt = made(console, "Judged live", system_prompt="Be short.")
    assert console.api.post(f"/api/prompts/{prompt}/versions", json={"text": "Be kind."}).status_code == 201
    assert console.api.put(f"/api/prompts/{prompt}/labels/production", json={"version": 1}).status_code == 200
    before = told(console, "before")
    asked = console.api.post("/api/judgements", json={"judge": JUDGE, "conversation_ids": [before]})
    assert asked.status_code == 201, asked.text
    judgement = asked.json()
    judged(console, judgement, [(before, True)])
    page = console.open(f"/prompts/{prompt}")
    page.get_by_role("button", name="Live test").click()
    page.get_by_label("Primary metric").select_option(label="Judge Polite, share that passes")
    page.get_by_label("Guardrail metric").select_option(label="Judge Polite, share that passes")
    console.look("live-judge-form")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Polite has judged none of its conversations")).to_be_visible()
    drawn = dict[str, int]()
    for number in range(NUMBER):
        wish = {"label": "production", "session_id": f"live-{number}"}
        version = console.api.post(f"/api/prompts/{prompt}/render", json=wish).json()["version"]
        drawn[told(console, f"live-{number}")] = version
    some = list(drawn.items())[: NUMBER - 9]
    judged(console, judgement, [(id_, version == 2 or number % 4 == 0) for number, (id_, version) in enumerate(some)])
    page = console.open(f"/prompts/{prompt}")
    expect(page.get_by_text(f"{NUMBER - 9} of {NUMBER} conversations judged by Polite")).to_be_visible()
    console.look("live-judge")
    page.get_by_role("button", name="Ask Polite about the 9 others").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("9 items to judge with 9 questions.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Ask the judge")).to_be_visible()
    console.look("live-judge-ask")
    dialog.get_by_role("button", name="Cancel").click()
    page = console.open("/experiments")
    console.look("experiments-live")
    page.get_by_role("link", name="Live tests").click()
    expect(page.get_by_role("link", name="Judged live")).to_be_visible()
    console.look("live-tests")
    page.get_by_role("link", name="Judged live").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("production is v1 for everybody again")).to_be_visible()
