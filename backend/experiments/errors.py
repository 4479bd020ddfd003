"""What can be refused about experiments."""

from __future__ import annotations

from backend.errors import Conflict, DomainError, InvalidInput, NotFound

# What a row of the table of experiments is; a judgement scores what stands in the log.
EXPERIMENT, JUDGEMENT = "experiment", "judgement"


class ExperimentNotFound(NotFound):
    def __init__(self, what: str = EXPERIMENT) -> None:
        super().__init__(f"There is no such {what}.", hint="It may have been deleted.")


class WrongState(Conflict):
    """The experiment stands in a state that forbids the act."""

    def __init__(self, act: str, status: str, *, what: str = EXPERIMENT, hint: str = "") -> None:
        super().__init__(f"{'An' if what == EXPERIMENT else 'A'} {what} that is {status} cannot be {act}.", hint=hint)


class StaleDraft(Conflict):
    """Somebody saved the draft after it was read."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this draft meanwhile.", hint="Look at it as it is now, then decide again.")


class AttemptLost(DomainError):
    """Another process carries the experiment now."""


class NothingToCompare(InvalidInput):
    """There is no baseline of that name, or one variant only."""


class GateRefused(Conflict):
    """What should be published has not passed the dataset that it must pass, by this experiment or for want of one."""

    def __init__(self, message: str, *, hint: str = "", experiment_id: str = "") -> None:
        super().__init__(message, hint=hint)
        self.experiment_id = experiment_id
