"""Which models an address of the OpenAI format names at GET /models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.errors import InvalidInput, Unavailable
from backend.plain_json import read_json
from backend.ports.http import AddressRefused, CallFailed, Http, HttpAnswer, HttpCall
from backend.providers.checks import MAX_MODEL_NAME, reach_of
from backend.providers.types import ProviderDraft

# A person waits for it in a form.
SECONDS = 15.0
MAX_BYTES = 4_000_000
MAX_NAMES = 1_000
KEY_REFUSED = (401, 403)
MOVED = range(300, 400)
NONE_HERE = (404, 405)
OK = 200
BY_HAND = "You can type the names of the models instead."


async def names_listed(http: Http, draft: ProviderDraft, key: str) -> Sequence[str]:
    """Ask the address for its models and return their names, sorted.

    Raise InvalidInput at the field that is wrong, Unavailable where there is no list to read.
    """
    headers = [("accept", "application/json")]
    headers += [("authorization", f"Bearer {key}")] if key else []
    headers += [("openai-organization", draft.organisation)] if draft.organisation else []
    # A key goes to the address that it was entered for: no redirect is followed.
    call = HttpCall(
        "GET",
        f"{draft.base_url}/models",
        tuple(headers),
        timeout_seconds=SECONDS,
        max_bytes=MAX_BYTES,
        max_redirects=0,
    )
    try:
        answer = await http.send(call, reach_of(draft))
    except AddressRefused as refused:
        raise InvalidInput(refused.message, fields={"base_url": refused.message}) from refused
    except CallFailed as failed:
        raise Unavailable(failed.message, hint=f"Check the base URL and that it runs. {BY_HAND}") from failed
    return _names(answer)


def _names(answer: HttpAnswer) -> Sequence[str]:
    if answer.status in KEY_REFUSED:
        sentence = "The provider does not accept the key."
        raise InvalidInput(sentence, fields={"api_key": sentence})
    if answer.status in MOVED:
        sentence = "The address leads on to another one, which is not followed. Enter the last one."
        raise InvalidInput(sentence, fields={"base_url": sentence})
    if answer.status in NONE_HERE:
        hint = f"Check that the base URL ends as the provider says, often in /v1. {BY_HAND}"
        raise Unavailable("There is no list of models at this address.", hint=hint)
    if answer.status != OK:
        raise Unavailable(f"The provider answered with {answer.status} instead of a list of models.", hint=BY_HAND)
    return _read(answer)


def _read(answer: HttpAnswer) -> Sequence[str]:
    try:
        told: Any = read_json(answer.text())
    except ValueError:
        told = None
    rows = told.get("data") if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise Unavailable("The answer is no list of models.", hint=f"Check the base URL. {BY_HAND}")
    found = {_name(row) for row in rows[:MAX_NAMES]} - {""}
    if not found:
        raise Unavailable("The provider lists no model.", hint=BY_HAND)
    return sorted(found, key=str.casefold)


def _name(row: Any) -> str:
    """Return the name as it may be saved, empty where it may not."""
    name = row.get("id") if isinstance(row, dict) else None
    fits = isinstance(name, str) and 0 < len(name) <= MAX_MODEL_NAME and name.isprintable()
    return name.strip() if fits and isinstance(name, str) else ""
