"""One prompt: its versions, the editor or two versions compared, and the playground below."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.prompts.types import PRODUCTION
from console import routes
from console.components.conversations.judge_dialog import judge_dialog
from console.components.prompts.comparing import rendered, side_by_side, unified
from console.components.prompts.dialogs import PROTECT, dialogs
from console.components.prompts.editing import editing, saving
from console.components.prompts.live import live_dialog, promote_dialog
from console.components.prompts.playground import playground
from console.components.prompts.versions import versions
from console.components.refused import refused
from console.components.second_person import nobody_else
from console.components.shell import page_head, shell
from console.components.ui import (
    TRIGGER,
    banner,
    button,
    icon_button,
    link_button,
    menu,
    menu_item,
    menu_line,
    phase_view,
    phead,
    segments,
    skeleton_rows,
)
from console.state.prompt import PromptState as Prompt
from console.state.prompt_draft import PromptDraftState as Draft
from console.state.prompt_edit import PromptEditState as Edit
from console.state.prompt_gate import PromptGateState as Gate
from console.state.prompt_labels import PromptLabelsState as Labels
from console.state.prompt_live import PromptLiveState as Live

VIEWS = (("edit", "Edit"), ("side", "Side by side"), ("unified", "Unified"), ("rendered", "Rendered"))


def prompt() -> rx.Component:
    return shell(
        routes.PROMPTS,
        page_head(
            Prompt.name,
            _acts(),
            crumb=rx.fragment(rx.el.a("Prompts", href=routes.PROMPTS), " /"),
            sub=Prompt.used,
        ),
        rx.foreach(Labels.wishes, _wish),
        rx.foreach(Labels.refusals, lambda one: refused(one, Labels.dismiss(one.id))),
        phase_view(
            Prompt.phase,
            rx.el.div(versions(), _main(), class_name="pe"),
            skeleton=skeleton_rows(200, 420, 240, count=8),
            problem=Prompt.problem,
            on_retry=Prompt.load,
            what="The prompt",
        ),
        saving(),
        dialogs(),
        live_dialog(),
        promote_dialog(),
        judge_dialog(),
        slim=True,
        of=Prompt.address,
    )


def _acts() -> rx.Component:
    next_name = rx.Var.create("Save v") + (Prompt.latest + 1).to_string()
    drafted = rx.fragment(
        button("Discard", Edit.discard, kind="quiet"),
        button(next_name, Edit.ask_save, kind="primary", disabled=Edit.errors.length() > 0),
    )
    words = rx.Var.create("Make ") + Prompt.chosen_name + " " + PRODUCTION
    point = Labels.ask_point(PRODUCTION, Prompt.chosen)
    doubted = button(words, point, custom_attrs={"data-tip": Prompt.weak})
    primary = button(words, point, kind="primary")
    make = rx.cond(Prompt.weak, doubted, rx.cond(Gate.refuses, button(words, point), primary))
    saved = rx.fragment(
        rx.cond(Draft.dropped, button("Bring back your edits", Edit.bring_back, kind="quiet"), rx.fragment()),
        rx.cond(Prompt.view == "edit", rx.fragment(), button("Edit", Prompt.look("edit"))),
        rx.cond((Prompt.production == Prompt.chosen) | Labels.asked.contains(Prompt.chosen), rx.fragment(), make),
    )
    compare = link_button(
        "New experiment",
        rx.Var.create(f"{routes.EXPERIMENT_NEW}?prompt=") + Prompt.id,
        kind="quiet",
        icon="flask-conical",
    )
    return rx.cond(
        Edit.may_edit,
        rx.fragment(
            button("Live test", Live.ask, kind="quiet", icon="split"),
            compare,
            _menu(),
            rx.cond(Prompt.chosen == 0, drafted, saved),
        ),
        rx.fragment(),
    )


def _menu() -> rx.Component:
    return menu(
        icon_button("ellipsis", "More actions", custom_attrs=TRIGGER),
        rx.foreach(Labels.names, _label_item),
        menu_item("Another label", Labels.ask_point("", Prompt.chosen), icon="tag", disabled=Prompt.chosen == 0),
        menu_line(),
        rx.cond(
            Labels.may_manage,
            menu_item(PROTECT, Labels.ask_protect(PRODUCTION), icon="shield-check"),
            rx.fragment(),
        ),
        menu_item("Labels and their history", Labels.show("history"), icon="history"),
        menu_item("Name, folder and tags", Labels.ask_details, icon="settings-2"),
        label="More actions",
        align="right",
    )


def _label_item(name: Any) -> rx.Component:
    words = rx.Var.create("Make it ") + name
    return menu_item(words, Labels.ask_point(name, Prompt.chosen), icon="tag", disabled=Prompt.chosen == 0)


def _wish(one: Any) -> rx.Component:
    """Say what needs a person before anything else."""
    decide = rx.fragment(
        button("Refuse", Labels.ask_refusal(one.id), size="sm"),
        button("Approve", Labels.approve(one.id), size="sm", kind="primary"),
    )
    acts = rx.fragment(
        rx.cond(one.evidence, link_button("Open the experiment", one.evidence, size="sm"), rx.fragment()),
        rx.cond(one.own, button("Take it back", Labels.withdraw(one.id), size="sm"), rx.fragment()),
        rx.cond(one.may_decide, decide, rx.el.span(one.why_not, class_name="t12 t2")),
    )
    alone = nobody_else(one.is_alone, Labels.may_invite, inline=True)
    return banner("wait", one.lead, rx.el.span(one.comment, class_name="lines"), alone, acts=acts)


def _main() -> rx.Component:
    view: Any = rx.match(
        Prompt.view, ("edit", editing()), ("unified", unified()), ("rendered", rendered()), side_by_side()
    )
    note: Any = rx.match(
        Prompt.view,
        ("edit", _edit_note()),
        ("rendered", Prompt.chosen_name + ", with the values of the playground"),
        Prompt.summary,
    )
    editing_title = rx.cond(Draft.dirty, "Editing", "Text")
    title: Any = rx.match(Prompt.view, ("edit", editing_title), ("rendered", "As sent"), "Differences")
    return rx.el.div(
        rx.el.section(
            phead(title, note=note, acts=segments("View", VIEWS, Prompt.view, Prompt.look)),
            view,
            class_name="pview",
            aria_label="Text and differences",
        ),
        playground(),
        class_name="pm",
    )


def _edit_note() -> Any:
    draft = rx.Var.create("will be v") + (Prompt.latest + 1).to_string() + ", not saved"
    return rx.cond(Draft.dirty, draft, Prompt.chosen_name)
