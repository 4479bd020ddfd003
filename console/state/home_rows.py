"""Rows of the home, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend.experiments.types import Experiment
from backend.flows.types import Run
from backend.overview.types import FlowLine
from console import routes
from console.state import formats
from console.state.flows_rows import RUN_MARKS, RUN_WORDS


@dataclass(frozen=True)
class FlowRow:
    id: str
    name: str
    href: str
    version: str
    mark: str
    words: str
    heavy: bool
    when: str
    run_href: str


@dataclass(frozen=True)
class RunRow:
    id: str
    href: str
    name: str
    mark: str
    words: str
    when: str


@dataclass(frozen=True)
class ExperimentRow:
    """An experiment under way: `percent` of its answers ended, `left` says how many, and how long the rest takes."""

    id: str
    href: str
    name: str
    percent: int
    left: str


def flow_row(line: FlowLine, zone: tzinfo, at: datetime) -> FlowRow:
    flow, last = line.flow, line.flow.last_run
    mark, words = (RUN_MARKS[last.status], RUN_WORDS[last.status]) if last else ("queued", "Never ran")
    return FlowRow(
        id=flow.id,
        name=flow.name,
        href=routes.to(routes.FLOW, flow.slug),
        version=f"v{flow.published_version}" if flow.published_version else "draft",
        mark=mark,
        words=words,
        heavy=mark == "fail",
        when=formats.day(last.created_at, zone, at) if last else "",
        run_href=routes.to(routes.RUN, last.id) if last else "",
    )


def experiment_row(found: Experiment) -> ExperimentRow:
    progress = found.progress
    ended = progress.num_done + progress.num_failed
    left = f", about {formats.roughly(progress.eta_seconds * 1e3)} left" if progress.eta_seconds is not None else ""
    return ExperimentRow(
        id=found.id,
        href=routes.to(routes.EXPERIMENT, found.id),
        name=found.name,
        percent=100 * ended // progress.num_cells if progress.num_cells else 0,
        left=f"{formats.count(ended)} of {formats.counted(progress.num_cells, 'answer')}{left}",
    )


def run_row(run: Run, zone: tzinfo, at: datetime) -> RunRow:
    mark, words = RUN_MARKS[run.status], RUN_WORDS[run.status]
    return RunRow(
        id=run.id,
        href=routes.to(routes.RUN, run.id),
        name=run.flow_name,
        mark=mark,
        words=words,
        when=f"since {formats.clock(run.started_at or run.created_at, zone, at)}",
    )
