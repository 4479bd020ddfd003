"""How Reflex builds the console; everything else is in backend/settings.py."""

import reflex as rx

from console.build import SocketAtPageAddress

config = rx.Config(
    app_name="console",
    app_module_import="console.app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    state_manager_mode="memory",  # the default pickles conversations to disk
    plugins=[
        SocketAtPageAddress(),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
    cors_allowed_origins=[],  # console/door/gate.py compares Origin and Host instead
)
