"""What a model may and may not make of the tools it was given."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from backend.errors import InvalidInput
from backend.flows.agent_tools import Argument, HttpTool, checked, filled, host_is_fixed, schema_of
from backend.flows.document import FlowDocument
from backend.flows.graph.validation import problems_of
from backend.flows.nodes.registry import KINDS

ARGUMENTS = (Argument(name="number"), Argument(name="most", type="integer", required=False))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"number": 48790},
        {"number": "1", "most": "3"},
        {"number": "1", "most": 1.5},
        {"number": "1", "host": "evil.example"},
        {"number": None},
        {"number": ["1"]},
    ],
)
def test_arguments_that_were_not_asked_for_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        checked("look_up", ARGUMENTS, given)


def test_arguments_that_fit_are_taken() -> None:
    assert checked("look_up", ARGUMENTS, {"number": "1"}) == {"number": "1"}
    assert checked("look_up", ARGUMENTS, {"number": "1", "most": 3}) == {"number": "1", "most": 3}
    assert schema_of(ARGUMENTS)["additionalProperties"] is False
    assert schema_of(ARGUMENTS)["required"] == ["number"]


@pytest.mark.parametrize("value", ["../../admin", "x@evil.example", "?a=1#b", "/evil.example", "%2e%2e", "a b\r\nX: y"])
def test_no_argument_leaves_its_place_in_the_address(value: str) -> None:
    tool = HttpTool(url="https://api.example/orders/{number}", arguments=ARGUMENTS)
    url = filled(tool, {"number": value, "most": 3})
    assert url.startswith("https://api.example/orders/")
    rest = url.removeprefix("https://api.example/orders/").removesuffix("?most=3")
    assert not set(rest) & set("/?#@ \r\n")


@pytest.mark.parametrize(
    "url", ["https://{number}/", "https://api.{number}.example/", "{number}", "ftp://a.example/", ""]
)
def test_a_host_that_a_model_could_choose_is_no_address(url: str) -> None:
    assert not host_is_fixed(url)


@pytest.mark.parametrize("value", ["..", ".", ""])
def test_a_step_up_is_no_value_of_a_path(value: str) -> None:
    with pytest.raises(InvalidInput):
        filled(HttpTool(url="https://api.example/orders/{number}", arguments=ARGUMENTS), {"number": value})


def test_a_tool_cannot_be_told_to_write() -> None:
    with pytest.raises(ValidationError):
        HttpTool.model_validate({"type": "http", "url": "https://a.example/", "method": "POST"})


def test_the_document_of_the_guide_is_a_good_flow(templates: Any) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "flows.md").read_text()
    [written] = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    document = FlowDocument.model_validate(json.loads(written))
    assert problems_of(document, KINDS, templates) == []
