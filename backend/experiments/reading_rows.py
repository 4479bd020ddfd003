"""What variants read of the rows, before anything is asked."""

from __future__ import annotations

from collections.abc import Sequence

from backend.experiments.asked_words import ITSELF, READ, asked_words
from backend.experiments.engine.rendering import given_to, question_of, read_by
from backend.experiments.outside import Outside, Row
from backend.experiments.types import QUESTIONS, MissingVariables, Pinned
from backend.operator import Operator
from backend.prompts.types import Content, VersionRef


async def missing_in(
    outside: Outside, operator: Operator, variant: Pinned, rows: Sequence[Row]
) -> list[MissingVariables]:
    """Return the rows that lack what a variant reads."""
    if variant.kind == "flow":
        return [
            MissingVariables(row.number, variant.name, names)
            for row in rows
            if (names := tuple(sorted(set(variant.required) - given_to(variant, row).keys())))
        ]
    if variant.prompt_id:
        ref = VersionRef(version=variant.version)
        version = await outside.prompts.get_version(operator, variant.prompt_id, ref)
        holes = await outside.prompts.holes(operator, version.content, variant.prompt_id)
        needed = {one.name for one in holes.variables if one.required} | set(holes.placeholders)
    else:
        texts = (variant.template, variant.system)
        found = [one for text in texts for one in outside.templates.variables(text)]
        needed = {one.name for one in found if one.required} - {"input"}
    return [
        MissingVariables(row.number, variant.name, names)
        for row in rows
        if (names := tuple(sorted(needed - row.input.keys())))
    ]


async def asked_of(
    outside: Outside, operator: Operator, variant: Pinned, rows: Sequence[Row], missing: Sequence[MissingVariables]
) -> str:
    """Say which field of a row is said to a text prompt; empty where nothing is chosen for it."""
    if not variant.prompt_id or not rows:
        return ""
    ref = VersionRef(version=variant.version)
    content = (await outside.prompts.get_version(operator, variant.prompt_id, ref)).content
    if variant.composed is not None:
        content = Content.model_validate(variant.composed)
    if content.kind != "text":
        return ""
    read, lacking = read_by(content, outside.templates), {one.row for one in missing}
    of: dict[str, list[int]] = {}
    for row in rows:
        if row.number not in lacking:  # nobody is asked about such a row
            own = READ if read.intersection(QUESTIONS, row.input) else ITSELF
            of.setdefault(question_of(row, read) or own, []).append(row.number)
    return f"{variant.name}: {said}" if (said := asked_words(of)) else ""
