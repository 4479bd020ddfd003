"""The sandbox that templates run in: no globals, plain values, filters and methods by allow-list."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, UndefinedError, nodes, pass_context
from jinja2.environment import TemplateExpression
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backend.ports.templates import TemplateFailed

MAX_SOURCE_CHARACTERS = 100_000
MAX_OUTPUT_CHARACTERS = 1_000_000
# Reading 20,000 holes takes 7 s of the process that only wanted to know their names; a thousand take 0.3.
MAX_TOKENS = 5_000
# `attr` would lead around the sandbox, `format` and `center` blow a text up, `random` makes a run unrepeatable.
FILTER_NAMES = """
    abs batch capitalize count d default dictsort first float groupby indent int items join last length list lower map
    max min reject rejectattr replace reverse round select selectattr slice sort string sum title tojson trim truncate
    unique upper urlencode wordcount wordwrap
"""
METHOD_NAMES = """
    capitalize count endswith get index isdigit items join keys lower lstrip replace rstrip split splitlines startswith
    strip title upper values
"""
FILTERS, METHODS = frozenset(FILTER_NAMES.split()), frozenset(METHOD_NAMES.split())
TOO_LONG = TemplateFailed(f"The text grew beyond {MAX_OUTPUT_CHARACTERS:,} characters.")
MAX_WORDS = 200
NUM_COMPILED = 512
LOCATION = re.compile(r", line \d+$")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's own sandbox, narrowed: a key of the data wins over a method of its name, and few methods are callable.

    Jinja works constants out while it compiles, and while it looks for the names a template reads: 'a' * 10**9 took
    the memory, [0] * 10**9 two minutes of the process that only wanted to know the names. Switching the optimizer off
    is not enough; `_written` takes the context so that no output can be worked out ahead.
    """

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, finalize=_written, optimized=False, keep_trailing_newline=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.filters["tojson"] = _as_json
        self.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        # Compiling takes about a millisecond, filling some microseconds: a flow fills the same few for ever.
        self.compiled = lru_cache(NUM_COMPILED)(self.from_string)
        self.compiled_expression = lru_cache(NUM_COMPILED)(self._expression)

    def _expression(self, source: str) -> TemplateExpression:
        return self.compile_expression(source, undefined_to_none=False)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return _sealed(super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        return _sealed(super().getitem(obj, argument))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str | list | dict | int | float) and attr not in METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)


class _Method:
    """A method that can be called and not written out: its text would tell an address of the process."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._method(*args, **kwargs)

    def __str__(self) -> str:
        raise SecurityError("a method is no value")

    __repr__ = __str__


def _sealed(found: Any) -> Any:
    return _Method(found) if callable(found) and not isinstance(found, Undefined) else found


def _as_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=min(indent, 8) if indent else None)


@pass_context
def _written(_context: Context, value: Any) -> Any:
    """Return what stands in the text for a value: JSON for what is no text, nothing for None."""
    if value is None:
        return ""
    _refuse_unfinished(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else value


def _refuse_unfinished(value: Any) -> None:
    if isinstance(value, Iterator):
        raise TemplateRuntimeError("these are values on their way: add | list, or | join")


def parse(sandbox: Sandbox, source: str) -> nodes.Template:
    """Return the tree of a template. Raise TemplateFailed for wrong syntax and for what no template may do."""
    if len(source) > MAX_SOURCE_CHARACTERS:
        raise TemplateFailed(f"A template has at most {MAX_SOURCE_CHARACTERS:,} characters.")
    try:
        if next(islice(_tokens(sandbox, source), MAX_TOKENS, None), None):
            raise TemplateFailed(f"A template has at most {MAX_TOKENS:,} words and signs between its braces.")
        tree = sandbox.parse(source)
        _refuse_doors(tree)
    except TemplateSyntaxError as error:
        raise TemplateFailed(f"Line {error.lineno}: {error.message}", line=error.lineno) from None
    except RecursionError:
        raise TemplateFailed("The template is nested too deeply.") from None
    return tree


def _tokens(sandbox: Sandbox, source: str) -> Iterator[str]:
    return (kind for _, kind, _ in sandbox.lexer.tokeniter(source, None) if kind != "whitespace")


def _refuse_doors(tree: nodes.Template) -> None:
    """Refuse what reaches out of the template, and names that would be an error only once it runs."""
    doors = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block)
    for node in tree.find_all((*doors, nodes.Name, nodes.Filter, nodes.Getattr)):
        words = ""
        if isinstance(node, doors):
            words = f"{type(node).__name__.lower()} is not available."
        elif isinstance(node, nodes.Name) and (node.name == "self" or node.name.startswith("__")):
            words = f"{node.name!r} is not available."
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            words = f"There is no filter named {node.name!r}."
        elif isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            words = f"{node.attr!r} is not available: names that start with an underscore are closed."
        if words:
            raise TemplateFailed(f"Line {node.lineno}: {words}", line=node.lineno)


def fill(sandbox: Sandbox, source: str, values: Mapping[str, Any]) -> str:
    """Render, stopping once the text is too long. Raise TemplateFailed."""
    pieces, size = [], 0
    try:
        for piece in sandbox.compiled(source).generate(values):
            size += len(piece)
            pieces.append(piece)
            if size > MAX_OUTPUT_CHARACTERS:
                break
    except Exception as error:  # noqa: BLE001 - a template may raise anything; all of it is the template's fault
        raise failure_of(error) from None
    if size > MAX_OUTPUT_CHARACTERS:
        raise TOO_LONG
    return "".join(pieces)


def value_of(sandbox: Sandbox, expression: str, values: Mapping[str, Any]) -> Any:
    """Work one expression out and keep its type. Raise TemplateFailed."""
    try:
        found = sandbox.compiled_expression(expression)(values)
        _refuse_unfinished(found)
        if isinstance(found, StrictUndefined | _Method):
            str(found)  # raises, with the name of what is missing
    except Exception as error:  # noqa: BLE001 - as above
        raise failure_of(error) from None
    if isinstance(found, str) and len(found) > MAX_OUTPUT_CHARACTERS:
        raise TOO_LONG
    return found


def failure_of(error: Exception) -> TemplateFailed:
    """Translate what a template raised into a sentence that names the line."""
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    line = frames[-1] if frames else getattr(error, "lineno", None)
    where = f"Line {line}: " if line else ""
    if isinstance(error, UndefinedError):
        words = str(error.message).replace("'dict object' has no attribute", "the value has no key")
        return TemplateFailed(_sentence(f"{where}{words}"), line=line)
    if isinstance(error, SecurityError):
        return TemplateFailed(_sentence(f"{where}that is not available in a template"), line=line)
    if isinstance(error, MemoryError | RecursionError):
        return TemplateFailed("The template needs too much memory.")
    if isinstance(
        error, TemplateRuntimeError | TypeError | ValueError | ArithmeticError | LookupError | AttributeError
    ):
        words = LOCATION.sub("", str(error)) or type(error).__name__
        return TemplateFailed(_sentence(f"{where}{words[:MAX_WORDS]}"), line=line)
    return TemplateFailed(_sentence(f"{where}the template failed ({type(error).__name__})"), line=line)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:].rstrip('.')}."
