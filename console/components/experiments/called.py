"""What a variant is called on the page of its experiment."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.state.experiment import ExperimentState as One


def called(variant: Any) -> Any:
    """Return the words for a variant; its name until they have come."""
    return rx.cond(One.called.contains(variant), One.called[variant].to(str), variant)
