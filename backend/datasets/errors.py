"""Refusals of datasets."""

from __future__ import annotations

from backend.errors import Conflict, NotFound


class DatasetNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such dataset.")


class VersionNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("The dataset has no such version.")


class ItemNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("The dataset has no such row.")


class StaleDataset(Conflict):
    def __init__(self) -> None:
        super().__init__("Someone else changed this dataset.", hint="Load it again, then make your change.")


class StaleItem(Conflict):
    def __init__(self, row: int) -> None:
        super().__init__(
            f"Someone else changed row {row:04} meanwhile.", hint="Look at it again, then make your change."
        )


class RowRemoved(Conflict):
    def __init__(self, row: int) -> None:
        super().__init__(
            f"Row {row:04}, which the model went by, was removed with the conversation it came from.",
            hint="Let it write again by other rows.",
        )


class NameTaken(Conflict):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is a dataset called “{name}” already.", hint="Choose another name.")


class CannotUndo(Conflict):
    def __init__(self, row: int) -> None:
        super().__init__(
            f"Row {row:04} was changed since, so this cannot be undone alone.", hint="Restore a version instead."
        )
