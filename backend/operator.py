"""Who asks, for which project, and what they may do: the first argument of every use case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from backend.errors import Forbidden


class Permission(StrEnum):
    """An area and an act. API keys carry these as scopes under the same names."""

    PROJECT_READ = "project:read"
    EXPERIMENTS_READ = "experiments:read"
    EXPERIMENTS_EDIT = "experiments:edit"
    EXPERIMENTS_RUN = "experiments:run"  # spend money on one
    EXPERIMENTS_REVIEW = "experiments:review"  # score answers that wait for a person
    EXPERIMENTS_CODE = "experiments:code"  # write Python that scores, and approve that of others, never one's own
    FLOWS_READ = "flows:read"
    FLOWS_EDIT = "flows:edit"
    FLOWS_PUBLISH = "flows:publish"
    FLOWS_RUN = "flows:run"
    FLOWS_APPROVE = "flows:approve"  # decide for a run that waits, and let a protected flow out
    PROMPTS_READ = "prompts:read"
    PROMPTS_EDIT = "prompts:edit"
    PROMPTS_RUN = "prompts:run"
    PROMPTS_APPROVE = "prompts:approve"  # let a protected label move, never for one's own change
    KNOWLEDGE_READ = "knowledge:read"
    KNOWLEDGE_EDIT = "knowledge:edit"
    DATASETS_READ = "datasets:read"
    DATASETS_EDIT = "datasets:edit"
    MODELS_READ = "models:read"
    MODELS_EDIT = "models:edit"
    # Of the owner alone: let one provider lie on this machine or in its network.
    MODELS_PRIVATE = "models:private-address"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_REPLY = "conversations:reply"
    ANNOTATIONS_READ = "annotations:read"
    ANNOTATIONS_LABEL = "annotations:label"  # label what waits in an annotation queue
    ANNOTATIONS_EDIT = "annotations:edit"
    CONVERSATIONS_INGEST = "conversations:ingest"  # what was held elsewhere: all that an exporter needs
    SECRETS_READ = "secrets:read"  # names only: no value ever comes back
    SECRETS_EDIT = "secrets:edit"
    KEYS_MANAGE = "keys:manage"
    MEMBERS_READ = "members:read"
    MEMBERS_MANAGE = "members:manage"
    AUDIT_READ = "audit:read"
    PROJECT_MANAGE = "project:manage"
    # Projects are made and ended, ways to sign in are chosen, and support is let in, by the organisation.
    ORGANISATION_MANAGE = "organisation:manage"
    SUPPORT_GRANT = "support:grant"


@dataclass(frozen=True, slots=True)
class Operator:
    """A signed-in person or an API key, already checked, in one project."""

    user_id: str
    name: str
    organisation_id: str
    project_id: str
    permissions: frozenset[Permission]
    via: Literal["session", "key", "system"]
    key_id: str = ""
    """The API key that acts, empty for a person."""
    # The names of roles: in this project, and in its organisation.
    role: str = ""
    organisation_role: str = ""
    session_id: str = ""
    # Who really acts where support stands in for the person; empty while everybody is themself.
    support_id: str = ""
    support_name: str = ""

    @property
    def actor(self) -> tuple[str, str, str]:
        """The id, the name and the way of whoever answers for what is done: of support, with the name acted under."""
        if self.support_id:
            return self.support_id, f"{self.support_name} for {self.name}", "support"
        return self.user_id, self.name, self.via

    def is_one_of(self, *person_ids: str) -> bool:
        """Say whether the person acted under, or the one who really acts, is among them; empty ids are nobody."""
        return bool(({self.user_id, self.support_id} - {""}) & set(person_ids))

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise Forbidden unless the permission is held."""
        if permission in self.permissions:
            return
        area, _, act = permission.value.partition(":")
        deed = f"{act.replace('-', ' ')} {area.replace('-', ' ')}"
        if self.via == "key":
            hint = f"Give it the scope {permission.value}, or use another key."
            raise Forbidden(f"This key may not {deed}.", hint=hint)
        who = f"The role {self.role} may not" if self.role else "You may not"
        hint = f"Ask an owner or admin for a role with {permission.value}."
        raise Forbidden(f"{who} {deed}.", hint=hint)

    def require_self(self) -> None:
        """Raise Forbidden where support acts: an account, and belonging to an organisation, are the person's own."""
        if self.support_id:
            raise Forbidden(f"Only {self.name} may do that, not support.", hint="Stop acting for them first.")
