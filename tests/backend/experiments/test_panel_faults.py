"""A panel of judges outlives the process that asks it: whose word is kept is not asked again."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from decimal import Decimal

import pytest

from backend.experiments.types import Cell, Experiment, Status
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_faults import asked, carrier, sent, stop_between_writes


@pytest.mark.fault
async def test_kill_9_in_the_middle_of_a_panel_pays_no_judge_twice_whose_word_is_kept(lab: Lab, seed: int) -> None:
    lab.fill(24)
    for row in lab.rows:
        row.input["good"] = f'{{"reason": "of row {row.number}.", "verdict": true}}'  # what is judged says the verdict
    lab.server.latency_seconds = 0.03
    panel = {"kind": "judge", "name": "panel", "rubric": "Right?", "models": ["echo", "lab:echo", "echo"]}
    made = await lab.started(prompt("only", "{{ good }}"), evaluators=(panel,), concurrency=12)
    process = await carrier(lab, made.id)
    await asked(lab, random.Random(seed).randint(30, 70))
    heard = await _stopped_in_the_middle(process, lab, made)
    process.kill()
    await process.wait()
    before = _num_judged(lab)
    await lab.executor.execute(made.id)
    done, cells, then = await lab.service.get(lab.operator, made.id), await lab.cells(made), _num_judged(lab)
    assert (done.status, done.progress.num_done) == (Status.DONE, 24)
    assert {row: then[row] - before[row] for row in heard} == {row: 3 - count for row, count in heard.items()}
    assert {len(cell.scores["panel"]["judges"]) for cell in cells} == {3}
    assert done.progress.cost == sum((cell.cost for cell in cells), Decimal(0))


async def _stopped_in_the_middle(process: asyncio.subprocess.Process, lab: Lab, made: Experiment) -> dict[int, int]:
    """Stop it where the record holds a part of a panel; return how many judges it holds of each row."""
    heard = dict[int, int]()
    while not any(0 < count < 3 for count in heard.values()):
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.01)
        await stop_between_writes(process, lab)
        heard = {cell.row: _num_heard(cell) for cell in await lab.cells(made)}
    return heard


def _num_heard(cell: Cell) -> int:
    """Return how many judges of the panel the record holds."""
    return 3 if "panel" in cell.scores else len(cell.detail.get("heard", {}).get("panel", {}))


def _num_judged(lab: Lab) -> Counter[int]:
    """Count the questions to judges by the row that they are about."""
    asked = sent(lab).elements()
    return Counter(int(text.rpartition("of row ")[2].partition(".")[0]) for text in asked if "Rubric:" in text)
