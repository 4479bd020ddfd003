"""How a template uses what it reads: as a list, an object, a condition or a text, and whether it must be there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from jinja2 import nodes

from backend.ports.templates import TemplateVariable, VariableKind

LIST_FILTERS = frozenset(
    {"batch", "dictsort", "first", "groupby", "join", "last", "map", "reject", "rejectattr", "select", "selectattr",
     "slice", "sort", "sum", "unique"}
)  # fmt: skip
EXCUSES = frozenset({"default", "d"})
# Only a reader of templates tells these apart: what stands in a condition may also be written out elsewhere.
CONDITION, WRITTEN, LIST = "condition", "written", "list"


def variables(tree: nodes.Template, references: Iterable[str]) -> tuple[TemplateVariable, ...]:
    """Return one for each name among the `references`, in alphabetical order."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for reference in references:
        name, _, rest = reference.partition(".")
        keys[name] |= {rest.partition(".")[0]} - {""}
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for name, use in _uses(tree, WRITTEN):
        seen[name].add(use)
    excused = set(_excused(tree))
    return tuple(
        TemplateVariable(name, _kind(seen[name], keys[name]), tuple(sorted(keys[name])), name not in excused)
        for name in sorted(keys)
    )


def _kind(uses: set[str], keys: set[str]) -> VariableKind:
    if keys:
        return "object"
    if LIST in uses:
        return "list"
    return "boolean" if uses == {CONDITION} else "text"


def _uses(node: nodes.Node, use: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, nodes.Name):
        yield node.name, use
        return
    for field, child in _children(node):
        yield from _uses(child, _use_of(node, field, use))


def _children(node: nodes.Node) -> Iterator[tuple[str, nodes.Node]]:
    for field, value in node.iter_fields():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, nodes.Node):
                yield field, child


def _use_of(node: nodes.Node, field: str, use: str) -> str:
    if isinstance(node, nodes.For):
        return LIST if field == "iter" else WRITTEN
    if isinstance(node, nodes.Filter) and field == "node":
        return LIST if node.name in LIST_FILTERS else use
    if isinstance(node, nodes.If | nodes.CondExpr):
        return CONDITION if field == "test" else WRITTEN
    if isinstance(node, nodes.Not | nodes.And | nodes.Or):
        return use
    if isinstance(node, nodes.Compare | nodes.Test | nodes.Getitem) and use == CONDITION:
        return WRITTEN  # compared with something, it is more than yes or no
    return use


def _excused(tree: nodes.Template) -> Iterator[str]:
    """Yield the names that may be missing: they have a default, or are asked whether they are there."""
    for filtered in tree.find_all(nodes.Filter):
        if filtered.name in EXCUSES and isinstance(filtered.node, nodes.Name):
            yield filtered.node.name
    for test in tree.find_all(nodes.Test):
        if test.name in {"defined", "undefined"} and isinstance(test.node, nodes.Name):
            yield test.node.name
