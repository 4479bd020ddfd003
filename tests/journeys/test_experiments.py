"""From a file of rows to a verdict to production: two prompts on two models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backend.engines.language_model.scripted_server import ScriptedServer
from tests.doubles.scripted_thread import scripted_server
from tests.journeys.conftest import Console
from tests.journeys.looking import HEIGHTS

KEY = "scripted-key"
DONE_MS = 60_000
ROWS = "good,weak,expected\n" + "".join(f"a{n},{'no' if n > 3 else f'a{n}'},a{n}\n" for n in range(1, 17))


@pytest.fixture
def lab(console: Console) -> Iterator[None]:
    """Connect two models that say what they are told."""
    with scripted_server(ScriptedServer(key=KEY)) as base_url:
        made = []
        for name, price in (("Lab", 1), ("Other", 0)):
            body = {
                "name": name, "base_url": base_url, "api_key": KEY, "allow_private_address": True,
                "models": [{"name": "echo", "input_price": price, "output_price": 4 * price}],
            }  # fmt: skip
            answer = console.api.post("/api/providers", json=body)
            assert answer.status_code == 201, answer.text
            made.append(answer.json()["id"])
        yield
        for one in made:
            console.api.delete(f"/api/providers/{one}")


@pytest.fixture
def prompt(console: Console) -> Iterator[str]:
    """Keep a prompt with a weak version and a good one; return its id."""
    body = {"name": "Support answer", "agent_config": "", "agent_name": "", "system_prompt": "{{ weak }}"}
    made = str(console.api.post("/api/prompts", json=body).json()["prompt"]["id"])
    saved = console.api.post(f"/api/prompts/{made}/versions", json={"text": "{{ good }}", "comment": "Say it right"})
    assert saved.status_code == 201, saved.text
    yield made
    console.api.delete(f"/api/prompts/{made}")


def imported(console: Console, folder: Path, name: str) -> str:
    """Import the file on the page of a new dataset, and return its id."""
    dataset = str(console.api.post("/api/datasets", json={"name": name}).json()["id"])
    page = console.open(f"/datasets/{dataset}")
    file = folder / "support.csv"
    file.write_text(ROWS)
    page.get_by_label("File of rows").set_input_files(file)
    panel = page.get_by_role("region", name="Import of support.csv")
    for column in ("good", "weak"):
        panel.get_by_label(f"{column} becomes").select_option(f"input.{column}")
    panel.get_by_label("expected becomes").select_option("expected_output")
    panel.get_by_role("button", name="Add 16 rows").click()
    expect(panel).to_be_hidden()
    return dataset


def choose(page: Page, letter: str, version: str, provider: str) -> None:
    variant = page.get_by_role("group", name=f"Variant {letter}")
    variant.get_by_label("Version").select_option(version)
    variant.get_by_label("Model", exact=True).select_option(label=f"echo, {provider}")


def cross(console: Console, page: Page) -> None:
    """Add both variants on the other model, once."""
    page.get_by_role("button", name="On other models").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("echo, Lab")).to_be_disabled()
    dialog.get_by_label("echo, Other").click()  # the server ticks it
    expect(dialog.get_by_text("Makes 4 variants in all, 64 answers.")).to_be_visible()
    console.look("experiment-models")
    dialog.get_by_role("button", name="Add 2 variants").click()
    expect(dialog).to_be_hidden()
    for letter, version in ("C", "1"), ("D", "2"):
        variant = page.get_by_role("group", name=f"Variant {letter}")
        expect(variant.get_by_label("Version")).to_have_value(f"version:{version}")
        expect(variant.get_by_label("Model", exact=True).locator("option:checked")).to_have_text("echo, Other")


def try_code(console: Console, page: Page) -> None:
    """Write code that scores, wrong and right, read what the plan says of it, and take it away again."""
    page.get_by_label("Add an evaluator").select_option("python")
    code = page.get_by_role("textbox", name="Code")
    expect(code).to_contain_text("def score(output, expected, input, metadata):")
    code.fill("def score(output):\n    return output\n  wrong")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("Line 3: unindent does not match")).to_be_visible()
    code.fill("def score(output):\n    return len(output) < 9")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("python: it waits for a second person to approve the code.")).to_be_visible()
    console.look("experiment-plan")
    page.get_by_role("button", name="Remove: Python code").click()
    page.get_by_role("button", name="Create and start").dblclick()
    expect(page.get_by_text("16 rows x 4 variants x 1 repetition")).to_be_visible()
    expect(page.get_by_text("it waits for a second person")).to_be_hidden()


def review_the_rest(console: Console, experiment: str) -> None:
    """Let a person find every answer good, over REST."""
    of = f"/api/experiments/{experiment}"
    while waiting := console.api.get(f"{of}/reviews").json()["reviews"]:
        for one in waiting:
            said = console.api.post(f"{of}/cells/{one['number']}/scores", json={"name": "human", "value": True})
            assert said.status_code == 200, said.text


def promote(console: Console, page: Page) -> None:
    """Take the good version to production, once the answers that wait for a person are scored."""
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="Promote v2 echo B").click()
    expect(dialog.get_by_text("Support answer v3 will be made: v2 as it ran here, on echo.")).to_be_visible()
    expect(dialog.get_by_text("31 answers wait for a person's score of human.").first).to_be_visible()
    expect(dialog.get_by_role("button", name="Promote", exact=True)).to_be_disabled()
    console.look("experiment-promote")
    review_the_rest(console, page.url.rpartition("/")[2])
    dialog.get_by_role("button", name="Keep it here").click()
    page.get_by_role("button", name="Promote v2 echo B").click()
    dialog.get_by_label("Why").fill("It is right")
    dialog.get_by_role("button", name="Promote", exact=True).click()
    expect(page.get_by_text("Support answer v3, made of v2, is in production.")).to_be_visible()
    expect(page.get_by_role("button", name="v2 echo B is in production")).to_be_visible()
    expect(page.get_by_role("link", name="Support answer v3")).to_be_visible()
    console.look("experiment-promoted")


@pytest.mark.usefixtures("lab")
def test_two_prompts_on_two_models_end_in_production(console: Console, prompt: str, tmp_path: Path) -> None:
    dataset = imported(console, tmp_path, "support-16")
    page = console.open(f"/prompts/{prompt}")
    page.get_by_role("link", name="New experiment").click()
    expect(page.get_by_label("Name", exact=True).first).to_have_value("Support answer v2")
    page.get_by_label("Dataset", exact=True).select_option(dataset)
    for letter, version in ("A", "1"), ("B", "2"):
        choose(page, letter, f"version:{version}", "Lab")
    cross(console, page)
    page.get_by_label("Add an evaluator").select_option("human")
    page.get_by_label("Add an evaluator").select_option("regex")
    page.get_by_label("Pattern").fill("(")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("not a regular expression")).to_be_visible()
    page.get_by_label("Pattern").fill("^a")
    try_code(console, page)
    page.get_by_role("button", name="Create and start").click()
    page.wait_for_url(re.compile(r"/experiments/exp_"))
    expect(page.get_by_role("heading", name="exact")).to_be_visible(timeout=DONE_MS)
    verdicts = page.get_by_role("region", name="Verdicts")
    expect(verdicts.get_by_text("Better").first).to_be_visible()
    expect(verdicts.get_by_text("13 rows fixed, 0 broken").first).to_be_visible()
    expect(page.get_by_text("Row 0004")).to_be_visible()
    expect(page.get_by_text("No price is entered for a model of v1 echo C and v2 echo D")).to_be_visible()
    console.look("experiment")
    page.get_by_role("button", name="Open answer").last.click()
    answer = page.get_by_role("dialog")
    expect(answer.get_by_text("Rendered anew from Support answer v2, echo and row 0004")).to_be_visible()
    expect(answer.get_by_role("heading", name="Prompt as sent")).to_be_visible()
    console.look("experiment-answer")
    answer.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Review 64 answers").click()
    expect(page.get_by_text("Is this a good answer?")).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_role("main").get_by_text("1 of 64 answers scored").first).to_be_visible()
    console.look("experiment-review")
    page.get_by_role("link", name="Support answer v2").click()
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Require for production").click()
    expect(dialog.get_by_text("support-16, by ")).to_be_visible()
    console.look("experiment-require")
    dialog.get_by_role("button", name="Require it").click()
    expect(page.get_by_text("Support answer has to pass support-16 from now on.")).to_be_visible()
    promote(console, page)
    history = console.api.get(f"/api/prompts/{prompt}/labels").json()["history"][0]
    assert history["label"] == "production"
    assert page.url.rpartition("/")[2] in history["comment"]


@pytest.mark.usefixtures("lab")
def test_a_phone_leads_from_a_file_to_production_too(console: Console, prompt: str, tmp_path: Path) -> None:
    console.page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    dataset = imported(console, tmp_path, "support-390")
    page = console.open(f"/prompts/{prompt}")
    page.get_by_role("link", name="New experiment").click()
    expect(page.get_by_label("Name", exact=True).first).to_have_value("Support answer v2")
    page.get_by_label("Dataset", exact=True).select_option(dataset)
    choose(page, "A", "version:1", "Lab")
    choose(page, "B", "version:2", "Lab")
    page.get_by_role("button", name="On other models").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("echo, Other").click()  # the server ticks it
    dialog.get_by_role("button", name="Add 2 variants").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("16 rows x 4 variants x 1 repetition")).to_be_in_viewport()
    page.get_by_role("button", name="Create and start").click()
    page.wait_for_url(re.compile(r"/experiments/exp_"))
    expect(page.get_by_role("heading", name="exact")).to_be_visible(timeout=DONE_MS)
    expect(page.get_by_role("region", name="Verdicts").get_by_text("Better").first).to_be_visible()
    console.shoot("experiment-verdict-390")
    page.get_by_role("button", name="Promote v2 echo B").click()
    dialog.get_by_role("button", name="Promote", exact=True).click()
    expect(page.get_by_text("Support answer v3, made of v2, is in production.")).to_be_visible()
    console.shoot("experiment-production-390")


def test_an_experiment_of_which_every_answer_failed_says_why(console: Console, lab: None) -> None:
    dataset = console.api.post("/api/datasets", json={"name": "lacking"}).json()["id"]
    rows = [{"input": {"question": f"Question {number}?"}, "expected_output": "Yes."} for number in range(1, 4)]
    assert console.api.post(f"/api/datasets/{dataset}/items", json=rows).status_code == 201
    variants = [
        {"name": name, "prompt": {"template": "{{ nobody }}, answer"}, "model": model}
        for name, model in (("old", "Lab/echo"), ("new", "Other/echo"))
    ]
    body = {"name": "Nobody", "dataset_id": dataset, "variants": variants, "evaluators": [{"kind": "exact"}]}
    made = console.api.post("/api/experiments", json=body).json()["id"]
    assert console.api.post(f"/api/experiments/{made}/start").status_code == 200
    page = console.open(f"/experiments/{made}")
    expect(page.get_by_text("No answer succeeded.")).to_be_visible(timeout=DONE_MS)
    table = page.get_by_role("table", name="Rows")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table).to_contain_text("nobody")
    expect(page.get_by_role("button", name="Resume")).to_have_count(0)  # nothing is left to ask
    expect(page.get_by_role("button", name="Retry failed")).to_have_count(0)  # and nothing would be answered then
    expect(page.get_by_text("6 failed answers would fail again: each row says why.")).to_be_visible()
    console.look("experiment-failed")
