"""Hold the tree to the house rules, and each rule to a planted violation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import house

ROOT = Path(__file__).resolve().parents[2]
Rule = Callable[[Path], list[str]]

PLANTED: list[tuple[Rule, str, str]] = [
    (house.too_long, "assets/css/planted.css", "\n" * 301),
    (house.too_long, "console/pages/planted.py", "x = 1\n" * 301),
    (house.imports_inside_functions, "backend/planted.py", "def late():\n    import json\n    return json\n"),
    (house.commits_outside_the_unit, "backend/planted/service.py", "session.commit()\n"),
    (house.vendors_outside_engines, "backend/planted/service.py", "from qdrant_edge import EdgeShard\n"),
    (house.vendors_outside_engines, "console/state/planted.py", "import openai\n"),
    (
        house.console_through_other_doors,
        "console/state/planted.py",
        "from backend.identity.service import IdentityService\n",
    ),
    (house.console_through_other_doors, "console/pages/planted.py", "from backend import unit_of_work\n"),
    (house.console_through_other_doors, "console/pages/planted.py", "import backend.api.app\n"),
    (
        house.handlers_that_ask_nobody,
        "console/state/planted.py",
        "class PlantedState(Phased, rx.State):\n    async def load(self):\n        await services().flows.list()\n",
    ),
    (
        house.handlers_that_ask_nobody,
        "console/state/planted.py",
        "class Picking(Formed, mixin=True):\n    async def choose(self):\n        self.chosen = 1\n",
    ),
    (
        house.errors_kept_in_states,
        "console/state/planted.py",
        "class PlantedState(Phased, rx.State):\n    def _x(self):\n        try: ...\n        except ValueError: ...\n",
    ),
    (house.csv_past_the_guard, "backend/planted.py", "csv.writer(file).writerow(values)\n"),
    (house.circles_of_front_end_parts, "assets/planted/a.js", 'import { b } from "./a.js";\n'),
    (house.console_past_the_use_cases, "console/state/planted.py", "services().events.subscribe(topic)\n"),
]


@pytest.mark.parametrize("rule", house.RULES)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize(("rule", "file", "text"), PLANTED)
def test_a_planted_violation_is_caught(tmp_path: Path, rule: Rule, file: str, text: str) -> None:
    planted = tmp_path / file
    planted.parent.mkdir(parents=True)
    planted.write_text(text)
    assert rule(tmp_path)
