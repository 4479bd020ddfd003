"""Refusals of the log."""

from __future__ import annotations

from backend.errors import Conflict, NotFound


class ConversationNotFound(NotFound):
    """No such conversation in this project, or it was deleted. The words are part of an API that others speak."""

    def __init__(self) -> None:
        super().__init__("Conversation not found")


class UndoPassed(ConversationNotFound):
    """What was deleted is removed for good."""

    def __init__(self) -> None:
        NotFound.__init__(self, "It is gone for good.", hint="What is deleted can be brought back for an hour.")


class MessageNotFound(NotFound):
    """No such answer in this project."""


class CommentNotFound(NotFound):
    """No such comment in this project."""


class JudgedMeanwhile(Conflict):
    """Somebody else has judged the answer since it was read."""


class ViewNotFound(NotFound):
    """No such saved view in this project."""


class StaleView(Conflict):
    def __init__(self, name: str, by: str) -> None:
        super().__init__(
            f"“{name}” was saved by {by or 'somebody'} meanwhile.",
            hint="Save again to replace it, or take another name.",
        )


class ConversationOfAnotherFlow(Conflict):
    """A conversation goes on with the flow that started it."""


class ImportCut(Conflict):
    """Somebody removed some of a file's conversations before all had come in."""

    def __init__(self) -> None:
        super().__init__(
            "Some of these conversations were removed while the others came in, so none of them is kept.",
            hint="Import the file again.",
        )
