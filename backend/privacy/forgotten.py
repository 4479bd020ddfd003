"""What a run says of who decided in it, without the name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REMOVED_AUTHOR = "Removed user"
DID = ("approved it", "changed and approved it", "refused it")


class Forgotten:
    """A name that is taken off. `everywhere` takes it off other texts too, where it stands as a word of its own."""

    def __init__(self, name: str, *, everywhere: bool) -> None:
        self._name, self._is_everywhere = name, everywhere
        self._word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")

    def line(self, reason: str) -> str:
        """Return why a step went as it did: "Ada refused it: ...", and what was skipped for it says the same."""
        if self._name and any(reason.startswith(f"{self._name} {did}") for did in DID):
            return f"{REMOVED_AUTHOR}{reason[len(self._name) :]}"
        return self.text(reason)

    def text(self, text: str) -> str:
        return self._word.sub(REMOVED_AUTHOR, text) if self._is_everywhere and self._name else text

    def value(self, value: Any) -> Any:
        """Return a JSON value; a decision in it says `by` whom it was."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            changed = {self.text(key): self.value(each) for key, each in value.items()}
            if "outcome" in changed and changed.get("by") == self._name:
                changed["by"] = REMOVED_AUTHOR
            return changed
        return [self.value(each) for each in value] if isinstance(value, list) else value
