"""The house rules that no linter says, as functions from a tree to its violations."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MAX_LINES = 300
WRITTEN_BY_PEOPLE = ("*.py", "*.jsx", "*.js", "*.css")
FOLDERS = ("backend", "console", "assets", "tests", "bench")
GENERATED = ("assets/external",)
VENDORS = frozenset(
    {
        "PIL", "aiosqlite", "anthropic", "argon2", "authlib", "boto3", "botocore", "cryptography", "dbos", "httpx",
        "httpx2", "joserfc", "jsonschema_rs", "kreuzberg", "openai", "opentelemetry", "psycopg", "pydantic_ai",
        "pypdfium2", "python_calamine", "qdrant_client", "qdrant_edge", "redis", "segno", "semantic_text_splitter",
        "sqlite3", "wordllama", "xllamacpp",
    }
)  # fmt: skip
# The console may enter the backend here and nowhere else.
CONSOLE_DOORS = re.compile(
    r"backend(\.bootstrap|\.operator|\.errors|\.paging|\.ids|\.plain_json|\.trace_ids|\.written|\.[a-z_]+\.([a-z]+_)?types)?$"
)
CONSOLE_ROOT_DOORS = re.compile(r"backend\.api(\.[a-z_]+)?$")


def files(tree: Path, *patterns: str) -> Iterator[Path]:
    for folder in FOLDERS:
        for pattern in patterns:
            for path in sorted((tree / folder).rglob(pattern)):
                name = path.relative_to(tree).as_posix()
                if "__pycache__" not in name and not name.startswith(GENERATED):
                    yield path


class Import(NamedTuple):
    """One name of one statement; `from x import y` has the module x, and from `.` none."""

    line: int
    module: str
    node: ast.Import | ast.ImportFrom
    is_late: bool


@functools.cache
def imports(path: Path) -> list[Import]:
    """Return every import of a file, `is_late` inside a function. Three rules ask: a file is read once for them."""
    return [*_imports(ast.parse(path.read_text()), is_late=False)]


def _imports(above: ast.AST, *, is_late: bool) -> Iterator[Import]:
    is_late = is_late or isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef)
    for node in ast.iter_child_nodes(above):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name, node, is_late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield Import(node.lineno, node.module or "", node, is_late)
        elif not isinstance(node, ast.expr):
            yield from _imports(node, is_late=is_late)


def too_long(tree: Path) -> list[str]:
    sizes = ((path, len(path.read_text().splitlines())) for path in files(tree, *WRITTEN_BY_PEOPLE))
    return [f"{path.relative_to(tree)}: {size} lines" for path, size in sizes if size > MAX_LINES]


def imports_inside_functions(tree: Path) -> list[str]:
    return [
        f"{path.relative_to(tree)}:{one.line}" for path in files(tree, "*.py") for one in imports(path) if one.is_late
    ]


def commits_outside_the_unit(tree: Path) -> list[str]:
    return [
        f"{path.relative_to(tree)}"
        for path in files(tree, "*.py")
        if path.is_relative_to(tree / "backend")
        and not path.is_relative_to(tree / "backend" / "engines")
        and path.name != "unit_of_work.py"
        and re.search(r"\.commit\(", path.read_text())
    ]


def csv_past_the_guard(tree: Path) -> list[str]:
    """Find what writes CSV by itself: one module keeps formulas out of every export."""
    return [
        f"{path.relative_to(tree)}"
        for path in files(tree, "*.py")
        if path.relative_to(tree).parts[0] in {"backend", "console"}
        and path != tree / "backend" / "spreadsheets.py"
        and re.search(r"csv\.(writer|DictWriter)|\.to_csv\(|write_csv\(", path.read_text())
    ]


def vendors_outside_engines(tree: Path) -> list[str]:
    found = []
    for path in files(tree, "*.py"):
        if path.is_relative_to(tree / "backend" / "engines") or path.relative_to(tree).parts[0] in {"tests", "bench"}:
            continue
        found += [
            f"{path.relative_to(tree)}:{line} {module}"
            for line, module, *_ in imports(path)
            if module.partition(".")[0] in VENDORS
        ]
    return found


def console_through_other_doors(tree: Path) -> list[str]:
    found = []
    for path in files(tree, "*.py"):
        name = path.relative_to(tree).as_posix()
        if not name.startswith("console/"):
            continue
        for line, module, node, _ in imports(path):
            names = [f"{module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else [module]
            at_root = name == "console/app.py" or name.startswith("console/door/")
            for entered in names if module == "backend" else [module]:
                if (
                    not entered.startswith("backend")
                    or CONSOLE_DOORS.match(entered)
                    or entered == "backend.__version__"
                ):
                    continue
                if not (at_root and CONSOLE_ROOT_DOORS.match(entered)):
                    found.append(f"{name}:{line} {entered}")
    return found


def _is_state(node: ast.AST) -> bool:
    """Tell a State by the names of its bases: rx.State, the mixins, or another state; or because it is a mixin."""
    if not isinstance(node, ast.ClassDef):
        return False
    bases = [ast.unparse(base) for base in node.bases]
    return _is_mixin(node) or any(name.endswith(("State", "Seated", "Phased")) for name in bases)


def _is_mixin(node: ast.ClassDef) -> bool:
    return any(one.arg == "mixin" for one in node.keywords)


def handlers_that_ask_nobody(tree: Path) -> list[str]:
    """Every public coroutine of a State can be called by any client, so it must ask who is there.

    A plain function cannot reach a service, because all of their methods are coroutines.
    """
    found = []
    for path in files(tree, "*.py"):
        if not path.is_relative_to(tree / "console"):
            continue
        for state in filter(_is_state, ast.walk(ast.parse(path.read_text()))):
            assert isinstance(state, ast.ClassDef)
            for method in state.body:
                if not isinstance(method, ast.AsyncFunctionDef) or method.name.startswith("_"):
                    continue
                said = ast.unparse(method)
                if "self._operator(" not in said and "self._person(" not in said:
                    found.append(f"{path.relative_to(tree)}:{method.lineno} {state.name}.{method.name}")
    return found


def errors_kept_in_states(tree: Path) -> list[str]:
    """A State lets errors rise, or draws what a shared piece (`caught`, a mixin) made of them."""
    return [
        f"{path.relative_to(tree)}:{node.lineno} {state.name}"
        for path in files(tree, "*.py")
        if path.is_relative_to(tree / "console")
        for state in ast.walk(ast.parse(path.read_text()))
        if isinstance(state, ast.ClassDef) and _is_state(state) and not _is_mixin(state)
        for node in ast.walk(state)
        if isinstance(node, ast.ExceptHandler)
    ]


def console_past_the_use_cases(tree: Path) -> list[str]:
    """An engine asks nobody who is there: the console reaches it through a use case."""
    engines = re.compile(r"services\(\)\.(database|units|events|jobs|rooms|sealer|http|language_model)\b")
    return [
        f"{path.relative_to(tree)}"
        for path in files(tree, "*.py")
        if path.is_relative_to(tree / "console") and engines.search(path.read_text())
    ]


def circles_of_front_end_parts(tree: Path) -> list[str]:
    """What imports itself over others works or breaks by the order in which a bundler happens to read it."""
    parts = {path: path.read_text() for path in files(tree, "*.js", "*.jsx") if path.is_relative_to(tree / "assets")}
    leads_to = {
        path: {(path.parent / name).resolve() for name in re.findall(r'from "(\./[^"]+)"', text)}
        for path, text in parts.items()
    }
    return [path.relative_to(tree).as_posix() for path in parts if path in _reached(leads_to, path)]


def _reached(leads_to: dict[Path, set[Path]], start: Path) -> set[Path]:
    seen: set[Path] = set()
    waiting = [start]
    while waiting:
        further = leads_to.get(waiting.pop(), set()) - seen
        seen |= further
        waiting += further
    return seen


RULES = (
    too_long,
    imports_inside_functions,
    commits_outside_the_unit,
    csv_past_the_guard,
    vendors_outside_engines,
    console_through_other_doors,
    handlers_that_ask_nobody,
    console_past_the_use_cases,
    errors_kept_in_states,
    circles_of_front_end_parts,
)
