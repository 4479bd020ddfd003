"""Which variant of an experiment ran what would be served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.experiments.types import Pinned
from backend.ports.publish_gate import Publishing

Texts = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Served:
    """What is said by whom. `taken_in` are the texts of a prompt that takes others in, which its fingerprint names.

    `default` is the model of a prompt that names none; `version` the number of a prompt, where there is one.
    """

    fingerprint: str
    taken_in: Texts = None
    default: str = ""
    version: int | None = None


def variant_of(pinned: Sequence[Pinned], publishing: Publishing, served: Served) -> str:
    """Return the name of the variant that ran this, empty where there is none."""
    for one in pinned:
        subject = one.flow_id if publishing.kind == "flow" else one.prompt_id
        is_it = subject == publishing.subject_id and _ran(one, served)
        if is_it and texts_of(one.composed) == served.taken_in:
            return one.name
    return ""


def _ran(one: Pinned, served: Served) -> bool:
    """A variant that gave another model or parameters ran the version that names them, not the one it took.

    But where that model became the default meanwhile, it is what people get of a prompt that names none.
    """
    if served.fingerprint == (one.as_run or one.fingerprint):
        return True
    return served.fingerprint == one.fingerprint and one.model == served.default


def elsewhere(pinned: Sequence[Pinned], publishing: Publishing, served: Served) -> list[str]:
    """Return the models on which a version of a prompt ran where nothing ran it as it would be served."""
    if publishing.kind == "flow" or served.version is None or variant_of(pinned, publishing, served):
        return []
    ours = [one for one in pinned if (one.prompt_id, one.version) == (publishing.subject_id, served.version)]
    same = [one for one in ours if texts_of(one.composed) == served.taken_in]
    return [one.model.partition(":")[2] or one.model for one in same]


def told_elsewhere(version: int | None, models: Sequence[str], label: str = "") -> str:
    """Say that a version was measured in another way alone, and what helps; nothing without models.

    `label` is where it stands, empty for one that is about to go there.
    """
    if not models:
        return ""
    names = list(dict.fromkeys(models))
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    if label:
        words = "measure it beside with its own model and parameters"
        return f"v{version}, which is in {label}, was measured as a variant on {listed} alone; {words}."
    helps = f"promote it from the experiment, or measure v{version} with its own model"
    return f"v{version} was measured on {listed} alone; {helps}."


def texts_of(composed: dict[str, Any] | None) -> Texts:
    """Return what a prompt says with all that it takes in, nothing where it takes nothing in."""
    return composed and {name: composed.get(name) for name in ("text", "messages", "instructions")}


def why_elsewhere(pinned: Sequence[Pinned], publishing: Publishing, wanted: Served, published: Served | None) -> str:
    """Say of the content, or of what is published, that it ran in another way alone."""
    found = told_elsewhere(wanted.version, elsewhere(pinned, publishing, wanted))
    if found or published is None:
        return found
    return told_elsewhere(published.version, elsewhere(pinned, publishing, published), publishing.label)
