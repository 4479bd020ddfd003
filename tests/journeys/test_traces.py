"""An agent elsewhere exports by a real OpenTelemetry SDK; its turn and its spans stand in the log."""

from __future__ import annotations

import httpx
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from playwright.sync_api import Locator, Page, expect

from tests.factories.traces import agent
from tests.journeys.conftest import Console
from tests.serving import Server

HOSTILE = "<img src=x onerror=alert(1)> where is A-48790?"


def test_an_sdk_exports_to_a_running_server(server: Server, api: httpx.Client, api_key: str, console: Console) -> None:
    exporter = OTLPSpanExporter(
        endpoint=f"{server.base_url}/api/otlp/v1/traces", headers={"x-api-key": api_key}, compression=Compression.Gzip
    )
    provider = TracerProvider(resource=Resource({"service.name": "shop"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    agent(provider.get_tracer("journey"), session="sdk-1", question=HOSTILE, answer="On its way.")
    assert provider.force_flush()
    provider.shutdown()
    listed = api.get("/api/conversation-search", params={"channel": "traced", "text": "A-48790"}).json()
    [found] = listed["conversations"]
    assert (found["flow_name"], found["session_id"], found["num_messages"]) == ("Support", "sdk-1", 4)
    page = console.open(f"/conversations/{found['id']}")
    expect(page.locator(".msg")).to_have_count(4)
    expect(page.locator(".msg").first).to_contain_text(HOSTILE)
    trace = page.get_by_role("complementary", name="Trace")
    expect(trace.locator(".trace-bars li")).to_have_count(5)
    expect(trace.locator(".vals")).to_contain_text("openinference.span.kind")
    trace.get_by_role("button", name="lookup").click()
    expect(trace.locator(".vals")).to_contain_text("On its way.")
    expect(trace.get_by_role("link", name="Open full trace")).to_have_count(0)
    expect(trace.get_by_role("link", name="Make a prompt of it")).to_have_count(0)
    trace.get_by_role("button", name="ChatCompletion").first.click()
    expect(trace.get_by_role("link", name="Make a prompt of it")).to_be_visible()
    console.look("traced")
    trace.get_by_role("link", name="Make a prompt of it").click()
    expect(page.get_by_role("dialog")).to_contain_text("Of the call of ChatCompletion, told by another system.")
    console.look("traced-prompt")


def picked(page: Page, rows: str) -> Locator:
    page.get_by_role("button", name="More for the list").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Import a file").click()
    chooser.value.set_files({"name": "log.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    return page.get_by_role("dialog", name="Import conversations")


def test_a_file_of_conversations_comes_in(console: Console, api: httpx.Client) -> None:
    rows = "conversation_id,role,text,csat\nf-1,user,<b>Who pays?</b>,4\nf-1,assistant,We do.,\nf-2,wizard,Hm,\n"
    page = console.open("/conversations")
    dialog = picked(page, rows)
    expect(dialog).to_contain_text("A role is one of")
    expect(dialog.get_by_label("csat becomes")).to_have_value("satisfaction")
    console.look("conversation-import")
    dialog.get_by_label("Leave out 1 bad row").check()
    dialog.get_by_role("button", name="Add 1 conversation").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("The file is in the log.")).to_be_visible()
    expect(page.locator(".cv", has_text="<b>Who pays?</b>")).to_have_count(1)
    found = api.get("/api/conversation-search", params={"channel": "imported"}).json()["conversations"]
    assert [(one["session_id"], one["satisfaction"]) for one in found if one["session_id"].startswith("f-")] == [
        ("f-1", 4)
    ]
    dialog = picked(page, rows.replace("f-1", "f-3").replace("wizard", "user"))
    dialog.get_by_label("csat becomes").select_option("left out")
    dialog.get_by_role("button", name="Add 2 conversations").click()
    expect(dialog).to_have_count(0)
    dialog = picked(page, rows)
    expect(dialog).to_contain_text("As you mapped your last file with these columns.")
    expect(dialog.get_by_label("csat becomes")).to_have_value("")
    dialog.get_by_role("button", name="Guess anew").click()
    expect(dialog.get_by_label("csat becomes")).to_have_value("satisfaction")
    dialog.get_by_role("button", name="Cancel").click()
