"""What each role can do, drawn from the one table of permissions."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.identity.types import OF_THE_ORGANISATION, PERMISSIONS, Role
from backend.operator import Permission as May
from console.components.ui import icon, panel
from console.state.members import MembersState as Members

# Every permission stands in one group; a test holds the list to the table.
GROUPS: tuple[tuple[str, tuple[tuple[str, May], ...]], ...] = (
    (
        "Read",
        (
            ("Open the overview, activity and search", May.PROJECT_READ),
            ("Open flows, runs and traces", May.FLOWS_READ),
            ("Read prompts", May.PROMPTS_READ),
            ("Read knowledge", May.KNOWLEDGE_READ),
            ("Read datasets", May.DATASETS_READ),
            ("Read experiments", May.EXPERIMENTS_READ),
            ("Read conversations", May.CONVERSATIONS_READ),
            ("Read annotation queues and their labels", May.ANNOTATIONS_READ),
            ("See models and their prices", May.MODELS_READ),
            ("See members and roles", May.MEMBERS_READ),
        ),
    ),
    (
        "Build",
        (
            ("Edit flows", May.FLOWS_EDIT),
            ("Run flows and tests", May.FLOWS_RUN),
            ("Publish and roll back", May.FLOWS_PUBLISH),
            ("Edit prompts and move labels", May.PROMPTS_EDIT),
            ("Try prompts in the playground", May.PROMPTS_RUN),
            ("Add and delete documents", May.KNOWLEDGE_EDIT),
            ("Edit datasets", May.DATASETS_EDIT),
            ("Import conversations from other systems", May.CONVERSATIONS_INGEST),
            ("Plan experiments", May.EXPERIMENTS_EDIT),
            ("Run experiments, which spends money", May.EXPERIMENTS_RUN),
            ("Use secrets by name", May.SECRETS_READ),
            ("Connect models", May.MODELS_EDIT),
        ),
    ),
    (
        "People in the loop",
        (
            ("Reply as a person", May.CONVERSATIONS_REPLY),
            ("Score answers of experiments", May.EXPERIMENTS_REVIEW),
            ("Label items in annotation queues", May.ANNOTATIONS_LABEL),
            ("Create and fill annotation queues", May.ANNOTATIONS_EDIT),
            ("Decide on waiting approvals", May.FLOWS_APPROVE),
            ("Approve a protected label, but never your own change", May.PROMPTS_APPROVE),
            ("Write scoring code and approve that of others", May.EXPERIMENTS_CODE),
        ),
    ),
    (
        "Organisation",
        (
            ("Members and roles", May.MEMBERS_MANAGE),
            ("Set secrets", May.SECRETS_EDIT),
            ("API keys", May.KEYS_MANAGE),
            ("Name projects", May.PROJECT_MANAGE),
            ("Audit log", May.AUDIT_READ),
            ("Connect models and webhooks on a private network", May.MODELS_PRIVATE),
            ("Create and delete projects, set up sign-in", May.ORGANISATION_MANAGE),
            ("Let support in", May.SUPPORT_GRANT),
        ),
    ),
)


def matrix() -> rx.Component:
    """Draw the table; the column of the chosen member's role is marked."""
    heads = [_head(role) for role in Role]
    parts: list[rx.Component] = []
    for title, rows in GROUPS:
        parts.append(rx.el.tr(rx.el.th(title, col_span=6, scope="rowgroup"), class_name="gr"))
        parts += [_row(words, permission) for words, permission in rows]
    table = rx.el.table(
        rx.el.caption("What each role can do", class_name="sr"),
        rx.el.thead(rx.el.tr(rx.el.th(rx.el.span("May", class_name="sr"), scope="col"), *heads)),
        rx.el.tbody(*parts),
        class_name="mx",
    )
    given = rx.cond(
        Members.shown_given != Members.shown_role,
        rx.el.span(" here, ", Members.shown_given.capitalize(), " elsewhere"),
        rx.fragment(),
    )
    shown: Any = rx.cond(
        Members.shown,
        rx.el.span("Showing ", Members.shown_role.capitalize(), given, ", as held by ", Members.shown_name),
        "",
    )
    words = "Each role can do everything that the roles to its right can. Nobody can change their own role."
    return panel(
        "What each role can do",
        rx.el.div(table, class_name="scroll", tab_index=0, role="region", aria_label="Roles"),
        rx.el.div(words, class_name="pfoot"),
        acts=rx.el.span(shown, class_name="t12 t2 shown"),
        class_name="roles",
    )


def _marked(role: Role, permission: May | None = None) -> Any:
    """Mark the column that counts: what reaches beyond a project follows the organisation's role everywhere."""
    counts = Members.shown_given if permission in OF_THE_ORGANISATION else Members.shown_role
    return rx.cond(counts == role.value, "col", "")


def _head(role: Role) -> rx.Component:
    number = Members.counts[role.value]
    return rx.el.th(
        rx.el.b(role.value.capitalize()), rx.el.span(number, class_name="t2"), scope="col", class_name=_marked(role)
    )


def _row(words: str, permission: May) -> rx.Component:
    cells = [
        rx.el.td(
            icon("check", small=True) if permission in PERMISSIONS[role] else rx.el.span("·", aria_hidden="true"),
            rx.el.span("Yes" if permission in PERMISSIONS[role] else "No", class_name="sr"),
            class_name=_marked(role, permission),
        )
        for role in Role
    ]
    return rx.el.tr(rx.el.th(words, scope="row"), *cells)
