"""What ships with the console and is not ours: the parts one meets by name. THIRD_PARTY.md names them all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part that ships, what it is here for, and its licence."""

    name: str
    use: str
    licence: str
    kind: str


FONT, MODEL, SCRIPT, STYLE = "Font", "Model", "Script", "Style"
THIRD_PARTY: tuple[Part, ...] = (
    Part("IBM Plex Sans", "text", "SIL Open Font License 1.1, © IBM Corp.", FONT),
    Part("IBM Plex Mono", "code and ids", "SIL Open Font License 1.1, © IBM Corp.", FONT),
    Part("Gemma 3 270M (Q4_K_M)", "the embedded language model", "Gemma Terms of Use", MODEL),
    Part("WordLlama", "the embedded embeddings", "MIT", MODEL),
    Part("Radix Colors", "the values of the colour scales", "MIT", STYLE),
    Part("@codemirror/autocomplete", "the editor of prompts", "MIT", SCRIPT),
    Part("@codemirror/commands", "the editor of prompts", "MIT", SCRIPT),
    Part("@codemirror/state", "the editor of prompts", "MIT", SCRIPT),
    Part("@codemirror/view", "the editor of prompts", "MIT", SCRIPT),
    Part("@emotion/react", "styles of the framework", "MIT", SCRIPT),
    Part("@react-router/node", "the build of the pages", "MIT", SCRIPT),
    Part("@xyflow/react", "the canvas", "MIT", SCRIPT),
    Part("isbot", "the build of the pages", "Unlicense", SCRIPT),
    Part("lucide-react", "icons", "ISC", SCRIPT),
    Part("mergician", "merging of properties", "MIT", SCRIPT),
    Part("react", "drawing", "MIT", SCRIPT),
    Part("react-dom", "drawing", "MIT", SCRIPT),
    Part("react-error-boundary", "a page that stops", "MIT", SCRIPT),
    Part("react-helmet", "titles", "MIT", SCRIPT),
    Part("react-markdown", "answers and documents", "MIT", SCRIPT),
    Part("react-router", "addresses", "MIT", SCRIPT),
    Part("remark-gfm", "tables in answers", "MIT", SCRIPT),
    Part("socket.io-client", "the connection to the server", "MIT", SCRIPT),
    Part("sonner", "toasts", "MIT", SCRIPT),
    Part("universal-cookie", "cookies of the framework", "MIT", SCRIPT),
)
