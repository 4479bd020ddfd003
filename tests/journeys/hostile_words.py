"""Words that want out of the page they are drawn on, hands that plant them, and eyes that see whether any got out."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page

# What a model or a document may write to break out of the page (see the rules on drawn text).
ATTACKS = (
    "<script>window.broken = 1</script>",
    "<img src=x onerror='window.broken = 1'>",
    "<svg onload='window.broken = 1'></svg>",
    '<iframe srcdoc="<script>parent.broken = 1</script>"></iframe>',
    "[press](javascript:window.broken=1)",
    "[press](data:text/html,<script>window.broken=1</script>)",
    "![](https://elsewhere.invalid/pixel.png)",
    "<style>body{display:none}</style>",
    "<details open ontoggle='window.broken = 1'>",
    "<a href='javascript:window.broken=1'>press</a>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=window.broken=1></style>",
)
# What leads somewhere, and what starts a program or reads a file of the reader's: that is drawn as words.
LINKS = (
    "[plain](http://elsewhere.invalid/a)", "[safe](HTTPS://elsewhere.invalid/b)", "[letter](mailto:ada@x.invalid)",
    "[ftp](ftp://elsewhere.invalid/c)", "[file](file:///etc/passwd)", "[chat](irc://elsewhere.invalid/d)",
    "[talk](xmpp:ada@elsewhere.invalid)", "[office](ms-word:ofe|u|https://elsewhere.invalid/e)", "[blob](blob:x)",
    "[basic](vbscript:window.broken=1)", "[coded](&#106;avascript:window.broken=1)", "![drawn](irc://x.invalid)",
)  # fmt: skip
MORE = (
    "<base href='https://elsewhere.invalid/'><form action='https://elsewhere.invalid/'><button>Send</button></form>",
    "<b class=planted><i><table><td></b>unclosed <p title='\">",
    "```mermaid\ngraph TD; A-->B[<img src=x onerror=window.broken=1>]\n```",
    "$$\\href{javascript:window.broken=1}{x}$$",
    "<div style=\"background:url(https://elsewhere.invalid/css)\">@import 'https://elsewhere.invalid/x.css';</div>",
    "{{ 7 * 7 }} ${7*7} [x][r]\n\n[r]: https://elsewhere.invalid/reference",
    "\x1b[31mred\x1b[0m \u202egnirts desrever\u202c \u2066isolated\u2069",
)
CORPUS = (*ATTACKS, *MORE)
TEXT = "\n".join(CORPUS)
# A line as long as a field takes it, without a place to break.
LINE = "word<script>window.broken=1</script>" * 2_700
# Fits into every name and tag.
NAME = "<img src=x onerror=window.broken=1>"
LINK = "[a](javascript:window.broken=1)"
MARK = "window.broken"
OUT = """() => ({
  broken: window.broken ?? null,
  made: [...document.querySelectorAll(
    ":is(img[src=x], main style, iframe, base, math, object, embed, form[action*=elsewhere], .planted, [ontoggle]," +
    " [onerror], [onload], [src*='elsewhere.invalid'], [style*='elsewhere.invalid'], body script:not([src]))"
  )].filter((e) => e.tagName !== "SCRIPT" || e.textContent.includes("window.broken"))
    .map((e) => e.outerHTML.slice(0, 120)),
  links: [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href"))
    .filter((href) => /^\\s*(javascript|data|vbscript):/i.test(href) || href.startsWith("https://elsewhere")),
})"""
NOTHING = {"broken": None, "made": [], "links": []}
DRAWN = f"() => document.querySelector('main').innerHTML.includes('{MARK}')"


@dataclass
class Planted:
    """Ids by what they are of, for the addresses of pages."""

    api: httpx.Client
    ids: dict[str, str]

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.api.request(method, path, json=body, **more)
        assert answer.status_code < 300, (method, path, answer.text[:1_000])
        return answer.json() if answer.content and answer.headers["content-type"].startswith("application/json") else {}

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("POST", path, body, **more)

    def put(self, path: str, body: Any) -> Any:
        return self.send("PUT", path, body)

    def upload(self, path: str, name: str, content: str) -> None:
        answer = self.api.post(path, files={"files": (name, content.encode())})
        assert '"result"' in answer.text, answer.text[-1_000:]

    def messages(self, conversation: str) -> list[dict[str, Any]]:
        return list(self.send("GET", f"/api/conversations/{conversation}/messages")["messages"])

    def found(self, **wanted: str) -> str:
        return str(self.send("GET", "/api/conversation-search", params=wanted)["conversations"][0]["id"])


def table(**cells: str) -> str:
    """Return a CSV of one row."""
    written = io.StringIO()
    csv.writer(written).writerows([cells.keys(), cells.values()])
    return written.getvalue()


class Watch:
    """What a page asked for and opened since it is watched."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def elsewhere(self, base_url: str) -> list[str]:
        """Return the addresses that were asked and are not this server's."""
        ours = urlsplit(base_url).netloc
        return [url for url in self.asked if not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != ours]

    def out(self) -> Any:
        """Return what got out of the words, `NOTHING` as it should be."""
        return self.page.evaluate(OUT)
