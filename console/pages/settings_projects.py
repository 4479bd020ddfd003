"""The projects of the organisation."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.asking import question
from console.components.settings.frame import settings_page
from console.components.ui import (
    Column,
    button,
    cell,
    data_table,
    field,
    form_dialog,
    panel,
    phase_view,
    skeleton_rows,
    table_row,
    text_input,
)
from console.state.projects import ProjectsState as Projects

COLUMNS = (Column("Name"), Column("Created", number=True, width="96px", narrow=False), Column("Actions", width="176px"))


def settings_projects() -> rx.Component:
    table = data_table("Projects", COLUMNS, Projects.rows, _row)
    view = phase_view(
        Projects.phase,
        rx.fragment(_organisation(), panel("Projects", table, note=Projects.total)),
        skeleton=panel("Projects", skeleton_rows(168, 60)),
        problem=Projects.problem,
        on_retry=Projects.load,
        what="Projects",
    )
    make = button("New project", Projects.ask_name("", ""), kind="primary", icon="plus")
    acts = (rx.cond(Projects.may, make, rx.fragment()),)
    return settings_page(routes.SETTINGS, view, _naming(), _renaming(), _ending(), acts=acts)


def _row(project: Any) -> rx.Component:
    made = cell(project.made, number=True, narrow=False, title=project.exact)
    acts = rx.el.span(
        button("Rename", Projects.ask_name(project.id, project.name), size="sm", aria_label="Rename " + project.name),
        button("Delete", Projects.ask_end(project.id, project.name), size="sm", aria_label="Delete " + project.name),
        class_name="row",
    )
    allowed = rx.el.td(rx.cond(Projects.may, acts, rx.fragment()))
    return table_row(cell(project.name, name=True), made, allowed, key=project.id)


def _organisation() -> rx.Component:
    act = button("Rename", Projects.ask_organisation, size="sm", aria_label="Rename the organisation")
    return panel(
        "Organisation",
        rx.el.p(Projects.organisation, class_name="pad b"),
        acts=rx.cond(Projects.may, act, rx.fragment()),
    )


def _renaming() -> rx.Component:
    return form_dialog(
        "Rename the organisation",
        field(
            "Name",
            text_input(id="organisation-name", name="name", default_value=Projects.organisation),
            html_for="organisation-name",
            help_text="Members see it in the top bar and in invitations.",
            error=Projects.errors["name"],
        ),
        form="organisation-form",
        identifier="renaming",
        opened=Projects.renaming,
        on_close=Projects.keep,
        on_submit=Projects.rename_organisation,
        keep="Not now",
        act="Rename",
    )


def _naming() -> rx.Component:
    title: Any = rx.cond(Projects.naming_id, "Rename the project", "New project")
    act: Any = rx.cond(Projects.naming_id, "Rename", "Create project")
    return form_dialog(
        title,
        field(
            "Name",
            text_input(id="project-name", name="name", default_value=Projects.name, key=Projects.naming_id),
            html_for="project-name",
            help_text="Every member of the organisation can open it, with their role.",
            error=Projects.errors["name"],
        ),
        form="project-form",
        identifier="naming",
        opened=Projects.naming,
        on_close=Projects.keep,
        on_submit=Projects.save,
        keep="Not now",
        act=act,
    )


def _ending() -> rx.Component:
    return question(
        Projects,
        "end",
        "Delete " + Projects.asked_name + "?",
        rx.el.p(
            "Nobody can open it any more: its flows, knowledge and conversations are closed, "
            "and its API keys stop working."
        ),
        keep="Keep it",
        act="Delete project",
        on_act=Projects.end,
        name=Projects.asked_name,
        typed=Projects.typed,
        on_typed=Projects.type_name,
    )
