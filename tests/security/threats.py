"""What was done to products like this one, by number, and so must fail here: `@pytest.mark.security("3", "44")`.

The numbers are those of the threat list that the house was built against; letters are groups of controls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

THREATS = {
    "1": "code that is run in order to be checked (CVE-2025-3248)",
    "3": "a page of another origin calls with the cookie of a person (CVE-2025-34291)",
    "4": "a flow of another tenant is run by its id, slug or version (CVE-2026-55255)",
    "5": "a route that forgot to ask who calls (CVE-2026-21445)",
    "6": "code that is run before anybody approved it (GHSA-v8hw-mh8c-jxfc)",
    "7": "a configuration in which the owner filter is missing (Langflow 12380)",
    "10": "a file of another tenant is read by its id (CVE-2026-41949)",
    "11": "an id of another tenant inside a body (CVE-2026-41950)",
    "12": "an answer that tells known addresses from unknown ones (CVE-2026-28288)",
    "14": "a reset token that equals nothing, because nothing was stored (GHSA-f6hc-c5jr-878p)",
    "17": "a field of the row set by a request that should not know it (CVE-2026-42862)",
    "18": "a profile changed by naming somebody else in the body (Flowise 5986)",
    "21": "code that leaves its sandbox (CVE-2025-68668, CVE-2026-0863)",
    "25": "a missing tenant that falls back to a default one (CVE-2026-45707)",
    "26": "a conversation of another tenant that is continued (CVE-2026-45349)",
    "27": "an open socket that keeps a role which was taken away (CVE-2026-44553)",
    "28": "a socket event that checks who listens and not who may write (CVE-2026-44564)",
    "29": "scopes that hold for one of two key headers (CVE-2026-45339)",
    "30": "a collection of another tenant named in a request (CVE-2026-45398)",
    "34": "a stream of another tenant that is listened to by its id (CVE-2026-31950)",
    "36": "a maintenance route that asks for a login and not for a role (CVE-2025-59305)",
    "38": "a sign-in finished in the browser of somebody else (CVE-2025-65107)",
    "39": "a way in that single sign-on was meant to close (Langfuse 3.174.0)",
    "44": "a host name that is not ours (CVE-2025-14279, CVE-2026-48710)",
    "45": "a redirect that leads elsewhere (CVE-2025-62379)",
    "46": "a socket or an upload that the sign-in never reached (CVE-2026-48797)",
    "47": "a state of a sign-in that is not bound to the browser (CVE-2025-68158)",
    "48": "a token without a signature, or with one of the sender's choice (CVE-2026-28802)",
    "49": "input without end before anybody signed in (CVE-2025-61920)",
    "Z1": "any origin is answered as if it were listed",
    "Z2": "a handler is called by its name past its page",
    "Z3": "the token of a tab stands for a login",
    "Z4": "the framework's own upload address is open",
    "Z5": "rights live in what a browser can write",
    "Z6": "a secret reaches the browser in the state of a page",
    "Z7": "state is stored in a form that runs when it is read",
    "Z8": "the address of a caller is what the caller says",
    "Z9": "markdown brings markup of its own",
    "Z10": "work dies with the tab that began it",
}


def marks() -> Iterator[tuple[str, str]]:
    """Yield each threat that a test is marked with, and the test as `path::name`."""
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        if "pytest.mark.security(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for decorator in node.decorator_list:
                    if ast.unparse(decorator).startswith("pytest.mark.security("):
                        assert isinstance(decorator, ast.Call)
                        name = f"{path.relative_to(TESTS.parent)}::{node.name}"
                        yield from ((ast.literal_eval(argument), name) for argument in decorator.args)
