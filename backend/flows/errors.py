"""Refusals of flows."""

from __future__ import annotations

from datetime import datetime

from backend.errors import Conflict, DomainError, GoesOn, InvalidInput, NotFound, Unavailable


class StaleDraft(Conflict):
    """The draft was saved by somebody else meanwhile; `version` is what stands now."""

    def __init__(self, version: int, saved_by: str, saved_at: datetime) -> None:
        super().__init__(
            f"{saved_by} saved this draft at {saved_at:%H:%M:%S} UTC, so yours is not written over it.",
            hint="Load the newer draft and make your change again.",
        )
        self.version = version
        self.saved_by = saved_by
        self.saved_at = saved_at


class OperationRefused(InvalidInput):
    """An edit does not fit the document it was meant for."""


class DocumentUnreadable(InvalidInput):
    """What is stored is no flow document of this release."""

    def __init__(self) -> None:
        super().__init__("The stored flow cannot be read by this release.", hint="Start the release that wrote it.")


class FlowHasProblems(Conflict):
    """A flow with errors cannot be published or run."""


class NodeFailed(DomainError):
    """A node ended with an error and its policy lets the run end with it."""

    def __init__(self, node: str, plate: int, title: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.node = node
        self.plate = plate
        self.title = title


class RunLimitReached(DomainError):
    """The run used up its seconds, steps, tokens or money."""


class RunCancelled(DomainError):
    """Somebody cancelled the run."""


class Fenced(Unavailable):
    """Another process has taken the run over: drop it and write nothing."""


class RunInterrupted(GoesOn):
    """This process ends; what the run has done is kept, and its next start goes on behind it."""


class WaitsForPerson(DomainError):
    """A node has asked a person who has not decided yet."""

    def __init__(self, approval_id: str) -> None:
        super().__init__("It waits for a person.")
        self.approval_id = approval_id


class RunWaits(DomainError):
    """Nothing of the run can go on before a person decides: its row says so, and no process carries it."""

    def __init__(self, waits_for: tuple[str, ...]) -> None:
        super().__init__("The run waits for a person.")
        self.waits_for = waits_for


class ConversationHeld(DomainError):
    """A person answers this conversation: the run was written down and waits for them."""

    def __init__(self, run_id: str, conversation_id: str) -> None:
        super().__init__("A person answers this conversation.")
        self.run_id, self.conversation_id = run_id, conversation_id


class RecordRefused(GoesOn):
    """The database did not take what a run did: it is left as it stands, and gone on with later."""


class FlowNotFound(NotFound):
    """No flow of that id or slug in this project."""


class VersionNotFound(NotFound):
    """The flow has no such version."""


class ApprovalNotFound(NotFound):
    """No approval of that id in this project."""


class RunNotFound(NotFound):
    """No run of that id in this project."""
