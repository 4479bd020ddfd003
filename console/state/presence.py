"""Whether anybody still looks at a tab."""

from __future__ import annotations

from reflex_base.registry import RegistrationContext


async def is_open(client_token: str) -> bool:
    """Tell whether the tab has an open socket. A background event that watches ends when it has none."""
    space = RegistrationContext.get().app.event_namespace
    # The framework offers no public way; a closed tab's background events would go on for ever.
    return space is not None and await space._token_manager.is_token_connected(client_token)
