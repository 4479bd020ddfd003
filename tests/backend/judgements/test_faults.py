"""A judgement outlives the process that carries it, and nobody is paid twice for what stands in the record."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from backend.annotations.types import Each
from backend.experiments.types import Status
from backend.judgements.types import NewJudgement
from backend.paging import Page
from tests.backend.experiments.test_faults import asked, carrier
from tests.backend.judgements.conftest import HELPFUL, Court

CONCURRENCY = 10


def sent(court: Court) -> Counter[str]:
    """Count how often a judge was asked about each answer: what is judged says the verdict and its number."""
    asked_all = [request["messages"][-1]["content"] for request in court.lab.server.seen]
    return Counter(text.rpartition("of item ")[2].partition(".")[0] for text in asked_all)


@pytest.mark.fault
async def test_kill_9_asks_again_only_what_was_in_flight(court: Court, seed: int) -> None:
    for number in range(40):
        verdict = f'{{"reason": "of item {number}.", "verdict": true}}'
        await court.say(f"Question {number}?", conversation_id=court.turns[0].conversation_id, text=verdict)
    court.lab.server.latency_seconds = 0.03
    talks = (court.turns[0].conversation_id,)
    made = await court.service.ask(court.operator, NewJudgement(HELPFUL, Each.ANSWER, conversation_ids=talks))
    process = await carrier(court.lab, made.id)
    await asked(court.lab, random.Random(seed).randint(8, 30))
    process.kill()
    await process.wait()
    then, items = sent(court), (await court.service.items(court.operator, made.id, Page(200))).items
    recorded = {one.score["reason"].removeprefix("of item ").rstrip(".") for one in items if one.status == "done"}
    assert 0 < len(recorded) < 41, "it was killed in the middle"
    await court.executor.execute(made.id)
    done, in_all = await court.service.get(court.operator, made.id), sent(court)
    # The first answer of the conversation has no verdict in it, and fails.
    assert (done.status, done.num_done, done.num_failed) == (Status.DONE, 40, 1)
    assert {one: in_all[one] for one in recorded} == {one: then[one] for one in recorded}
    repeated = sum(count - 1 for item, count in in_all.items() if item.isdigit())
    assert 0 <= repeated <= 2 * CONCURRENCY
    scores = await court.service.scores(court.operator, talks[0])
    assert (len(scores), len({one.message_id for one in scores})) == (40, 40)
