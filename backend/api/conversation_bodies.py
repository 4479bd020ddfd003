"""The shapes of conversations over REST. `ConversationBody` has the keys of an API that other systems speak."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, Field

from backend.conversations.details import person_in
from backend.conversations.reports import Report
from backend.conversations.service.reporting import Reported
from backend.paging import MAX_NUMBER

MAX_SESSION = 500
MAX_NAME = 200
MAX_DURATION = 1e15  # means are taken of them
Name = Annotated[str, Field(max_length=MAX_NAME)]


class ConversationBody(BaseModel):
    """`metadata` says the same as `extra_metadata`: one is what was documented, the other what was answered."""

    id: str
    session_id: str
    experiment_id: str | None
    agent_config: str
    agent_name: str
    transcript: dict[str, Any]
    duration: float
    turn_count: int
    user_satisfaction: int | None
    task_completed: bool | None
    extra_metadata: dict[str, Any] | None
    metadata: dict[str, Any] | None
    created_at: datetime

    @classmethod
    def of(cls, reported: Reported) -> ConversationBody:
        conversation = reported.conversation
        return cls(
            id=conversation.id,
            session_id=conversation.session_id or conversation.id,
            experiment_id=conversation.prompt_id,
            agent_config=conversation.agent_config,
            agent_name=conversation.flow_name,
            transcript=reported.transcript,
            duration=conversation.seconds,
            turn_count=conversation.num_turns,
            user_satisfaction=conversation.satisfaction,
            task_completed=conversation.task_completed,
            extra_metadata=reported.details,
            metadata=reported.details,
            created_at=conversation.started_at,
        )


class NewConversationBody(BaseModel):
    """Unknown fields are ignored, as they always were; `metadata` counts where `extra_metadata` is not sent."""

    session_id: str = Field(max_length=MAX_SESSION)
    agent_config: Name
    agent_name: Name
    transcript: dict[str, Any]
    duration: float = Field(allow_inf_nan=False, ge=-MAX_DURATION, le=MAX_DURATION)
    turn_count: int = Field(ge=0, le=MAX_NUMBER)
    experiment_id: str | None = None
    user_satisfaction: int | None = Field(default=None, ge=1, le=5)
    task_completed: bool | None = None
    extra_metadata: dict[str, Any] | None = Field(
        default=None, validation_alias=AliasChoices("extra_metadata", "metadata")
    )

    def report(self) -> Report:
        return Report(
            session_id=self.session_id,
            agent_config=self.agent_config,
            agent_name=self.agent_name,
            transcript=self.transcript,
            duration=self.duration,
            turn_count=self.turn_count,
            satisfaction=self.user_satisfaction,
            task_completed=self.task_completed,
            prompt_id=self.experiment_id,
            details=self.extra_metadata,
            person=person_in(self.extra_metadata),
        )
