"""What the variants of an experiment are called where people read of them."""

from __future__ import annotations

from backend.experiments.types import Experiment


def dated(found: Experiment) -> dict[str, str]:
    """Return what the variants are called, by a label with the version that it had: "production (v2 then)"."""
    labels = {one.name: one.prompt.label for one in found.draft.variants if one.prompt and one.prompt.label}
    of = {one.name: one.version for one in found.pinned}
    told = {one.name: one.name for one in found.draft.variants}
    for name, label in labels.items():
        if of.get(name) and (name == label or name.startswith(f"{label} ")):
            told[name] = f"{label} (v{of[name]} then){name.removeprefix(label)}"
    return told
