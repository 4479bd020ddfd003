"""Let one build find its socket at whatever address it was loaded from, on any port and behind any proxy."""

from __future__ import annotations

import re
from typing import Any

from reflex_base import constants
from reflex_base.config import get_config
from reflex_base.environment import environment
from reflex_base.plugins import Plugin

ABSOLUTE = "  const endpoint = new URL(url_str);\n"
RELATIVE = '  if (url_str.startsWith("/")) return globalThis.location ? new URL(url_str, location.origin) : url_str;\n'


def resolve_against_location(state_js: str) -> str:
    """Insert our line once: a second compile reads the file that the first one wrote."""
    if RELATIVE in state_js:
        return state_js
    if state_js.count(ABSOLUTE) != 1:
        raise RuntimeError("utils/state.js changed: look again at getBackendURL")
    return state_js.replace(ABSOLUTE, RELATIVE + ABSOLUTE)


APPLY = "  // Handle special events\n"
TELL = """  if (event.name == "_tell") {
    window.dispatchEvent(new CustomEvent("signalbox:told", { detail: event.payload }));
    return;
  }
"""


def let_the_server_tell(state_js: str) -> str:
    """Insert the one event of ours, once: what it may do is listed in assets/ui/told.jsx, nothing is evaluated."""
    if TELL in state_js:
        return state_js
    if state_js.count(APPLY) != 1:
        raise RuntimeError("utils/state.js changed: look again at applyEvent")
    return state_js.replace(APPLY, TELL + APPLY)


OLD_WORDS = "A new version of this app is available."
NEW_WORDS = "A new version of Signalbox is here. Reload to use it."
STYLED = re.compile(r'(banner|button)\.style\.cssText =(\s*"[^"]*"\s*\+?)+;')


def say_new_version_in_our_words(state_js: str) -> str:
    """Put our words and dress (notice.css) on the framework's banner, where the one of the lost server stands too."""
    if NEW_WORDS in state_js:
        return state_js
    if state_js.count(OLD_WORDS) != 1 or len(STYLED.findall(state_js)) != 2:  # noqa: PLR2004  # the banner, its button
        raise RuntimeError("utils/state.js changed: look again at showNewVersionBanner")
    dressed = STYLED.sub(lambda found: f'{found[1]}.className = "{_DRESS[found[1]]}";', state_js)
    return dressed.replace(OLD_WORDS, NEW_WORDS)


_DRESS = {"banner": "banner wait over", "button": "btn sm"}


GROUPS = "          groups: [\n"
# What most pages need comes in two files instead of nine: each request costs a page that loads for the first time more
# than the few bytes of a part that it does not draw. Markdown stays apart, it brings a parser that few pages need.
FEWER = r"""            {
              name: "base",
              test: /node_modules|[\\/]public[\\/](palette|hotkeys|upload|ui[\\/](?!markdown))/,
              minShareCount: 6,
            },
"""


def make_fewer_files(vite_config: str) -> str:
    """Insert our groups of shared modules, once."""
    if FEWER in vite_config:
        return vite_config
    if vite_config.count(GROUPS) != 1:
        raise RuntimeError("vite.config.js changed: look again at codeSplitting")
    return vite_config.replace(GROUPS, GROUPS + FEWER)


class SocketAtPageAddress(Plugin):
    """Bake paths instead of addresses into a production export; dev mode keeps its two ports."""

    def pre_compile(self, **context: Any) -> None:
        context["add_modify_task"]("utils/state.js", resolve_against_location)
        context["add_modify_task"]("utils/state.js", let_the_server_tell)
        context["add_modify_task"]("utils/state.js", say_new_version_in_our_words)
        context["add_modify_task"]("vite.config.js", make_fewer_files)

    def update_env_json(self, **_context: Any) -> dict[str, Any] | None:
        if environment.REFLEX_ENV_MODE.get() is not constants.Env.PROD:
            return None
        config = get_config()
        return {endpoint.name: config.prepend_backend_path(str(endpoint)) for endpoint in constants.Endpoint}
