"""Numbers of phones with their country's code and no sign before it."""

from __future__ import annotations

import pytest

from backend.masking.masker import Masker
from tests.backend.masking.test_finding import PHONES


@pytest.mark.parametrize(
    "text",
    ["wa_id: {}", '{{"contacts":[{{"wa_id":"{}"}}]}}', '{{"waId": "{}"}}', "sender_id={}", "WhatsApp {}", "msisdn={}"],
)
@pytest.mark.parametrize("number", ["4915123456789", "436641234567", "41791234567"])
def test_a_number_with_its_country_and_without_a_sign_is_found_behind_a_word_that_says_so(
    text: str, number: str
) -> None:
    assert "[phone 1]" in Masker(PHONES, salt=b"k").text(text.format(number))


@pytest.mark.parametrize("text", ["{}", "trace_id={}", "order {}", "Article-No. {}", '{{"user": "{}"}}'])
def test_as_many_digits_alone_are_no_number_of_a_country(text: str) -> None:
    said = text.format("4915123456789")
    assert Masker(PHONES, salt=b"k").text(said) == said
