"""The design tokens as Python names, and the list of stylesheets. assets/tokens.css decides the values."""

from __future__ import annotations

# One small file per piece; a feature adds its own at the end. The build makes one stylesheet of them.
PIECES = (
    "base",
    "frame",
    "rail",
    "button",
    "field",
    "choice",
    "tabs",
    "status",
    "mark",
    "panel",
    "table",
    "progress",
    "code",
    "message",
    "markdown",
    "menu",
    "suggest",
    "port",
    "state",
    "notice",
    "dialog",
    "palette",
    "sheet",
    "panes",
    "chart",
)
FEATURES: tuple[str, ...] = (
    "activity",
    "approvals",
    "approval_card",
    "design_states",
    "design",
    "conversations",
    "chosen",
    "transcript",
    "remarks",
    "trace",
    "flow_canvas",
    "flow_desk",
    "knowledge",
    "upload",
    "document",
    "dataset",
    "dataset_grid",
    "dataset_import",
    "dataset_writing",
    "first_run",
    "home",
    "dashboards",
    "alerts",
    "models",
    "models_pane",
    "members",
    "audit",
    "prompts",
    "prompt_versions",
    "prompt_editor",
    "playground",
    "replay",
    "experiment_picture",
    "experiments",
    "experiment_answer",
    "experiment_form",
    "experiment_review",
    "experiment_said",
    "annotation",
)
STYLESHEETS = ["/css/fonts.css", "/tokens.css", *(f"/css/{name}.css" for name in (*PIECES, *FEATURES))]


def token(name: str) -> str:
    """Return the CSS expression of a token, for the few styles that Python must set."""
    return f"var(--{name})"
