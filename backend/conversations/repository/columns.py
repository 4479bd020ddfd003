"""What the filters choose by, where a row writes it in another way than they do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func
from sqlmodel import col

from backend.conversations.mixes import BETWEEN as MIXED
from backend.conversations.models import ConversationRow
from backend.conversations.types import AGENT
from backend.conversations.used_models import BETWEEN


def has_model(name: str, dialect: str) -> ColumnElement[bool]:
    """Tell the rows that keep a model; not by LIKE, for which SQLite takes large letters for small ones."""
    place = func.instr if dialect == "sqlite" else func.strpos
    return place(BETWEEN + _as_mixed(ConversationRow.model) + BETWEEN, f"{BETWEEN}{name}{BETWEEN}") > 0


def _as_mixed(column: Any) -> ColumnElement[str]:
    """Write a name as the mix has it: what is counted under it is found by it, whatever others put into a name."""
    return func.replace(col(column), MIXED, " ")


def prompt_column() -> ColumnElement[str]:
    """Write a prompt and its version as `prompt_choice` does."""
    name = _as_mixed(ConversationRow.prompt_name)
    return case((name == "", ""), else_=name + " v" + cast(col(ConversationRow.prompt_version), String))


def version_column() -> ColumnElement[str]:
    """Write the version of a flow as `version_choice` does."""
    return col(ConversationRow.flow_id) + " v" + cast(col(ConversationRow.version), String)


def version_name() -> ColumnElement[str]:
    """Write a version of a flow as people call it; what ran elsewhere has none."""
    name, number = col(ConversationRow.flow_name), col(ConversationRow.version)
    elsewhere = col(ConversationRow.flow_id).startswith(AGENT)
    return case((number > 0, name + " v" + cast(number, String)), (elsewhere, name), else_=name + " draft")
