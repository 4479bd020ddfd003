"""Connect a model on this machine, try it, and be asked for the key again when its address changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from backend.engines.language_model.scripted_server import ScriptedServer
from tests.doubles.scripted_thread import scripted_server
from tests.journeys.conftest import Console

KEY = "sk-canary-0123456789-4f2a"
# The first request loads the libraries: a second where nothing else runs, more beside other tests.
FIRST_MS = 40_000


@dataclass
class Gateway:
    server: ScriptedServer
    base_url: str


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = ScriptedServer(key=KEY)
    with scripted_server(server) as base_url:
        yield Gateway(server, base_url)


@pytest.fixture
def nothing_connected(console: Console) -> Iterator[None]:
    """Take away what this journey connects, and what the ones before it left."""
    disconnect(console)
    yield
    disconnect(console)


def disconnect(console: Console) -> None:
    for provider in console.api.get("/api/providers").json()["providers"]:
        console.api.delete(f"/api/providers/{provider['id']}")


def pane(page: Page):
    return page.get_by_role("complementary", name="provider").or_(page.get_by_role("complementary", name="Edit"))


def connect(page: Page, gateway: Gateway, *, key: str = KEY, models: tuple[str, ...] = ("echo",)) -> None:
    """Fill the form as a person does, and connect."""
    page.get_by_role("button", name="Connect a provider").first.click()
    form = page.get_by_role("form", name="Provider", exact=True)
    form.get_by_label("Name", exact=True).fill("Gateway")
    form.get_by_label("Base URL").fill(gateway.base_url)
    form.get_by_label("Key", exact=True).fill(key)
    form.get_by_label("Allow private addresses").check()
    for place, model in enumerate(models):
        if place:
            form.get_by_role("button", name="Add a model").click()
        form.get_by_label("Name of the model").nth(place).fill(model)
    form.get_by_label("Tools").first.check()
    form.get_by_label("Context").first.fill("8192")
    form.get_by_label("$ per million in").first.fill("2.5")
    form.get_by_label("$ per million out").first.fill("10")
    page.get_by_role("button", name="Connect", exact=True).dblclick()
    expect(page.get_by_role("button", name="Save provider")).to_be_visible()


def test_a_model_on_this_machine_is_connected_and_tried(console: Console, gateway: Gateway, nothing_connected: None):
    page = console.open("/models")
    expect(page.get_by_text("Only the built-in model answers.")).to_be_visible()
    expect(page.get_by_text("It calls no tools")).to_be_visible()
    console.look("models-first")

    page.get_by_role("button", name="Ollama on this machine").click()
    expect(page.get_by_label("Base URL")).to_have_value("http://127.0.0.1:11434/v1")
    expect(page.get_by_label("Allow private addresses")).to_be_checked()
    page.get_by_role("button", name="Cancel").click()

    connect(page, gateway, models=("echo", "scripted"))
    expect(page.get_by_text("Private address allowed by Local owner")).to_be_visible()
    expect(page.get_by_text("Stored, ends in 4f2a")).to_be_visible()
    expect(page.get_by_text("Only the built-in model answers.")).to_be_hidden()

    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator(".rq").get_by_text("Say in one sentence what you can do.").last).to_be_visible(timeout=FIRST_MS)
    expect(page.get_by_text("8 in, 8 out")).to_be_visible()
    expect(page.locator(".figs").get_by_text("ms").first).to_be_visible()
    expect(page.get_by_text("$0.0001")).to_be_visible()
    assert gateway.server.requests["echo"] == 1
    assert "canary" not in page.content()
    console.look("models-tested")

    page.get_by_role("button", name="Fetch models").click()
    page.get_by_role("list", name="Models at this address").get_by_role("button", name="filtered", exact=True).click()
    expect(page.get_by_label("Name of the model").last).to_have_value("filtered")
    console.look("models-fetched")

    page.get_by_label("Answers").select_option("gateway:echo")
    expect(page.get_by_role("row", name="echo").get_by_text("default")).to_be_visible()
    chosen = [one for one in console.api.get("/api/models").json()["models"] if one["is_default"]]
    assert [one["reference"] for one in chosen] == ["gateway:echo"]
    page.get_by_label("Answers").select_option("embedded:gemma-3-270m")
    expect(page.get_by_role("row", name="gemma").get_by_text("default")).to_be_visible()


def test_a_row_opens_its_provider_wherever_it_is_pressed_and_by_keys(
    console: Console, gateway: Gateway, nothing_connected: None
):
    page = console.open("/models")
    connect(page, gateway, models=("echo", "scripted"))
    own, echo = page.get_by_role("row", name="gemma"), page.get_by_role("row", name="echo")
    own.get_by_role("cell").nth(3).click()
    expect(own).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("What it is not")).to_be_visible()
    echo.get_by_role("cell").nth(3).click()
    expect(page.get_by_label("Base URL")).to_have_value(gateway.base_url)
    page.get_by_label("Name", exact=True).fill("Gateway two")
    echo.get_by_role("cell").nth(3).click()
    echo.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("row", name="scripted")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Gateway two")
    own.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("What it is not")).to_be_visible()
    expect(own).to_be_focused()
    console.look("models-row")


def test_a_wrong_key_is_said_in_words(console: Console, gateway: Gateway, nothing_connected: None):
    page = console.open("/models")
    connect(page, gateway, key="sk-wrong-canary-0000")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("The provider does not accept the key. Enter it again under Models.")).to_be_visible(
        timeout=FIRST_MS
    )
    expect(page.get_by_text("Does not answer")).to_be_visible()
    console.look("models-wrong-key")


def test_another_base_url_asks_for_the_key(console: Console, gateway: Gateway, nothing_connected: None):
    page = console.open("/models")
    connect(page, gateway)
    page.get_by_label("Base URL").fill(gateway.base_url.replace("/v1", "/v2"))
    page.get_by_label("Key", exact=True).focus()
    expect(page.get_by_text("Save needs the key")).to_be_visible()
    console.look("models-needs-key")
    page.set_viewport_size({"width": 1440, "height": 480})
    page.get_by_label("$ per million out").first.scroll_into_view_if_needed()
    page.get_by_role("button", name="Save provider").click()
    expect(page.get_by_role("alert").get_by_text("Enter the key for the new base URL.")).to_be_in_viewport()
    assert console.api.get("/api/providers").json()["providers"][0]["base_url"] == gateway.base_url
    page.get_by_label("Key", exact=True).fill(KEY)
    page.get_by_role("button", name="Save provider").click()
    expect(page.get_by_role("rowheader").get_by_text("/v2, key ends in 4f2a")).to_be_visible()
    assert console.api.get("/api/providers").json()["providers"][0]["base_url"].endswith("/v2")


def test_a_private_address_is_refused_without_the_choice(console: Console, nothing_connected: None):
    page = console.open("/models")
    page.get_by_role("button", name="Connect a provider").first.click()
    page.get_by_label("Name", exact=True).fill("Inner")
    page.get_by_label("Base URL").fill("http://169.254.169.254/v1")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("This address cannot be called").first).to_be_visible()


def test_a_removed_provider_is_taken_back(console: Console, gateway: Gateway, nothing_connected: None):
    page = console.open("/models")
    connect(page, gateway)
    page.get_by_role("button", name="Remove", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove provider").click()
    expect(page.get_by_text("Gateway is removed, with its key.")).to_be_visible()
    expect(page.get_by_role("row", name="echo")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name="echo")).to_be_visible()
