"""What is found in a text, what is not, and what hostile texts cost."""

from __future__ import annotations

import base64
import json
import random
import uuid
from typing import Any

import pytest

from backend.engines.masking.finders import LibraryFinders
from backend.errors import InvalidInput
from backend.masking.finding import MAX_FOUND, Looked, emails, ibans
from backend.masking.masker import Masker
from backend.masking.nested import MAX_LEVELS, NOT_KEPT
from backend.masking.types import Kind

FINDERS = LibraryFinders()
OWN = {"order": FINDERS.expression(r"ORD-\d+")}
ALL = Looked(frozenset(Kind), FINDERS, ("DE", "US"), OWN)


def wide(text: str) -> str:
    """Return signs as wide as those of Chinese."""
    return "".join(chr(ord(sign) + 0xFEE0) if sign != " " else sign for sign in text)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def masker(run_id: str = "") -> Masker:
    return Masker(ALL, salt=b"k" * 32, project_id="proj_1", scope="conv_1", run_id=run_id)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Write to ada@example.org.", "Write to [e-mail 1]."),
        ("'ada@example.org', please", "'[e-mail 1]', please"),
        ("Schreib an müller@straße.example", "Schreib an [e-mail 1]"),
        ("https://a.example/?to=ada%40example.org&x", "https://a.example/?to=[e-mail 1]&x"),
        ("ada@example.org.bob@example.org, x%40b.example%40c.example", "[e-mail 1], [e-mail 2]"),
        ("IBAN DE89 3704 0044 0532 0130 00 und mehr", "IBAN [IBAN 1] und mehr"),
        ("gb82west12345698765432", "[IBAN 1]"),
        ("4111 1111 1111 1111, valid until 12/28", "[card 1], valid until 12/28"),
        ("order 1234 4111-1111-1111-1111 x", "order 1234 [card 1] x"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[card 1]"),
        ("Call 030 1234567 or (415) 555-2671", "Call [phone 1] or [phone 2]"),
        ("Call +49 170 1234567 now", "Call [phone 1] now"),
        ("It is ORD-4711.", "It is [order 1]."),
    ],
)
def test_what_tells_who_somebody_is_becomes_a_placeholder(text: str, kept: str) -> None:
    assert masker().text(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "@everybody, meet at 12:30",
        "DE88 3704 0044 0532 0130 00",  # wrong check digits
        "4111 1111 1111 1112",  # a wrong check digit
        "On 2026-11-22T06:40:00 order 12345678 left",
        "conv_019aab55c0de7f0ba1c2d3e4f5a6b7c8",
        "€ 1,234,567.89",
        "100% 20&nbsp;000 &amp; %zz%4",
        "4111\t1111\t1111\t1111",  # numbers of a table
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert masker().text(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\u200bda@exam\u200bple.org", "[e-mail 1]"),
        ("ada\u00ad@example.org", "[e-mail 1]"),
        ("ada\uff20example\uff0eorg", "[e-mail 1]"),
        (wide("4111 1111 1111 1111"), "[card 1]"),
        ("٤١١١١١١١١١١١١١١١", "[card 1]"),
        ("4111\u00a01111\u20111111\u20091111", "[card 1]"),
        ("DE89\u202f3704\u202f0044\u202f0532\u202f0130\u202f00", "[IBAN 1]"),
        (wide("+49 170 1234567"), "[phone 1]"),
        ("/call?to=%2B49%20170%201234567&x=%20", "/call?to=[phone 1]&x=%20"),
        ("?iban=DE89%203704%200044%200532%200130%2000%20", "?iban=[IBAN 1]%20"),
        ("ada&#64;example.org, b%40b.example b&commat;b.example", "[e-mail 1], [e-mail 2] [e-mail 2]"),
        ("4111&nbsp;1111&#160;1111&#xA0;1111 müller%40x.example", "[card 1] [e-mail 1]"),
        ("DE89 3704 0044\n0532 0130 00 or DE89  3704\t0044/0532_0130  00", "[IBAN 1] or [IBAN 1]"),
        ("4111  1111  1111  1111 or 4111/1111/1111/1111", "[card 1] or [card 1]"),
    ],
)
def test_digits_of_any_script_and_signs_that_nobody_sees_hide_nothing(text: str, kept: str) -> None:
    assert masker().text(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("?next=%2Fto%3Fmail%3Dada%2540b.example&x", "?next=%2F[e-mail 1]&x"),
        ("ada%25252540b.example ada&amp;amp;#64;b.example ada\\u0040b.example", "[e-mail 1] [e-mail 1] [e-mail 1]"),
        ("Write john<b>@</b>example.com, now", "Write [e-mail 1], now"),
        ("<p>john</p><i>@</i><b class='x'>example.com</b>", "<p>[e-mail 1]</b>"),
        ("john &#64; example.com or john @ example.com", "[e-mail 1] or [e-mail 1]"),
        ("john**@**example.com _@_", "[e-mail 1] _@_"),
        ("a>@b.example <@c.example", "a>@b.example <@c.example"),
        ("ada&#64example.org, ada&#64;example.org &#6412", "[e-mail 1], [e-mail 1] &#6412"),
        ("ada@ex%61mple.org, ada@%65xample%2Eorg, ada%40exampl&#101;.org", "[e-mail 1], [e-mail 1], [e-mail 1]"),
        ("".join(f"&#{ord(sign)};" for sign in "ada@example.org") + " is written", "[e-mail 1] is written"),
        (
            "".join(f"&#x{ord(sign):x};" for sign in "Ada@Example.org") + ", \\u0061da@example.org",
            "[e-mail 1], [e-mail 1]",
        ),
        ("%4111111111111111 a%62c &#100;", "%[card 1] a%62c &#100;"),
        (base64.b64encode("Grüße an Müller, mueller@straße.example".encode("latin-1")).decode(), "[e-mail 1]"),
        ("ada.b @ mail.example, eve @ x.org.", "[e-mail 1], [e-mail 2]."),
        ("Tomorrow @ cafe.central, x = A @ B.weight.data + w @ w.de, grads @ step.it()", None),
        (b64("cursor:2892298430115") + " " + b64("4111111111111111"), None),
        (b64('{"sub":"07571535-4379-6a1c-8f00-1a2b3c4d5e6f","iat":4930123456,"id": 4111111111111111}'), None),
        (b64('{"card":"4111111111111111"}') + " " + b64("call +49 30 123456, please"), "[card 1] [phone 1]"),
        (f"Basic {b64('ada@example.org:word')}, bye", "Basic [e-mail 1], bye"),
        (f"data:text/plain;base64,{b64('IBAN DE89 3704 0044 0532 0130 00')}", "data:text/plain;base64,[IBAN 1]"),
        (f"/to/{b64('ada%40example.org')}/x", "/to/[e-mail 1]/x"),
        (b64("Grüße an ada@example.org?>").rstrip("=").replace("+", "-").replace("/", "_"), "[e-mail 1]"),
        (f"{b64('4111 1111 1111')} {b64('1111 and more')}", f"{b64('4111 1111 1111')} {b64('1111 and more')}"),
    ],
)
def test_what_is_coded_twice_marked_up_or_in_base64_hides_nothing(text: str, kept: str | None) -> None:
    assert masker().text(text) == (text if kept is None else kept)


def test_ids_digests_words_and_pictures_stay() -> None:
    draw = random.Random(7)
    bits = [draw.randbytes(size) for size in (12, 16, 20, 32, 64, 300) for _ in range(400)]
    kinds = (bytes.hex, lambda raw: base64.b64encode(raw).decode(), lambda raw: base64.urlsafe_b64encode(raw).decode())
    ids = [kind(raw) for kind in kinds for raw in bits] + [str(uuid.UUID(bytes=raw)) for raw in bits if len(raw) == 16]
    ids += [
        "conv_019aab55c0de7f0ba1c2d3e4f5a6b7c8",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        b64("plain words, no more"),
    ]
    ids += ["Donaudampfschifffahrtsgesellschaft", "/usr/share/very/long/directory/names", "internationalization"]
    own = Looked(frozenset({Kind.EMAIL, Kind.IBAN}), FINDERS)  # a row of digits may well be a number of a phone
    assert [one for one in ids if Masker(own, salt=b"k").text(one) != one] == []


PHONES = Looked(frozenset({Kind.PHONE}), FINDERS, ("DE", "US"))
SAY_SO = (
    "order {}", "Order number: {}", "Case #{}", "order_id={}", '{{"customerId": "{}"}}', "Rechnungsnummer {}",
    "invoice no. {}", "my item # {}", '{{"id": "{}"}}', "trace_id={}", '{{"messageId":"{}"}}',
)  # fmt: skip


def test_of_ten_thousand_ids_that_say_so_none_is_taken_for_a_phone() -> None:
    draw = random.Random(7)
    texts = [SAY_SO[at % len(SAY_SO)].format(draw.randrange(10**8, 10**12)) for at in range(10_000)]
    one = Masker(PHONES, salt=b"k")
    assert [text for text in texts if one.text(text) != text] == []


@pytest.mark.parametrize(
    "text",
    [
        "{}", "My number is {}", "Call {}, order is late", "phone #{}", "Tel.-Nr. {}", "cell id {}",
        "in case {} is busy", "customer {}", '{{"phone": "{}"}}', "my mobile no. {}", "Paid {}",
        "my #: {}", "#{}", "My number is #1{}", "You can get me on #{}", "text me, #{}", "my ID: {}", "wa_id: 1{}",
        "sender_id=1{}", '{{"waId": "1{}"}}', '{{"from_id": "1{}"}}', '{{"contacts":[{{"wa_id":"1{}"}}]}}',
        '{{"user_id": "1{}"}}', '{{"recipientId": "1{}"}}', "mein Kanal-ID 1{}",
    ],
)  # fmt: skip
def test_a_phone_in_one_piece_is_found_where_nothing_says_that_it_is_an_id(text: str) -> None:
    assert "[phone 1]" in Masker(PHONES, salt=b"k").text(text.format("4155552671"))


def test_the_same_value_has_the_same_placeholder_and_another_the_next() -> None:
    one = masker()
    assert one.text("ada@example.org bob@example.org") == "[e-mail 1] [e-mail 2]"
    assert one.text("BOB@example.org, 4111111111111111") == "[e-mail 2], [card 1]"
    assert one.text("4111-1111-1111-1111") == "[card 1]"
    assert len(one.new) == 3


def test_placeholders_of_before_are_left_alone() -> None:
    greedy = Looked(frozenset(Kind), FINDERS, (), {"word": FINDERS.expression("[a-z]+")})
    assert Masker(greedy, salt=b"k").text("[e-mail 12] stays") == "[e-mail 12] [word 1]"


def test_objects_are_masked_to_their_last_field() -> None:
    told = {"ada@example.org": [4111111111111111, 1.5, True, None, {"deep": ("bob@example.org",)}], "n": 7}
    assert masker().value(told) == {"[e-mail 1]": ["[card 1]", 1.5, True, None, {"deep": ["[e-mail 2]"]}], "n": 7}


@pytest.mark.parametrize("number", ["4111111111111111", "-4111111111111111.0", "4.111111111111111e15"])
def test_a_card_is_found_whatever_way_its_number_is_written(number: str) -> None:
    assert masker().value({"n": [json.loads(number), f'{{"n": {number}}}']}) == {"n": ["[card 1]", '{"n": "[card 1]"}']}


@pytest.mark.parametrize("levels", [1, 2, 4])
def test_json_in_json_is_masked_where_it_stands_and_stays_json(levels: int) -> None:
    told: Any = {"to": "für:\nada@example.org", "n": 1}
    for _ in range(levels):
        told = {"arguments": json.dumps(told).replace("@", "\\u0040"), "n": 1}
    kept = masker().value(told)
    for _ in range(levels):
        assert kept["n"] == 1
        kept = json.loads(kept["arguments"])
    assert kept == {"to": "für:\n[e-mail 1]", "n": 1}
    assert masker().text(json.dumps(["ada@x.example"]).replace("@", "\\u0040")) == '["[e-mail 1]"]'


def test_json_that_hides_a_word_is_not_kept() -> None:
    deep: Any = ["ada@example.org"]
    for _ in range(MAX_LEVELS + 1):
        deep = [json.dumps(deep).replace("@", "\\u0040")]
    assert NOT_KEPT in str(masker().value(deep))
    assert masker().value("[" * 100_000 + "]" * 100_000) == NOT_KEPT
    twice = '{"a": "ada\\u0040example.org", "a": 1}'
    assert masker().value(twice) == '{"a": 1}'
    long = '["' + "7" * 5_000 + '", ' + "7" * 5_000 + ', "ada\\u0040example.org"]'
    assert masker().value(long).endswith('"[e-mail 1]"]')
    unlike = '{"a" : 1.50, "b": "4711"}'
    assert masker().value(unlike) == unlike  # nothing is in it: not a sign changes


def test_a_run_gets_its_words_back_as_json() -> None:
    quoted = Looked(frozenset(), FINDERS, (), {"said": FINDERS.expression('"[a-z]+"')})
    one = Masker(quoted, salt=b"k", run_id="run_1")
    told = {"arguments": json.dumps({"text": 'I "am" here'})}
    kept = one.value(told)
    assert json.loads(kept["arguments"]) == {"text": "I [said 1] here"}
    assert one.real(kept) == told


def test_a_run_gets_its_words_back() -> None:
    one = masker(run_id="run_1")
    kept = one.value({"to": "ada@example.org", "text": "Dear ada@example.org"})
    assert kept == {"to": "[e-mail 1]", "text": "Dear [e-mail 1]"}
    assert one.real(kept) == {"to": "ada@example.org", "text": "Dear ada@example.org"}
    assert one.real("[e-mail 2] is nobody's") == "[e-mail 2] is nobody's"


def test_a_name_is_the_same_in_every_conversation_and_tells_nothing() -> None:
    name = masker().name("ada@example.org")
    assert name.startswith("[e-mail ")
    assert "ada" not in name
    other = Masker(ALL, salt=b"k" * 32, project_id="proj_1", scope="conv_2")
    assert other.name("ada@example.org") == name
    assert masker().name("customer-17") == "customer-17"


def test_what_is_too_much_is_not_kept() -> None:
    kept = masker().text("a@b.example " * (MAX_FOUND + 10))
    assert kept.count("[e-mail 1]") == MAX_FOUND
    assert kept.endswith(NOT_KEPT)
    assert "a@b" not in kept
    rows = masker().text("7 " * 50_000)
    assert rows.count("7") < 10


def test_signs_are_looked_at_once_and_not_again_for_each_other() -> None:
    """Count the letters that a rule looks at: it must not square with the length of a hostile text."""

    class Counting(str):
        __slots__ = ()
        num = 0

        def __getitem__(self, key: object) -> str:
            Counting.num += 1
            return str.__getitem__(self, key)  # type: ignore[index]

    for text in ("a@" * 2_000, "DE89 " * 1_000, "a" * 5_000 + "@", "%40" * 1_000, "%40a.aa" * 1_000, "@a.aa" * 1_000):
        Counting.num = 0
        list(emails(Counting(text)))
        list(ibans(Counting(text)))
        assert Counting.num < 3 * len(text)


@pytest.mark.parametrize("pattern", ["(", r"(?=a)b", r"(a)\1", "", "a*", "(a{1000}){1000}"])
def test_an_expression_that_could_hang_or_match_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInput):
        FINDERS.expression(pattern)


def test_an_expression_that_hangs_others_reads_a_text_once() -> None:
    hostile = FINDERS.expression(r"(x+x+)+y")
    assert list(hostile.places("x" * 200_000)) == []  # others would need longer than the sun burns
