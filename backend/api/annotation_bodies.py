"""The shapes of annotation queues over REST."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from backend.annotations.configs import config_values, configs_of
from backend.annotations.types import (
    MAX_ADDED,
    MAX_LABELS,
    MAX_LOCK_MINUTES,
    Agreement,
    Labeller,
    NewQueue,
    Queue,
    QueueItem,
    Target,
    Turned,
)
from backend.api.bodies import Strict
from backend.experiments.types import Drift


class OptionBody(Strict):
    """`key` is one letter or digit; empty: a number in order, or y and n."""

    name: str
    key: str = ""


class ConfigBody(Strict):
    """A score. `options` belong to a category, or give yes and no other keys; `low` and `high` to a number.

    `good` is `yes` (as where it is empty), `no` or `none` of a boolean, `none`, `higher` or `lower` of a number.
    """

    name: str
    kind: Literal["boolean", "category", "number", "text"] = "boolean"
    question: str = ""
    options: list[OptionBody] = Field(default_factory=list, max_length=20)
    low: float = Field(default=0.0, allow_inf_nan=False)
    high: float = Field(default=1.0, allow_inf_nan=False)
    good: Literal["", "yes", "no", "higher", "lower", "none"] = ""


class PersonBody(Strict):
    id: str
    name: str


class NewQueueBody(Strict):
    """Without `people`, everybody labels who may."""

    name: str
    configs: Annotated[list[ConfigBody], Field(max_length=20)]
    instructions: str = ""
    people: list[PersonBody] = Field(default_factory=list, max_length=200)
    num_labels: Annotated[int, Field(ge=1, le=MAX_LABELS)] = 1
    lock_minutes: Annotated[int, Field(ge=1, le=MAX_LOCK_MINUTES)] = 10

    def about(self) -> NewQueue:
        return NewQueue(
            name=self.name,
            configs=configs_of([one.model_dump() for one in self.configs]),
            instructions=self.instructions,
            people=tuple(Labeller(one.id, one.name) for one in self.people),
            num_labels=self.num_labels,
            lock_minutes=self.lock_minutes,
        )


class ChangedQueueBody(NewQueueBody):
    """`version` is the one that was read; 409 where somebody has saved since."""

    version: int


class QueueBody(BaseModel):
    id: str
    name: str
    instructions: str
    configs: list[dict[str, Any]]
    people: list[PersonBody]
    num_labels: int
    lock_minutes: int
    version: int
    num_items: int
    num_done: int
    created_by: str
    created_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, queue: Queue) -> QueueBody:
        about = queue.about
        return cls(
            id=queue.id,
            name=about.name,
            instructions=about.instructions,
            configs=[config_values(one) for one in about.configs],
            people=[PersonBody(id=one.id, name=one.name) for one in about.people],
            num_labels=about.num_labels,
            lock_minutes=about.lock_minutes,
            version=queue.version,
            num_items=queue.num_items,
            num_done=queue.num_done,
            created_by=queue.created_by,
            created_at=queue.created_at,
            closed_at=queue.closed_at,
        )


class QueueList(BaseModel):
    queues: list[QueueBody]
    next: str | None


class TargetBody(Strict):
    """A conversation, or one answer in it."""

    conversation_id: str
    message_id: str = ""

    def target(self) -> Target:
        return Target(self.conversation_id, self.message_id)


class NewItems(Strict):
    items: Annotated[list[TargetBody], Field(max_length=MAX_ADDED)]


class Added(BaseModel):
    """How many were not in the queue before."""

    added: int


class Assignment(Strict):
    """Ids of items, and who alone is offered them; null offers them to everybody."""

    items: Annotated[list[str], Field(max_length=MAX_ADDED)]
    person: PersonBody | None


class Assigned(BaseModel):
    assigned: int


class Clearing(Strict):
    """What waits goes, with `with_done` everything."""

    with_done: bool = False


class Cleared(BaseModel):
    removed: int


class AnnotationBody(BaseModel):
    person: PersonBody
    values: dict[str, bool | float | str]
    labelled_at: datetime


class ItemBody(BaseModel):
    id: str
    conversation_id: str
    message_id: str
    title: str
    is_done: bool
    held_by: str
    assigned: PersonBody | None
    annotations: list[AnnotationBody]

    @classmethod
    def of(cls, item: QueueItem) -> ItemBody:
        said = [
            AnnotationBody(
                person=PersonBody(id=one.person.id, name=one.person.name),
                values=one.values,
                labelled_at=one.labelled_at,
            )
            for one in item.annotations
        ]
        return cls(
            id=item.id,
            conversation_id=item.target.conversation_id,
            message_id=item.target.message_id,
            title=item.title,
            is_done=item.is_done,
            held_by=item.held_by,
            assigned=PersonBody(id=item.assigned.id, name=item.assigned.name) if item.assigned else None,
            annotations=said,
        )


class ItemList(BaseModel):
    items: list[ItemBody]
    next: str | None


class LabelBody(Strict):
    """`name` is the score's; `value` is true or false, an option, a number, or words."""

    name: str
    value: bool | float | str


class TaskBody(BaseModel):
    """What a labeller has open; `asked` is the score that is asked next, null for none."""

    item_id: str
    conversation_id: str
    message_id: str
    values: dict[str, bool | float | str]
    asked: dict[str, Any] | None
    locked_until: datetime


class TurnedBody(BaseModel):
    """`task` is null when nothing waits for the one who asks."""

    task: TaskBody | None
    num_items: int
    num_done: int
    num_mine: int
    num_skipped: int

    @classmethod
    def of(cls, turned: Turned) -> TurnedBody:
        task, open_ = turned.task, None
        if task is not None:
            open_ = TaskBody(
                item_id=task.item_id,
                conversation_id=task.target.conversation_id,
                message_id=task.target.message_id,
                values=task.values,
                asked=config_values(task.asked) if task.asked else None,
                locked_until=task.locked_until,
            )
        return cls(task=open_, **asdict(turned.progress))


class AgreementBody(BaseModel):
    """`kappa`, null where it is not defined, with its 95 % interval from `low` to `high`, null of fewer than 20 items.

    `experiment_id` is empty between people, and for a judge that was asked about the log: then `version` is its own.
    `drift` says of one that was changed whether its agreement is "unmeasured" since, "worse" or the "same" as `before`.
    """

    config: str
    one: str
    other: str
    num_items: int
    share_equal: float
    kappa: float | None
    low: float | None
    high: float | None
    is_weighted: bool
    experiment_id: str
    version: str
    drift: Drift
    before: float | None

    @classmethod
    def of(cls, agreement: Agreement) -> AgreementBody:
        return cls(**asdict(agreement))


class AgreementLists(BaseModel):
    people: list[AgreementBody]
    judges: list[AgreementBody]
