"""Find every kind of node in this package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from backend.flows import nodes
from backend.flows.kind import NodeKind
from backend.flows.ports import fitting

AnyKind = NodeKind[Any]


def _find() -> dict[str, AnyKind]:
    found: list[AnyKind] = []
    for module in pkgutil.iter_modules(nodes.__path__):
        if module.name == "registry":
            continue
        loaded = importlib.import_module(f"{nodes.__name__}.{module.name}")
        found.extend(
            value()
            for value in vars(loaded).values()
            if isinstance(value, type) and issubclass(value, NodeKind) and value.__module__ == loaded.__name__
        )
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.order, kind.name))}


KINDS: Mapping[str, AnyKind] = _find()


def catalogue() -> dict[str, Any]:
    """Return all kinds in the order of the palette, and which port types fit which, as JSON."""
    return {"kinds": [kind.catalogue() for kind in KINDS.values()], "fits": fitting()}
