"""A judge is asked otherwise than when an experiment was scored: its page says so, and one click asks anew."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import expect

from tests.journeys.conftest import Console
from tests.journeys.test_experiments import DONE_MS, lab

__all__ = ["lab"]

# What the model echoes ends with the verdict.
SAYS_YES = '{{input}} {{output}} {{groundtruth}} Is it kind? Say {"verdict": true}'


def ran(console: Console, dataset: str, name: str, rubric: str) -> str:
    """Carry out an experiment over REST, and return its id."""
    wish: dict[str, Any] = {
        "name": name, "dataset_id": dataset,
        "variants": [
            {"name": one, "prompt": {"template": f"{one} {{{{ question }}}}"}, "model": "other:echo"} for one in "AB"
        ],
        "evaluators": [{"kind": "judge", "name": "kind", "rubric": rubric, "model": "lab:echo"}],
    }  # fmt: skip
    answer = console.api.post("/api/experiments", json=wish)
    assert answer.status_code == 201, answer.text
    made = str(answer.json()["id"])
    console.api.post(f"/api/experiments/{made}/start")
    ends = time.monotonic() + DONE_MS / 1_000
    while (found := console.api.get(f"/api/experiments/{made}").json())["status"] == "running":
        assert time.monotonic() < ends, found
        time.sleep(0.1)
    assert (found["status"], found["num_done"]) == ("done", 12), found
    return made


def test_scores_of_an_older_judge_are_made_anew_with_one_click(console: Console, lab: None) -> None:
    dataset = str(console.api.post("/api/datasets", json={"name": "Talks"}).json()["id"])
    rows = [{"input": {"question": f"q{number}"}, "expected_output": "a"} for number in range(6)]
    assert console.api.post(f"/api/datasets/{dataset}/items", json=rows).status_code == 201
    first = ran(console, dataset, "Kindness", SAYS_YES)
    later = ran(console, dataset, "Kindness, stricter", f"Be strict. {SAYS_YES}")
    page = console.open(f"/experiments/{first}")
    said = page.get_by_role("status").filter(has_text="Scores by kind are of version 1.")
    expect(said).to_contain_text("Version 2 of the judge was asked since, in Kindness, stricter. Asking again costs")
    expect(said.get_by_role("link", name="Kindness, stricter")).to_have_attribute("href", f"/experiments/{later}")
    console.look("experiment-outdated")
    said.get_by_role("button", name="Score with version 2").dblclick()
    expect(page.get_by_role("heading", name="Kindness, scored again")).to_be_visible()
    expect(page.get_by_text("Scores the answers of Kindness.")).to_be_visible(timeout=DONE_MS)
    listed = console.api.get("/api/experiments", params={"dataset_id": dataset}).json()["experiments"]
    assert [one["name"] for one in listed] == ["Kindness, scored again", "Kindness, stricter", "Kindness"]
    console.open(f"/experiments/{first}")
    expect(page.get_by_role("link", name="Score again")).to_be_visible()
    expect(said).to_be_hidden()
