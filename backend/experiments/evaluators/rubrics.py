"""A rubric that names what is judged: {{input}}, {{groundtruth}} and {{output}} stand where it says, marked as data."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

from backend.experiments.evaluators.base import Case, as_text, shortened

INPUT, GROUNDTRUTH, OUTPUT = "input", "groundtruth", "output"
ALSO = {"expected_output": GROUNDTRUTH}
# A name alone: braces around anything else are words of the rubric.
_HOLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# As a model may read it. Each blank of a long run is read once: tried anew they held all threads for minutes.
_MARK = re.compile(r"<(\s*+/?+\s*+data\b[^<>]*+)>", re.IGNORECASE)


def values_of(case: Case) -> dict[str, str]:
    """Return what a rubric may name."""
    given = json.dumps(case.input, ensure_ascii=False)
    return {INPUT: given, GROUNDTRUTH: as_text(case.expected), OUTPUT: case.output}


def unknown(rubric: str, names: Collection[str]) -> list[str]:
    """Return what a rubric names that nothing fills."""
    return [name for name in _HOLE.findall(rubric) if _meant(name) not in names]


def filled(rubric: str, values: Mapping[str, str]) -> tuple[str, set[str]]:
    """Return a rubric with what it names put in as data, and which of the three it names."""
    named = {_meant(name) for name in _HOLE.findall(rubric)}

    def put(hole: re.Match[str]) -> str:
        said = values.get(_meant(hole[1]))
        return hole[0] if said is None else marked(said)

    return _HOLE.sub(put, rubric), named


def marked(text: str) -> str:
    """Mark a text as data; it cannot end its own mark."""
    safe = _MARK.sub(r"[\1]", shortened(text))
    return f"<data>\n{safe}\n</data>"


def _meant(name: str) -> str:
    return ALSO.get(name, name)
