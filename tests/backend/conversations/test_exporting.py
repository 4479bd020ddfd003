"""An export while conversations come, go on and go."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.reports import Report
from backend.conversations.repository import ConversationRepository
from backend.conversations.types import Filters
from tests.tenancy import EVERYWHERE


async def test_each_that_stays_is_sent_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.conversations.service.exporting.ROWS_AT_ONCE", 2)
    monkeypatch.setattr("backend.conversations.service.exporting.IDS_AT_ONCE", 3)
    log, owner, talks = services.conversations, await services.identity.ensure_owner(), list[str]()
    for number in range(8):
        made = await log.report(owner, Report(f"s{number}", "a", "A"))
        talks.insert(0, made.conversation.id)
    lines = await log.export(owner, Filters())
    sent = [await anext(lines), await anext(lines)]
    async with services.units.write(EVERYWHERE) as work:
        rows = ConversationRepository(work.session, owner.project_id)
        await log.purge(work, owner.project_id, [talks[1], talks[4]])  # the one sent last, and one that is not yet
        await rows.change(talks[6], last_message_at=utc_now() + timedelta(hours=1))
        await rows.change(talks[0], last_message_at=utc_now() - timedelta(hours=1))
    await log.delete(owner, talks[5])
    await log.report(owner, Report("new", "a", "A"))
    sent += [line async for line in lines]
    told = [row["id"] for row in csv.DictReader("".join(sent).splitlines())]
    assert told == [talks[number] for number in (0, 1, 2, 3, 6, 7)]
