"""One experiment: verdicts, the trade-off, and its rows side by side."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes
from console.components.experiments.called import called
from console.components.experiments.code_panel import code_that_is_decided, code_that_waits, refuse_code_dialog
from console.components.experiments.drafted import delete_draft_dialog, draft_acts, drafted, variants_table
from console.components.experiments.nodes import by_node
from console.components.experiments.opened_cell import opened_cell_dialog
from console.components.experiments.promoting import promote_button, promote_dialog, promote_other, promoted
from console.components.experiments.renewing import outdated
from console.components.experiments.repeated import repeated
from console.components.experiments.requiring import require_dialog
from console.components.experiments.rows import rows_panel
from console.components.experiments.running_again import again_button, again_dialog
from console.components.experiments.score_otherwise import score_otherwise
from console.components.experiments.spread import spread
from console.components.experiments.trade_off import trade_off
from console.components.experiments.verdicts import verdicts
from console.components.shell import body, page_head, shell
from console.components.ui import (
    TRIGGER,
    banner,
    button,
    icon_button,
    link_button,
    menu,
    menu_item,
    menu_link,
    meter,
    panel,
    phase_view,
    skeleton_rows,
    status,
)
from console.state.experiment import ExperimentState as One
from console.state.experiment_asked import SCORES_OLDER
from console.state.experiment_draft import ExperimentDraftState as Drafted
from console.state.experiment_require import ExperimentRequireState as Require


def experiment() -> rx.Component:
    return shell(
        routes.EXPERIMENTS,
        _head(),
        phase_view(
            One.phase,
            body(
                code_that_waits(),
                drafted(),
                _scores(),
                _going(),
                _said(),
                promoted(),
                _asked(),
                _since(),
                outdated(),
                _compared(),
                code_that_is_decided(),
            ),
            skeleton=skeleton_rows(160, 260, 80, count=8),
            problem=One.problem,
            on_retry=[One.load, Drafted.load],
            what="The experiment",
        ),
        opened_cell_dialog(),
        promote_dialog(),
        require_dialog(),
        again_dialog(),
        delete_draft_dialog(),
        refuse_code_dialog(),
        of=One.address,
    )


def _head() -> rx.Component:
    state = One.line.status
    new = rx.Var.create(routes.EXPERIMENT_NEW)
    export = link_button("Export", One.as_csv, icon="download", download=True, reload_document=True)
    like = link_button("Copy", new + "?like=" + One.experiment_id, icon="copy")
    score = link_button("Score again", new + "?scores=" + One.experiment_id, icon="list-checks", class_name="hide-s")
    review = link_button(One.waiting, routes.EXPERIMENT_REVIEW.partition("[")[0] + One.experiment_id, icon="hand")
    promote = rx.cond(One.cards, promote_button(), rx.fragment())
    again = rx.cond(One.line.retry, button(One.line.retry, One.retry), rx.fragment())
    rest = rx.cond(One.line.goes_on, button("Resume", One.resume, kind="primary"), rx.fragment())
    acts = rx.match(
        state,
        ("draft", draft_acts(like)),
        ("running", rx.fragment(button("Pause", One.pause, icon="pause"), button("Cancel", One.cancel))),
        (
            "paused",
            rx.fragment(
                button("Cancel", One.cancel),
                rx.cond(One.line.stays, rx.fragment(), button("Stay paused", One.pause)),
                button("Resume", One.resume, kind="primary"),
            ),
        ),
        ("failed", rx.fragment(rx.cond(One.rows, export, rx.fragment()), like, again, rest)),
        (
            "done",
            rx.el.span(again, again_button(), score, _more(), promote, class_name="row wrap xp-acts"),
        ),
        rx.fragment(export, like, again),
    )
    return page_head(
        rx.cond(One.line, One.line.name, "Experiment"),
        rx.cond(One.waiting, review, rx.fragment()),
        rx.cond(One.line & One.may_edit, acts, rx.fragment()),
        crumb=rx.el.span(rx.el.a("Experiments", href=routes.EXPERIMENTS), " /", class_name="hide-s"),
        state=rx.cond(
            One.line,
            rx.fragment(
                status(One.line.mark, One.line.words),
                rx.el.span(One.line.dataset, class_name="sub hide-s", dir="auto"),
            ),
            rx.fragment(),
        ),
    )


def _more() -> rx.Component:
    """Gather what is done seldom."""
    new = rx.Var.create(routes.EXPERIMENT_NEW)
    require = menu_item("Require for production", Require.ask, icon="shield-check")
    return menu(
        icon_button("ellipsis", "More", kind="", custom_attrs=TRIGGER),
        menu_link("Score again", new + "?scores=" + One.experiment_id, icon="list-checks", class_name="only-s"),
        menu_link("Copy", new + "?like=" + One.experiment_id, icon="copy"),
        menu_link("Export", One.as_csv, icon="download", download=True, reload_document=True),
        rx.cond(One.cards, require, rx.fragment()),
        label="More",
        align="right",
    )


def _going() -> rx.Component:
    """Show how far it is, or how far it came."""
    words = rx.el.span(One.line.progress, ", ", One.line.cost, rx.cond(One.line.left, f", {One.line.left}", ""))
    return rx.cond(
        (One.line.status != "draft") & (One.line.status != "done") & (One.line.progress != ""),
        rx.el.div(meter(One.line.percent, "Answers", width="160px"), words, class_name="row"),
        rx.fragment(),
    )


def _said() -> rx.Component:
    """Say why it ended as it did."""
    lead = rx.cond(One.line.goes_on, "It ended early.", "It failed.")
    failed = banner("fail", lead, One.line.error)
    waits = banner("wait", "It waits.", One.line.error)
    refused = banner("wait", "A model keeps it waiting.", One.line.error)
    said = rx.cond(
        One.line.error,
        rx.match(
            One.line.status,
            ("failed", failed),
            ("paused", waits),
            ("running", refused),
            rx.el.p(One.line.error, class_name="t2"),
        ),
        rx.fragment(),
    )
    in_vain = rx.cond(One.line.in_vain, rx.el.p(One.line.in_vain, class_name="t2"), rx.fragment())
    return rx.fragment(said, in_vain)


def _asked() -> rx.Component:
    """Say what is compared where no verdict stands yet."""

    asked = panel(
        "Compares",
        variants_table(One.asked),
        note=One.asks,
        class_name="xf-alone",
    )
    return rx.cond((One.asked.length() > 0) & ~One.cards & (One.line.status != "done"), asked, rx.fragment())


def _scores() -> rx.Component:
    """Say of an experiment that asked for no answers whose it scores, and what that cost."""
    name = rx.cond(One.scored_href, rx.el.a(One.scored, href=One.scored_href, dir="auto"), One.scored)
    words = rx.el.p("Scores the answers of ", name, ". ", One.scoring_cost, " ", SCORES_OLDER, class_name="t2")
    return rx.cond((One.scored != "") & (One.line.status != "draft"), words, rx.fragment())


def _since() -> rx.Component:
    """Say which rows turned since the run before."""
    since: Any = One.since
    none = rx.cond(
        (since.fixed == "") & (since.broken == "") & (since.added == ""),
        rx.el.span("no row passes or fails that did not before.", class_name="t2"),
    )
    return rx.cond(
        One.since,
        rx.el.p(
            rx.el.span(
                "Since ",
                rx.el.a(since.name, href=since.href, dir="auto"),
                rx.cond(since.by, rx.fragment(", by ", rx.el.bdi(since.by)), rx.fragment()),
                ":",
            ),
            rx.cond(since.fixed, status("ok", since.fixed), rx.fragment()),
            rx.cond(since.broken, status("fail", since.broken), rx.fragment()),
            rx.cond(since.added, rx.el.span(since.added, class_name="t2"), rx.fragment()),
            none,
            rx.cond(since.judges, rx.el.span(since.judges, class_name="t2"), rx.fragment()),
            class_name="row wrap",
        ),
        rx.fragment(),
    )


def _compared() -> rx.Component:
    return rx.cond(
        One.cards,
        rx.fragment(
            rx.el.div(
                rx.el.p(One.advice, class_name="lead", dir="auto"),
                rx.el.span(
                    _choice("Compare", One.baseline, One.choose_baseline, "baseline"),
                    _choice("with", One.variant, One.choose, "variant"),
                    promote_other(),
                    class_name="row r",
                ),
                class_name="row wrap",
            ),
            score_otherwise(),
            rx.cond(One.lead, rx.el.p(One.lead, class_name="t2", dir="auto"), rx.fragment()),
            verdicts(),
            rx.cond(
                One.slices,
                rx.el.p("Got worse in ", rx.foreach(One.slices, _slice), class_name="row tight wrap t2"),
                rx.fragment(),
            ),
            _agreed(),
            by_node(),
            rx.el.div(
                rx.el.div(trade_off(), repeated(), spread(), class_name="xp-left"), rows_panel(), class_name="xp-two"
            ),
        ),
        rx.cond(One.rows, rx.fragment(_unscored(), repeated(), rows_panel()), rx.fragment()),
    )


def _unscored() -> rx.Component:
    """Say of a single variant, which has no verdict, which targets it reaches and which evaluators failed."""
    targets = rx.el.p(rx.foreach(One.targets, lambda one: status(one.mark, one.words)), class_name="row wrap")
    failed = rx.foreach(One.unscored, lambda words: rx.el.p(words, class_name="t2", dir="auto"))
    return rx.fragment(rx.cond(One.targets, targets, rx.fragment()), failed)


def _slice(one: Any) -> rx.Component:
    """Lead to the rows of a slice."""
    return rx.el.button(
        one.words,
        type="button",
        on_click=One.show(one.group),
        class_name="link",
        custom_attrs={"aria-pressed": rx.cond(One.group == one.group, "true", "false")},
    )


def _agreed() -> rx.Component:
    """Say how far the judges agree with each other and with people."""
    lines = rx.el.ul(rx.foreach(One.agreements, _agreement), class_name="t12 t2")
    said = rx.el.details(rx.el.summary("How far the judges agree"), lines, class_name="xf-more")
    return rx.cond(One.agreements, said, rx.fragment())


def _agreement(one: Any) -> rx.Component:
    marks = ((mark, status(mark, one.drift)) for mark in ("fail", "wait", "ok"))
    return rx.el.li(one.words, " ", rx.match(one.drift_mark, *marks, rx.fragment()), dir="auto")


def _choice(words: str, value: rx.Var[str], choose: Any, identifier: str) -> rx.Component:
    options = rx.foreach(One.variants, lambda one: rx.el.option(called(one), value=one))
    return rx.el.label(
        words,
        " ",
        rx.el.select(options, value=value, on_change=choose, id=f"xp-{identifier}", class_name="select"),
        class_name="row tight",
    )
