"""The first five minutes: ask the example, add a document, ask about it, find the chat, say what one thinks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.backend.demo.judging import ADDED
from tests.journeys.conftest import Console, first_sign_in
from tests.serving import Server

# The embedded model starts at its first question, on a machine that other tests use too.
ANSWER_MS = 90_000
INGESTION_MS = 60_000


# The first minutes of a server of their own: on the shared one, other journeys have taken the steps already.
@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("first-run") / "data", SIGNALBOX_MODELS="embedded") as running:
        yield running


@pytest.fixture(scope="module")
def session(server: Server, browser: Browser) -> Any:
    return first_sign_in(server, browser)


@pytest.fixture(scope="module")
def api_key(server: Server) -> str:
    return server.make_key()


@pytest.fixture
def first_screen(console: Console) -> Page:
    """Open the first screen once the example is made, whatever the journey before this one did."""
    page = console.open("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Start here|Overview"))
    if page.get_by_role("button", name="First steps").count():
        page.get_by_role("button", name="First steps").click()
    expect(page.get_by_role("heading", name="Start here")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Ask"))).to_be_enabled(timeout=INGESTION_MS)
    return page


def ask(page: Page, question: str) -> str:
    """Ask in the first step and return the whole answer once its sources stand under it."""
    answer = page.locator(".first-answer")
    earlier = answer.locator(".said").all_inner_texts()
    page.get_by_label("Question", exact=True).fill(question)
    page.get_by_role("button", name=re.compile("^Ask")).click()
    for said in earlier:
        expect(answer.get_by_text(said, exact=True)).to_have_count(0, timeout=ANSWER_MS)
    expect(answer.locator(".caret")).to_have_count(0, timeout=ANSWER_MS)
    expect(answer.locator(".src li").first).to_be_visible(timeout=ANSWER_MS)
    return answer.locator(".said").inner_text()


def test_a_new_person_gets_from_the_example_to_their_own_document(
    console: Console, first_screen: Page, tmp_path: Path
) -> None:
    page = first_screen
    assert "30 days" in ask(page, "Within how many days can I return an opened sofa?")
    assert [plate.inner_text() for plate in page.locator(".track .plate").all()] == ["01", "02", "03", "04"]
    expect(page.locator(".first-steps > li").first).to_contain_text("Done")

    path = tmp_path / ADDED.name
    path.write_text(ADDED.text)
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Choose a file").click()
    choosing.value.set_files(path)
    added = page.locator(".first-steps .ingest li", has_text=ADDED.name)
    expect(added).to_contain_text("Ready", timeout=INGESTION_MS)
    expect(page.locator(".first-steps > li").nth(1)).to_contain_text("Done", timeout=10_000)
    expect(page.locator(".first-steps > li").nth(1).get_by_role("link", name="My documents")).to_be_visible()

    question = ADDED.questions[0]
    assert question.is_answered_by(ask(page, question.text))
    expect(page.locator(".first-answer .src")).to_contain_text(ADDED.name)
    console.look("first-run")
    page.get_by_role("button", name="Hide this page").click()
    page.get_by_role("button", name="First steps").click()
    expect(page.locator(".first-answer")).to_contain_text(question.text)
    page.reload()
    expect(page.locator(".first-answer")).to_contain_text(question.text)

    page.get_by_role("link", name="Conversations", exact=True).first.click()
    page.get_by_role("searchbox", name="Search the messages").first.fill("LUNCH break")
    row = page.locator(".cv", has_text=question.text)
    expect(row).to_be_visible()
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name=question.text)).to_be_visible()
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")

    page.locator(".src a.cite").first.click()
    page.wait_for_url(re.compile(r"/documents/doc_\w+\?chunk="))
    expect(page.get_by_role("heading", name=ADDED.name)).to_be_visible()


def test_the_first_screen_says_what_the_embedded_model_is_and_what_came_with_it(first_screen: Page) -> None:
    side = first_screen.get_by_role("complementary", name="Models")
    expect(side).to_contain_text("a first taste, trying flows")
    expect(side).to_contain_text("call tools")
    kit = first_screen.locator(".kit tbody tr")
    expect(kit).to_have_count(3)
    expect(kit.first).to_contain_text("4 nodes")
    for link in kit.get_by_role("link").all():
        assert re.match(r"/(flows|knowledge|conversations)", link.get_attribute("href") or "")


def test_connecting_a_model_leads_to_the_models(first_screen: Page) -> None:
    first_screen.get_by_role("link", name="Connect a model", exact=True).click()
    first_screen.wait_for_url("**/models?connect=hosted")
    expect(first_screen.get_by_role("complementary", name="Connect a provider")).to_be_visible()


def test_the_home_takes_over_when_the_first_screen_is_hidden(console: Console, first_screen: Page) -> None:
    page = first_screen
    page.get_by_role("button", name="Hide this page").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    flows = page.get_by_role("table", name="Flows and their last runs")
    expect(flows).to_contain_text("Support desk")
    console.look("home")
    page.get_by_role("button", name="First steps").click()
    expect(page.get_by_role("heading", name="Start here")).to_be_visible()


def test_the_home_names_a_document_that_failed_with_its_reason(console: Console, first_screen: Page) -> None:
    page = first_screen
    bases = console.api.get("/api/knowledge-bases").json()["knowledge_bases"]
    base = next(base for base in bases if base["name"] == "Handbook")
    files = {"files": ("broken.pdf", b"%PDF-1.4 cut off here")}
    made = console.api.post(f"/api/knowledge-bases/{base['id']}/documents", files=files).json()["documents"][0]
    page.get_by_role("button", name="Hide this page").click()
    need = page.locator(".home-fails li", has_text="broken.pdf")
    for _ in range(20):
        page.reload()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        if need.count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_role("group", name="Needs you")).to_contain_text("1 document failed")
    reason = console.api.get(f"/api/documents/{made['id']}").json()["error"]
    assert reason
    expect(need).to_contain_text(reason)
    expect(need.get_by_role("button", name="Delete")).to_be_visible()
    expect(need.get_by_role("button", name="Try again")).to_be_hidden()  # a file cut off is cut off each time
    parts = page.locator(".needs, .home-figures, .home-col")
    assert [one.get_attribute("class") for one in parts.all()] == ["needs", "home-figures", "home-col"]
    expect(page.locator(".home-col > *").first).to_have_attribute("id", "needs")
    console.look("home-needs")
    page.get_by_role("button", name="First steps").click()
    page.reload()
    expect(page.get_by_role("heading", name="Start here")).to_be_visible()
    order = page.locator(".needs, .home-fails, .first-steps")
    assert [one.get_attribute("class") for one in order.all()] == ["needs", "home-fails", "first-steps"]
    console.look("first-run-needs")
    console.api.delete(f"/api/documents/{made['id']}")
