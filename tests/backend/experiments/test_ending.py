"""What goes on in a project ends with it."""

from __future__ import annotations

import asyncio

from backend.experiments.types import Status
from tests.backend.experiments.conftest import Lab, prompt


async def test_experiments_of_a_closed_project_ask_nothing_more(lab: Lab) -> None:
    """One is in the middle of its answers and one waits."""
    lab.fill(3)
    carried, waiting = await lab.started(prompt("slow", "{{ good }}", "hang"), concurrency=1), await lab.started()
    carrying = asyncio.create_task(lab.executor.execute(carried.id))
    while not lab.num_asked:
        await asyncio.sleep(0.01)
    await lab.service.end_all(lab.operator.project_id)
    await asyncio.wait_for(carrying, 20)
    await lab.executor.execute(waiting.id)
    ended = [(await lab.service.get(lab.operator, one.id)).status for one in (carried, waiting)]
    assert ended == [Status.CANCELLED, Status.CANCELLED]
    assert lab.num_asked == 1
