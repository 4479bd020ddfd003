"""The variants of the form of an experiment, as somebody picks what each asks."""

from __future__ import annotations

from dataclasses import replace

import reflex as rx

from backend.operator import Permission
from console.state.experiment_offers import placed_anew, versioned
from console.state.experiment_variants import LETTERS, VariantLine
from console.state.seat import Seated


class Varied(Seated, mixin=True):
    """A form of variants; what is typed into them stays in the browser."""

    variants: rx.Field[list[VariantLine]] = rx.field(default_factory=list)

    @rx.event
    async def remove_variant(self, key: str) -> None:
        """Take a variant away."""
        await self._operator(Permission.EXPERIMENTS_EDIT)
        left = [one for one in self.variants if one.key != key]
        self.variants = [replace(one, at=f"variants.{at}", letter=LETTERS[at]) for at, one in enumerate(left)]

    @rx.event
    async def pick_subject(self, key: str, subject: str) -> None:
        """Choose the prompt or the flow of a variant."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        self.variants = [
            await placed_anew(operator, one, subject, at) if one.key == key else one
            for at, one in enumerate(self.variants)
        ]

    @rx.event
    async def pick_version(self, key: str, version: str) -> None:
        """Say on which model the version is asked that somebody picked."""
        operator = await self._operator(Permission.EXPERIMENTS_EDIT)
        self.variants = [
            await versioned(operator, replace(one, version=version), one.subject) if one.key == key else one
            for one in self.variants
        ]
