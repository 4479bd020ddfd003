"""The projects of the organisation."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.settings.frame import settings_page
from console.components.ui import Column, cell, data_table, panel, phase_view, skeleton_rows, table_row
from console.state.projects import ProjectsState as Projects

COLUMNS = (Column("Name"), Column("Made", number=True, width="96px", narrow=False))


def settings_projects() -> rx.Component:
    table = data_table("Projects", COLUMNS, Projects.rows, _row)
    view = phase_view(
        Projects.phase,
        panel("Projects", table, note=Projects.total),
        skeleton=panel("Projects", skeleton_rows(168, 60)),
        problem=Projects.problem,
        on_retry=Projects.load,
        what="Projects",
    )
    return settings_page(routes.SETTINGS, view)


def _row(project: Any) -> rx.Component:
    made = cell(project.made, number=True, narrow=False, title=project.exact)
    return table_row(cell(project.name, name=True), made, key=project.id)
