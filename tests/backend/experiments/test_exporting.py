"""All answers of an experiment as a file."""

from __future__ import annotations

import csv
import io

from backend.experiments.types import Experiment
from tests.backend.experiments.conftest import Lab, prompt


async def exported(lab: Lab, done: Experiment) -> list[dict[str, str]]:
    blocks = [block async for block in await lab.service.export(lab.operator, done.id)]
    return list(csv.DictReader(io.StringIO(b"".join(blocks).decode("utf-8-sig"))))


async def test_every_answer_is_exported_and_no_spreadsheet_finds_a_formula(lab: Lab) -> None:
    lab.fill(3)
    for row in lab.rows:
        row.input["good"] = "=HYPERLINK(1)"
    done = await lab.ran()
    lines = await exported(lab, done)
    assert [(one["variant"], one["row"], one["answer"], one["exact"]) for one in lines] == [
        (name, str(row), answer, score)
        for row in (1, 2, 3)
        for name, answer, score in (("old", f"a{row}", "1.0"), ("new", "'=HYPERLINK(1)", "0.0"))
    ]
    assert not [name for name in lines[0] if "pass" in name], "each row was answered once"


async def test_what_each_judge_said_is_kept_compared_and_exported(lab: Lab) -> None:
    lab.fill(2)
    for row, word in zip(lab.rows, ("true", "false"), strict=True):
        row.input["good"] = f'{{"reason": "=so", "verdict": {word}}}'  # a judge that echoes says what it was given
    specs = ({"kind": "judge", "rubric": "?", "models": ["echo", "lab:echo"]},)
    done = await lab.ran(prompt("only", "{{ good }}"), evaluators=specs)
    model = "lab:echo"
    for cell, word in zip(await lab.cells(done), ("true", "false"), strict=True):
        panel = cell.scores["judge"]["judges"]
        assert [(one["model"], one["label"], one["reason"]) for one in panel] == [(model, word, "=so")] * 2
    together, by_two = (await lab.service.comparison(lab.operator, done.id)).agreements
    assert (together.metric, together.share_equal, together.kappa, together.num_rows) == ("judge", 1, None, 2)
    assert (by_two.metric, by_two.share_equal, by_two.kappa) == (f"judge: {model} and {model}", 1, 1)
    lines = await exported(lab, done)
    assert [(one["judge, judge 2"], one["judge, judge 2: verdict"]) for one in lines] == [
        (model, "true"), (model, "false"),
    ]  # fmt: skip
    assert {one["judge, judge 1: reason"] for one in lines} == {"'=so"}
