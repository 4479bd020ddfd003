"""The rows of a dataset: grid, import and the row that is looked at. Sources: assets/dataset_grid/.

The browser fetches and writes rows over the REST API, so that ten thousand of them never pass through the state.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

# On a button of the head: what it does in the grid.
ADD_ROW = {"data-dataset-act": "add"}
IMPORT = {"data-dataset-act": "import"}
WRITE = {"data-dataset-act": "write"}


class DatasetGrid(rx.NoSSRComponent):
    """`at` is the version to show, 0 for the newest. `on_change` tells the number of a version that was made."""

    library = "$/public/dataset_grid/index.jsx"
    tag = "DatasetGrid"

    url: rx.Var[str]
    project: rx.Var[str]
    at: rx.Var[int]
    since: rx.Var[int]
    can_edit: rx.Var[bool]
    input_schema: rx.Var[dict[str, Any]]
    expected_schema: rx.Var[dict[str, Any]]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(int)]
