"""The areas that exist, in the order of the rail. An area without a page has no row."""

from __future__ import annotations

from dataclasses import dataclass

from console import routes


@dataclass(frozen=True)
class Area:
    """A row of the rail: its word, its icon, the key after G, and the shorter word of the narrow tab bar."""

    name: str
    route: str
    icon: str
    key: str
    short: str = ""


GROUPS: tuple[tuple[str, tuple[Area, ...]], ...] = (
    (
        "Watch",
        (
            Area("Overview", routes.OVERVIEW, "gauge", "O", "Overview"),
            Area("Conversations", routes.CONVERSATIONS, "messages-square", "C", "Conversations"),
            Area("Dashboards", routes.DASHBOARDS, "chart-line", "H"),
            Area("Alerts", routes.ALERTS, "bell", "W"),
            Area("Runs", routes.RUNS, "list-tree", "T"),
            Area("Approvals", routes.APPROVALS, "hand", "A", "Approvals"),
            Area("Activity", routes.ACTIVITY, "activity", "Y"),
        ),
    ),
    (
        "Build",
        (
            Area("Flows", routes.FLOWS, "waypoints", "F", "Flows"),
            Area("Prompts", routes.PROMPTS, "square-pen", "P"),
            Area("Knowledge", routes.KNOWLEDGE, "library", "K"),
            Area("Models", routes.MODELS, "cpu", "M"),
        ),
    ),
    (
        "Test",
        (
            Area("Datasets", routes.DATASETS, "table-2", "D"),
            Area("Experiments", routes.EXPERIMENTS, "flask-conical", "E"),
            Area("Annotation", routes.ANNOTATION, "list-checks", "N"),
        ),
    ),
    (
        "Workspace",
        (Area("Members", routes.MEMBERS, "users", "U"), Area("Settings", routes.SETTINGS, "settings-2", "S")),
    ),
)
AREAS: tuple[Area, ...] = tuple(area for _, areas in GROUPS for area in areas)
# Five fit in the narrow tab bar: these four, and More for the rest.
TABS: tuple[Area, ...] = tuple(area for area in AREAS if area.short)
MORE: tuple[Area, ...] = tuple(area for area in AREAS if not area.short)


@dataclass(frozen=True)
class Act:
    """A line of the palette that does something: a theme, `keys`, `sign-out`, or a page to go to."""

    name: str
    note: str = ""
    act: str = ""
    route: str = ""


ACTS: tuple[Act, ...] = (
    Act("Live tests", "A/B of prompts", route=routes.LIVE_TESTS),
    Act("Use the light theme", act="light"),
    Act("Use the dark theme", act="dark"),
    Act("Use the theme of the system", act="system"),
    Act("Show all keys", "?", act="keys"),
    Act("About Signalbox", route=routes.ABOUT),
    Act("Sign out", act="sign-out"),
)
