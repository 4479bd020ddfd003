"""Two flows over the same rows: where one is slower, and whether a row passes each time."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.backend.experiments.dissected import longer
from tests.factories import flows
from tests.journeys.conftest import Console

DONE_MS = 60_000


def test_flows_stand_beside_each_other_node_by_node_and_lead_to_a_trace(console: Console) -> None:
    dataset = console.api.post("/api/datasets", json={"name": "greetings"}).json()["id"]
    rows = [{"input": {"question": f"Ann {number}"}, "expected_output": "Hello"} for number in range(1, 7)]
    assert console.api.post(f"/api/datasets/{dataset}/items", json=rows).status_code == 201
    for name, document in (("Plain greeting", flows.greeting()), ("Long greeting", longer())):
        made = console.api.post("/api/flows", json={"name": name, "document": document.as_json()})
        assert made.status_code == 201, made.text
    variants = [{"name": name, "flow": {"slug": f"{name}-greeting", "version": "draft"}} for name in ("plain", "long")]
    asked = [{"kind": "contains"}]
    body = {"name": "Greeted", "dataset_id": dataset, "variants": variants, "evaluators": asked, "repetitions": 2}
    experiment = console.api.post("/api/experiments", json=body).json()["id"]
    assert console.api.post(f"/api/experiments/{experiment}/start").status_code == 200
    page = console.open(f"/experiments/{experiment}")
    nodes = page.get_by_role("table", name="Nodes")
    expect(nodes.get_by_role("row", name=re.compile("polish.*only in long.*12 of 12"))).to_be_visible(timeout=DONE_MS)
    expect(nodes.get_by_role("row")).to_have_count(5)
    steady = page.get_by_role("table", name="Repetitions")
    expect(steady.get_by_role("row", name=re.compile("long.*100.0 %.*100.0 %.*0$"))).to_be_visible()
    expect(page.get_by_text("No variant is known to cost less than plain.")).to_be_visible()
    console.look("experiment-nodes")
    page.get_by_label("Compare").select_option("long")
    expect(nodes.get_by_role("row", name=re.compile("polish.*only in long"))).to_be_visible()
    expect(page.get_by_text("plain beside long, worst first")).to_be_visible()
    expect(page.get_by_role("button", name="List unsteady rows")).to_have_count(0)  # there are none
    page.get_by_role("button", name="Unsteady 0").click()
    expect(page.get_by_role("button", name="Unsteady 0", pressed=True)).to_be_visible()
    expect(page.get_by_text("No row here")).to_be_visible()
    nodes.get_by_role("link", name="Trace").first.click()
    page.wait_for_url(re.compile("/runs/run_"))
