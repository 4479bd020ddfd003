"""The import of a file of conversations. Sources: assets/conversation_import/."""

from __future__ import annotations

import reflex as rx

# On a button: pressing it asks for a file.
IMPORT = {"data-conversation-import": "true"}


class ConversationImport(rx.NoSSRComponent):
    """Draws nothing until a file is picked. `on_added` fires once its conversations are in the log."""

    library = "$/public/conversation_import/index.jsx"
    tag = "ConversationImport"

    project: rx.Var[str]
    on_added: rx.EventHandler[rx.event.no_args_event_spec]
