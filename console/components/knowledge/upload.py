"""Files dropped anywhere on the page, or picked: each is sent by itself. Source: assets/upload/."""

from __future__ import annotations

import reflex as rx

ACCEPTED = ".pdf,.docx,.md,.markdown,.html,.htm,.csv,.txt"
# On a button: pressing it opens the system's file dialog.
ADD_DOCUMENTS = {"data-add-documents": "true"}


class Upload(rx.Component):
    """Draws nothing until files come.

    `on_added` fires whenever one has become a document, `on_replace` with a document that is to take the place of the
    older ones of its name.
    """

    library = "$/public/upload/upload.jsx"
    tag = "Upload"
    url: rx.Var[str]
    limit_bytes: rx.Var[int]
    accept: rx.Var[str]
    on_added: rx.EventHandler[rx.event.no_args_event_spec]
    on_replace: rx.EventHandler[rx.event.passthrough_event_spec(str)]
