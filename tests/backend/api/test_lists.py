"""Every list over REST has one shape: the rows under their plural, `next`, and `limit` with `after` to go on."""

from __future__ import annotations

from typing import Any

import pytest

from backend.api.app import create_api
from backend.errors import InvalidInput
from backend.ids import new_id
from backend.paging import Listed, Page

# What is no list of rows: answers computed from one thing, all of which is wanted at once.
WHOLE = {
    "/api/annotation-queues/{queue_id}/agreement",
    "/api/masking",
    "/api/masking/counts",
    "/api/models",
    "/api/conversation-figures",
    "/api/conversations/{conversation_id}/judged",
    "/api/flows/{name}/problems",
    "/api/sign-in-policy",
    "/api/datasets/{dataset_id}/diff",
    "/api/datasets/{dataset_id}/duplicates",
    "/api/datasets/{dataset_id}/facets",
    "/api/datasets/{dataset_id}/near-duplicates",
    "/api/datasets/{dataset_id}/order",
    "/api/datasets/{dataset_id}/problems",
    "/api/live-tests/{live_test_id}",
    "/api/privacy/retention/preview",
}


def _lists() -> dict[str, dict[str, Any]]:
    """Return the description of each GET whose answer holds a list at its top, by path."""
    description = create_api().openapi()
    schemas = description["components"]["schemas"]
    found = {}
    for path, methods in description["paths"].items():
        answer = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = answer.get("application/json", {}).get("schema", {})
        schema = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
        fields = schema.get("properties", {})
        is_one_thing = {"id", "name", "number"} & set(fields)
        if any(field.get("type") == "array" for field in fields.values()) and not is_one_thing:
            found[path] = {
                "fields": fields,
                "parameters": {one["name"] for one in methods["get"].get("parameters", [])},
            }
    return found


def test_every_list_goes_on_where_it_ended() -> None:
    lists = {path: one for path, one in _lists().items() if path not in WHOLE}
    assert len(lists) >= 10
    for path, one in lists.items():
        assert "next" in one["fields"], path
        assert {"limit", "after"} <= one["parameters"], path


class Row:
    def __init__(self) -> None:
        self.id = new_id("row")


def test_a_short_list_is_cut_like_a_long_one() -> None:
    rows = [Row() for _ in range(5)]
    first = Listed.among(rows, Page(2))
    assert (first.items, first.next) == (rows[:2], rows[1].id)
    last = Listed.among(rows, Page(3, first.next or ""))
    assert (last.items, last.next) == (rows[2:], None)
    with pytest.raises(InvalidInput, match="gone"):
        Listed.among(rows, Page(2, "row_gone"))


@pytest.mark.parametrize("after", ["-1", "x", "²", "٣", " 1", "9" * 10, "9" * 30])
def test_a_number_to_go_on_behind_is_one_that_was_given(after: str) -> None:
    with pytest.raises(InvalidInput):
        Page(1, after).number(-1)


def test_a_list_of_numbers_begins_at_its_start() -> None:
    assert (Page(1).number(-1), Page(1, "0").number(-1), Page(1, "9" * 9).number(-1)) == (-1, 0, 999_999_999)
