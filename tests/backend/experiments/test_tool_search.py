"""A set of intents made for functions, as another tool writes it, from its file to a verdict."""

from __future__ import annotations

import csv
from pathlib import Path

from backend.bootstrap.experiments import put_together
from backend.datasets.types import About
from backend.experiments.types import Draft
from backend.paging import Page
from tests.backend.experiments.conftest import Lab, prompt

COLUMNS = ("app_name", "app_description", "function_name", "function_description", "prompt", "synthetic_output")
# The columns go where their words say; the prompt that made an intent is no part of the row.
MAPPING = {
    "app_name": "metadata.app_name", "app_description": "", "function_name": "metadata.function_name",
    "function_description": "", "prompt": "", "synthetic_output": "input.intent",
}  # fmt: skip
FOUND = {
    "measure": "hit", "retrieved": "$", "identified_by": "name", "relevant": "function_name", "by_name": True,
}  # fmt: skip
SECOND = '[{"name": "OTHER"}, {"name": "{{ intent.split()[-1] }}"}]'
TOP = '[{"name": "{{ intent.split()[-1] }}"}, {"name": "OTHER"}]'


async def test_intents_of_a_file_are_searched_and_ranked_by_name(lab: Lab, tmp_path: Path) -> None:
    path, datasets = tmp_path / "synthetic_intents.csv", lab.services.datasets
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for at in range(30):
            name = f"GMAIL__SEND_{at}"
            writer.writerow(["GMAIL", "Mail", name, "Sends", "Write an intent", f"Please use gmail for {name.lower()}"])
    made = await datasets.create(lab.operator, About("Intents"))
    written = await datasets.import_file(lab.operator, made.id, path, path.name, targets=MAPPING)
    assert written.num_added == 30
    opened = put_together(lab.services.experiments._outside)
    evaluators = [
        {"kind": "retrieval", "name": "accuracy", "k": 1, **FOUND},
        {"kind": "retrieval", "name": "top 3", "k": 3, **FOUND},
        {"kind": "retrieval", "name": "top 5", "k": 5, **FOUND},
        {"kind": "retrieval", **FOUND, "measure": "mrr"},
    ]
    draft = Draft("Search", made.id, (prompt("old", SECOND), prompt("new", TOP)), tuple(evaluators))
    experiment = await opened.service.create(lab.operator, draft)
    await opened.service.start(lab.operator, experiment.id)
    await opened.executor.execute(experiment.id)
    found = await opened.service.comparison(lab.operator, experiment.id)
    told = {one.metric: (one.baseline_value, one.value, one.verdict) for one in found.metrics}
    assert told["accuracy"] == (0, 1, "better")
    assert told["mrr"] == (0.5, 1, "better")
    assert (told["top 3"][:2], told["top 5"][:2]) == ((1, 1), (1, 1))
    assert {"latency", "cost"} <= told.keys()
    cells = await opened.service.cells(lab.operator, experiment.id, Page(500))
    assert len(cells.items) == 60
