"""What the example holds. The texts of the conversations stand in the handbook too, word for word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

FILES = Path(__file__).parent / "files"
HANDBOOK = ("returns-and-refunds.md", "delivery.pdf", "warranty-and-care.docx", "products.csv")
KNOWLEDGE_BASE_DESCRIPTION = "What the support desk of Alder & Rowe knows: returns, delivery, warranty, products."
OWN_BASE_DESCRIPTION = "Documents of your own. The example flow searches them beside the handbook."
FLOW_DESCRIPTION = "Answers a question from the handbook and your documents, and names the passages it rests on."
# A section of the handbook fits into one passage, so that an answer finds its facts together.
CHUNK_SIZE = 480
CHUNK_OVERLAP = 0


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of an example conversation. `source` is (file, words that stand in the passage)."""

    question: str
    answer: str
    source: tuple[str, str]
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation that began some time before the first start."""

    before: timedelta
    pause: timedelta
    turns: tuple[Said, ...]


CHATS: tuple[Chat, ...] = (
    Chat(
        before=timedelta(days=2, hours=3, minutes=12),
        pause=timedelta(seconds=74),
        turns=(
            Said(
                "What do I have to send for a warranty claim? A seam of my armchair is torn.",
                "For a warranty claim the customer sends the order number and three photos of the damage [1].",
                ("warranty-and-care.docx", "three photos of the damage"),
                1_420,
            ),
            Said(
                "And how long does the workshop need to decide?",
                "The workshop decides within 8 working days [1].",
                ("warranty-and-care.docx", "The workshop decides within 8 working days"),
                1_180,
            ),
        ),
    ),
    Chat(
        before=timedelta(days=1, hours=5, minutes=40),
        pause=timedelta(0),
        turns=(
            Said(
                "Can I change the day of delivery? I am away on Thursday.",
                "The day of delivery can be changed free of charge until 48 hours before the window begins [1].",
                ("delivery.pdf", "until 48 hours before the window begins"),
                1_310,
            ),
        ),
    ),
    Chat(
        before=timedelta(hours=2, minutes=26),
        pause=timedelta(seconds=93),
        turns=(
            Said(
                "My Lindholm sofa came on Monday and I have opened it. Can I still return it?",
                "An opened item, such as a sofa or an armchair, can be returned within 30 days of delivery [1].",
                ("returns-and-refunds.md", "can be returned within 30 days of delivery"),
                1_260,
            ),
            Said(
                "What does it cost when you collect it from my home?",
                "We collect large items from the customer's home for $49, which we take off the refund [1].",
                ("returns-and-refunds.md", "home for $49"),
                1_090,
            ),
        ),
    ),
)
