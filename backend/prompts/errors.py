"""Refusals of prompts."""

from __future__ import annotations

from backend.errors import Conflict, InvalidInput, NotFound


class PromptNotFound(NotFound):
    """Raised for a deleted prompt too. The words are part of an API that others speak."""

    def __init__(self) -> None:
        super().__init__("Prompt not found")


class VersionNotFound(NotFound):
    """The prompt is there, but not this version of it, or nothing under this label."""


class StaleVersion(Conflict):
    """Somebody saved a version after the one that this save was based on."""

    def __init__(self, latest: int, saved_by: str) -> None:
        super().__init__(
            f"{saved_by} saved v{latest} meanwhile.",
            hint="Compare yours with it, then save again.",
        )
        self.latest = latest


class LabelMoved(Conflict):
    """The label stands on another version than the one that whoever rolls it back saw."""

    def __init__(self, label: str, version: int) -> None:
        super().__init__(f"{label} already stands on v{version}.")


class CannotRender(InvalidInput):
    """A template is wrong, a reference leads nowhere or in a circle, or a value is missing."""


class Circle(CannotRender):
    """A prompt takes itself in, by whatever way."""
