"""The import of a file of conversations. Sources: assets/conversation_import/."""

from __future__ import annotations

import reflex as rx

# On a button: pressing it asks for a file.
IMPORT = {"data-conversation-import": "true"}


class ConversationImport(rx.NoSSRComponent):
    """Draws nothing until a file is picked. `on_added` fires with the number of masked values once it is in the log.

    `masking` says whether anything is masked; `masking_link` leads to `masking_href`: what was, or the switch.
    """

    library = "$/public/conversation_import/index.jsx"
    tag = "ConversationImport"

    project: rx.Var[str]
    masking: rx.Var[str]
    masking_href: rx.Var[str]
    masking_link: rx.Var[str]
    on_added: rx.EventHandler[rx.event.passthrough_event_spec(int)]
