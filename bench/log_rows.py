"""A log of 100,000 conversations with ten messages each, in four languages, written past the services."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from backend.columns import utc_now
from backend.conversations.folding import folded
from backend.conversations.models import ConversationDetailRow, ConversationRow, MessageRow
from backend.conversations.tags import tags_text
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE

MESSAGES_EACH = 10
AT_ONCE = 1_000
FLOWS = [f"flow_{number}" for number in range(12)]
MODELS = ("", "qwen3-8b", "gpt-5-mini", "claude-sonnet-4.5")
PROMPTS = ("", "answer", "classify", "refund")
TAGS = ("late", "refund", "angry", "warranty", "vip", "lost", "damaged", "invoice")
PLANS, COUNTRIES = ("free", "pro", "team"), ("DE", "AT", "CH", "FR", "CN", "EG")
PEOPLE = 20_000
SYLLABLES = [a + b for a in "bdfgklmnprst" for b in ("a", "ei", "o", "u", "ie", "al", "ern", "ung")]
GERMAN = (
    "Lieferung",
    "Garantie",
    "Rücksendung",
    "Sofa",
    "Stoff",
    "Regal",
    "Rechnung",
    "Straße",
    "Verzögerung",
    "Tisch",
)
CHINESE = (
    "退货",
    "保修",
    "送货",
    "沙发",
    "发票",
    "面料",
    "桌子",
    "退款",
    "损坏",
    "订单",
    "安装",
    "价格",
    "颜色",
    "尺寸",
)
ARABIC = ("إرجاع", "أريكة", "توصيل", "ضمان", "فاتورة", "قماش", "طاولة", "استرداد", "طلب", "سعر")


class Words:
    """Texts of a few dozen words, common ones often, rare ones seldom, and an order number in each."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        made = {"".join(self._random.choices(SYLLABLES, k=self._random.randint(2, 4))) for _ in range(24_000)}
        self._common, self._rare = sorted(made)[:400], sorted(made)
        # Made once: what takes long is to draw words.
        self._texts = [self._text() for _ in range(20_000)]

    def text(self) -> str:
        return f"{self._random.choice(self._texts)} A-{self._random.randrange(10**6):06}."

    def _text(self) -> str:
        draw, kind = self._random, self._random.random()
        if kind < 0.15:
            return "、".join("".join(draw.choices(CHINESE, k=6)) for _ in range(5))
        if kind < 0.3:
            return " ".join(draw.choices(ARABIC, k=16))
        compound = draw.choice(GERMAN) + draw.choice(GERMAN).lower()
        words = [
            *draw.choices(self._common, k=16),
            *draw.choices(self._rare, k=4),
            compound,
            *draw.choices(GERMAN, k=2),
        ]
        draw.shuffle(words)
        return " ".join(words)


def rows(project_id: str, number: int) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]]:
    """Yield conversations with their messages and metadata, the oldest first."""
    words, draw, now = Words(), random.Random(9), utc_now()
    shared = {"project_id": project_id, "state": "answered"}
    chat = ConversationRow(
        id="", title="", channel="", num_messages=MESSAGES_EACH, num_turns=5, tokens_in=900, tokens_out=300,
        latency_ms=8_000, version=3, **shared,
    ).model_dump()  # fmt: skip
    turn = MessageRow(id="", conversation_id="", role="", author="Ines", **shared).model_dump()
    for place in range(number):
        at = now - timedelta(seconds=20 * (number - place))
        flow, id_ = draw.choice(FLOWS), f"conv_{place:032x}"
        texts, version = [words.text() for _ in range(MESSAGES_EACH)], draw.choices((3, 2, 1), (70, 20, 10))[0]
        values = {
            "id": id_, "flow_id": flow, "flow_name": flow.replace("_", " ").title(), "title": texts[0][:60],
            "last_text": texts[-1][:120], "model": draw.choice(MODELS), "started_at": at, "last_message_at": at,
            "rating": draw.choices(("none", "up", "down"), (80, 14, 6))[0],
            "channel": draw.choice(("console", "api", "reported")),
            "state": draw.choices(("answered", "failed", "cancelled"), (94, 5, 1))[0],
            "task_completed": draw.choice((True, False, None)), "latency_ms": draw.randrange(2_000, 40_000),
            # As it is told: of a tenth of the conversations, most of them of the newest version of a flow.
            "satisfaction": draw.choices((None, 1, 2, 3, 4, 5), (90, 1, 1, 2, 3, 3))[0], "version": version,
            "prompt_name": PROMPTS[FLOWS.index(flow) % len(PROMPTS)], "prompt_version": version,
            "person": f"person-{draw.randrange(PEOPLE):05}@example.org", "cost": Decimal(draw.randrange(400)) / 10_000,
            "has_failed_tool": place % 30 == 0,
            "tags": tags_text(draw.sample(TAGS, draw.choices((0, 1, 2), (92, 6, 2))[0])),
        }  # fmt: skip
        said = [
            turn | {"id": f"msg_{place * MESSAGES_EACH + number:032x}", "conversation_id": id_, "text": text,
                    "folded": folded(text), "role": ("user", "assistant")[number % 2], "created_at": at}
            for number, text in enumerate(texts)
        ]  # fmt: skip
        metadata = {"plan": draw.choice(PLANS), "country": draw.choice(COUNTRIES), "order": f"A-{place:06}"}
        yield chat | values, said, metadata


async def fill(units: Units, project_id: str, number: int) -> None:
    """Write them in units of a thousand."""
    waiting: list[tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]] = []
    for place, one in enumerate(rows(project_id, number), 1):
        waiting.append(one)
        if place % AT_ONCE == 0 or place == number:
            async with units.write(EVERYWHERE) as work:
                connection = await work.session.connection()
                await connection.execute(insert(ConversationRow), [conversation for conversation, *_ in waiting])
                await connection.execute(insert(MessageRow), [message for _, said, _ in waiting for message in said])
                told = [
                    {"conversation_id": one["id"], "project_id": project_id, "name": name, "value": value}
                    for one, _, metadata in waiting
                    for name, value in metadata.items()
                ]
                await connection.execute(insert(ConversationDetailRow), told)
            waiting.clear()


async def fill_long(units: Units, project_id: str, num_messages: int) -> str:
    """Write one conversation of as many messages, and return its id."""
    words, id_, now = Words(), "conv_long", utc_now()
    shared = {"project_id": project_id, "state": "answered"}
    turn = MessageRow(id="", conversation_id=id_, role="", author="Ines", created_at=now, **shared).model_dump()
    said = [
        turn | {"id": f"msg_long{number:024x}", "text": words.text(), "role": ("user", "assistant")[number % 2]}
        for number in range(num_messages)
    ]  # fmt: skip
    async with units.write(EVERYWHERE) as work:
        work.session.add(
            ConversationRow(
                id=id_, title="Long", channel="console", num_messages=num_messages, is_fresh=False, **shared
            )
        )
        await work.session.flush()
        for start in range(0, num_messages, AT_ONCE):
            await (await work.session.connection()).execute(insert(MessageRow), said[start : start + AT_ONCE])
    return id_
