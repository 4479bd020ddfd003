"""Refusals of knowledge."""

from __future__ import annotations

from backend.errors import Conflict, InvalidInput, NotFound, TooLarge


class KnowledgeBaseNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such knowledge base.")


class DocumentNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such document.")


class StaleKnowledgeBase(Conflict):
    """The base was edited since it was read."""

    def __init__(self) -> None:
        super().__init__("Someone else changed this knowledge base.", hint="Load it again, then make your change.")


class NotFinished(Conflict):
    """The act needs a document that is out of work."""


class FileTooLarge(TooLarge):
    """The file has more bytes than a document may have."""

    def __init__(self, name: str, limit_bytes: int) -> None:
        super().__init__(
            f"“{name}” is larger than {limit_bytes // (1024 * 1024)} MB, the most that a document may have.",
            hint="Split it into parts.",
        )


class UploadInterrupted(InvalidInput):
    """The file never arrived whole."""

    def __init__(self) -> None:
        super().__init__("The file did not arrive whole.", hint="Add it again.")


class AttemptLost(Exception):
    """The document was cancelled, deleted or taken over: this attempt must write nothing more. Not for people."""
