"""What happens inside the fence: read the code, call its `score`, and say what came of it as JSON.

Nothing here keeps the code in: it shares this process and may change all of it. The kernel keeps it in, and `runner`
believes no word that comes back.
"""

from __future__ import annotations

import ast
import inspect
import json
import random
import traceback
from collections.abc import Mapping
from typing import Any

FILE = "<code>"
NAME = "score"
MAX_WORDS = 300
# The fork can open no file, so what may be imported is loaded before: these, and what Python itself needs.
IMPORTABLE = (
    "base64", "bisect", "calendar", "collections", "collections.abc", "copy", "csv", "dataclasses", "datetime",
    "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "html", "io", "itertools", "json",
    "math", "operator", "random", "re", "statistics", "string", "textwrap", "time", "typing", "unicodedata",
    "urllib.parse", "zlib",
)  # fmt: skip
# What those load at their first use.
LATER = (
    "_strptime", "encodings.ascii", "encodings.cp1252", "encodings.idna", "encodings.latin_1",
    "encodings.unicode_escape", "encodings.utf_16", "encodings.utf_32", "html.entities", "locale",
)  # fmt: skip
Told = dict[str, Any]


def told(order: Mapping[str, Any], memory_bytes: int) -> Told:
    """Return what `runner` reads: a score, or the words of a failure. `given` None means that nothing is run."""
    try:
        code, given = order["code"], order["given"]
        return _checked(code) if given is None else _scored(code, given)
    except MemoryError:
        return {"error": f"The code needs more than {memory_bytes // 2**20} MB of memory.", "at_limit": True}
    except RecursionError:
        return {"error": "The code calls itself too deeply."}
    except BaseException as error:  # noqa: BLE001 - code may raise anything, SystemExit and KeyboardInterrupt too
        return {"error": _words_of(error)}


def _checked(code: str) -> Told:
    tree = ast.parse(code, FILE)
    compile(tree, FILE, "exec")
    if not any(isinstance(one, ast.FunctionDef) and one.name == NAME for one in tree.body):
        return {"error": f"The code has no function called {NAME}: write def {NAME}(output, expected):"}
    return {}


def _scored(code: str, given: Mapping[str, Any]) -> Told:
    random.seed(0)  # the same answer gets the same score
    space: dict[str, Any] = {"__name__": "evaluator"}
    exec(compile(code, FILE, "exec"), space)  # noqa: S102 - this is what the fence is for
    function = space.get(NAME)
    if not callable(function):
        return {"error": f"The code has no function called {NAME}."}
    arguments: dict[str, Any] = {}
    for one in inspect.signature(function).parameters.values():
        if one.kind is inspect.Parameter.VAR_KEYWORD:
            arguments = dict(given) | arguments
        elif one.name in given:
            arguments[one.name] = given[one.name]
        elif one.default is inspect.Parameter.empty and one.kind is not inspect.Parameter.VAR_POSITIONAL:
            return {"error": f"{NAME}() asks for {one.name}; there are {', '.join(given)}."}
    return _read(function(**arguments))


def _read(found: Any) -> Told:
    """Return a score of what the function returned."""
    if isinstance(found, bool):
        return {"value": float(found), "passed": found}
    if isinstance(found, int | float):
        return {"value": float(found)}
    if isinstance(found, str):
        return {"label": found}
    if isinstance(found, dict):
        if found and found.keys() <= {"value", "passed", "label", "reason"}:
            value = found.get("value", found.get("passed"))
            return {**found, "value": None if value is None else float(value)}
        return {"error": f"{NAME}() returned a dict; its keys are value, passed, label and reason."}
    return {"error": f"{NAME}() returned {'nothing' if found is None else f'a {type(found).__name__}'}: a score is "
            "a number from 0 to 1, True or False, a label, or a dict of value, passed, label and reason."}  # fmt: skip


def packed(said: Told) -> bytes:
    """Return it as JSON; what JSON does not have is said in words."""
    try:
        return json.dumps(said, allow_nan=False).encode()
    except ValueError:
        return json.dumps({"error": f"{NAME}() returned no number: a score lies between 0 and 1."}).encode()
    except (TypeError, RecursionError):
        return json.dumps({"error": f"{NAME}() returned what is no JSON."}).encode()


def _words_of(error: BaseException) -> str:
    """Return a sentence with the line that is to blame."""
    if isinstance(error, SyntaxError):
        return f"Line {error.lineno}: {error.msg}."
    lines = [one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == FILE]
    where = f"Line {lines[-1]}: " if lines else ""
    if isinstance(error, ModuleNotFoundError):
        return f"{where}there is no {error.name} here. There are {', '.join(IMPORTABLE)}."
    words = f"{where}{type(error).__name__}: {error}"[:MAX_WORDS].rstrip(" .:")
    if isinstance(error, PermissionError) or "can't start new thread" in words:
        return f"{words}. Code has no files, no network and no other process here."
    return f"{words}."
