"""What an address may answer to GET /models, and what is made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.errors import DomainError
from backend.ports.http import PUBLIC, AddressRefused, CallFailed, HttpAnswer, HttpCall, Reach
from backend.providers.listed import names_listed
from backend.providers.types import ProviderDraft

BASE = "https://models.example/v1"


class Address:
    """Answers every call with one answer, or raises it."""

    def __init__(self, answer: HttpAnswer | Exception) -> None:
        self.answer = answer
        self.calls: list[HttpCall] = []

    async def send(self, call: HttpCall, reach: Reach = PUBLIC) -> HttpAnswer:
        assert reach
        self.calls.append(call)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def check(self, url: str, reach: Reach = PUBLIC, *, must_exist: bool = True) -> None: ...

    async def close(self) -> None: ...


def says(body: Any, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, f"{BASE}/models", body if isinstance(body, bytes) else json.dumps(body).encode())


async def test_names_come_sorted_once_each_and_only_those_that_may_be_saved() -> None:
    ids = ["b", "A", "b", "", "x" * 201, "up\u202eside", 7, None]
    address = Address(says({"data": [*({"id": one} for one in ids), "no row", {}]}))
    draft = ProviderDraft("Models", BASE, organisation="org-1")
    assert list(await names_listed(address, draft, "sk-1")) == ["A", "b"]
    (call,) = address.calls
    assert (call.method, call.url, call.max_redirects) == ("GET", f"{BASE}/models", 0)
    assert dict(call.headers) == {
        "accept": "application/json",
        "authorization": "Bearer sk-1",
        "openai-organization": "org-1",
    }


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (says(b"<html>hello</html>"), "The answer is no list of models."),
        (says(b"[" * 5_000), "The answer is no list of models."),
        (says([1, 2]), "The answer is no list of models."),
        (says({"data": {"id": "a"}}), "The answer is no list of models."),
        (says({"data": []}), "The provider lists no model."),
        (says(b"", 503), "The provider answered with 503 instead of a list of models."),
        (says(b"", 302), "The address leads on to another one, which is not followed."),
        (says(b"", 404), "There is no list of models at this address."),
        (says(b"", 403), "The provider does not accept the key."),
        (AddressRefused("This address cannot be called."), "This address cannot be called."),
        (CallFailed("The other side does not answer."), "The other side does not answer."),
    ],
)
async def test_what_is_no_list_is_said_in_words(answer: HttpAnswer | Exception, words: str) -> None:
    with pytest.raises(DomainError) as refused:
        await names_listed(Address(answer), ProviderDraft("Models", BASE), "")
    assert refused.value.message.startswith(words)
