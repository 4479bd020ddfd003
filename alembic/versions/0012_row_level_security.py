"""row level security."""

from __future__ import annotations

from alembic import op
from backend.row_security import of_organisation, of_parent, of_project, open_up, protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OF_PROJECTS = (
    "chunk",
    "conversation",
    "demo",
    "document",
    "feedback",
    "flow",
    "flow_snapshot",
    "flow_version",
    "idempotency",
    "knowledge_base",
    "message",
    "model_default",
    "provider",
    "provider_model",
    "run",
    "secret",
    "variable",
)
OF_ORGANISATIONS = ("api_key", "audit_event", "audit_head", "group_rule", "invitation", "member", "sign_in_policy")
CONDITIONS = {
    **dict.fromkeys(OF_PROJECTS, of_project()),
    **dict.fromkeys(OF_ORGANISATIONS, of_organisation()),
    "organisation": of_organisation("id"),
    # Work that knows its project alone finds it without the name of its organisation.
    "project": f"{of_organisation()} OR {of_project('id')}",
    "project_role": of_parent("project", "project_id"),
    "node_run": of_parent("run", "run_id"),
}


def upgrade() -> None:
    protect(op, CONDITIONS)


def downgrade() -> None:
    open_up(op, CONDITIONS)
