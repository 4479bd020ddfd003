"""The dialog that makes or changes a knowledge base."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.knowledge.types import EMBEDDED_EMBEDDING, MAX_CHUNK_SIZE, MIN_CHUNK_SIZE
from console.components.ui import button, dialog, error_of, field, number_input, refusal, select, text_area, text_input
from console.state.knowledge_form import KnowledgeFormState as Form

FORM = "base-form"


def base_form() -> rx.Component:
    """Draw the dialog once on a page; `KnowledgeFormState` opens it."""
    return dialog(
        rx.cond(Form.editing, "Edit knowledge base", "New knowledge base"),
        rx.el.form(
            _summary(),
            field("Name", _name(), html_for="base-name", error=_error("name")),
            field(
                "Description",
                text_area(
                    id="base-description",
                    name="description",
                    default_value=Form.description,
                    rows="2",
                    invalid=_error("description") != "",
                ),
                html_for="base-description",
                help_text="What its documents answer. Shown in flows beside the name.",
                error=_error("description"),
            ),
            _model(),
            rx.el.div(_size(), _overlap(), class_name="pair"),
            id=FORM,
            on_submit=Form.save,
            class_name="form",
        ),
        identifier="base",
        opened=Form.opened,
        on_close=Form.close,
        foot=[
            button(rx.cond(Form.editing, "Keep as it is", "Cancel"), Form.close),
            button(rx.cond(Form.editing, "Save", "Create"), kind="primary", type="submit", form=FORM),
        ],
    )


def _summary() -> rx.Component:
    return refusal(Form.errors)


def _error(name: str) -> Any:
    return error_of(Form.errors, name)


def _name() -> rx.Component:
    return text_input(
        id="base-name",
        name="name",
        default_value=Form.name,
        required=True,
        invalid=_error("name") != "",
        custom_attrs={"data-safe": "true"},
    )


def _model() -> rx.Component:
    return rx.cond(
        Form.editing,
        field(
            "Embedding model",
            rx.el.span(Form.model, class_name="mono t12"),
            help_text="Cannot be changed later: vectors of different models cannot be compared.",
        ),
        field(
            "Embedding model",
            select(Form.models, id="base-model", name="embedding_model", default_value=EMBEDDED_EMBEDDING),
            html_for="base-model",
            help_text="Cannot be changed later: vectors of different models cannot be compared.",
        ),
    )


def _size() -> rx.Component:
    return field(
        "Passage size",
        number_input(
            unit="characters",
            id="base-size",
            name="chunk_size",
            default_value=Form.chunk_size.to_string(),
            min=str(MIN_CHUNK_SIZE),
            max=str(MAX_CHUNK_SIZE),
            invalid=_error("chunk_size") != "",
        ),
        html_for="base-size",
        help_text="Existing documents keep their passages as they are.",
        error=_error("chunk_size"),
    )


def _overlap() -> rx.Component:
    return field(
        "Overlap",
        number_input(
            unit="characters",
            id="base-overlap",
            name="chunk_overlap",
            default_value=Form.chunk_overlap.to_string(),
            min="0",
            invalid=_error("chunk_overlap") != "",
        ),
        html_for="base-overlap",
        help_text="Text that neighbouring passages share, so that no thought is cut in half.",
        error=_error("chunk_overlap"),
    )
