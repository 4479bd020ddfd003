"""What a template reads, and whether it is cheap enough to be rendered beside everything else."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import meta, nodes

# What can only copy its values: no loop, no call, nothing that multiplies. All else renders in a process with limits.
CHEAP_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem,
    nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.If, nodes.CondExpr,
    nodes.Concat, nodes.List, nodes.Keyword,
)  # fmt: skip
CHEAP_FILTER_NAMES = """
    abs capitalize count d default first float int join last length list lower max min reverse round string sum title
    tojson trim unique upper urlencode wordcount
"""
CHEAP_FILTERS = frozenset(CHEAP_FILTER_NAMES.split())
# `tojson` doubles the quotes each time, `list` and `string` make five characters of one: thirty of them in a row are
# more than a machine holds. One behind another is enough for the process with limits.
GROWING_FILTERS = frozenset({"join", "list", "string", "tojson", "unique", "urlencode"})
# A precision of 5,000,000 takes a minute, `sum(start=[])` is quadratic, `tojson(8)` indents each of a million values.
MAX_CHEAP_ARGUMENT = 20  # as a number, or in characters: `join` repeats it once per item
MAX_CHEAP_CONCATENATIONS = 20  # each could repeat the largest value once more
MAX_CHEAP_STEPS = 100  # filters, tests and comparisons; each could go through the largest value once more


def is_cheap(tree: nodes.Template) -> bool:
    kinds = list(_all(tree))
    num_joined = sum(len(node.nodes) for node in kinds if isinstance(node, nodes.Concat))
    num_steps = sum(isinstance(node, nodes.Filter | nodes.Test | nodes.Operand) for node in kinds)
    return num_joined <= MAX_CHEAP_CONCATENATIONS and num_steps <= MAX_CHEAP_STEPS and _is_cheap(tree, 0)


def _is_cheap(node: nodes.Node, num_growing: int) -> bool:
    """Tell whether the node costs no more than its values are long, below so many nodes that lengthen them."""
    if not isinstance(node, CHEAP_NODES) or (isinstance(node, nodes.Filter) and not _is_cheap_filter(node)):
        return False
    # The remainder of two numbers of a million digits takes a minute; base 16 reads such numbers.
    if isinstance(node, nodes.Test) and node.name == "divisibleby":
        return False
    if isinstance(node, nodes.List) and not all(isinstance(one, nodes.Const) for one in node.items):
        return False
    num_growing += isinstance(node, nodes.Concat) or (isinstance(node, nodes.Filter) and node.name in GROWING_FILTERS)
    return num_growing <= 1 and all(_is_cheap(child, num_growing) for child in node.iter_child_nodes())


def _is_cheap_filter(node: nodes.Filter) -> bool:
    arguments = [*node.args, *(keyword.value for keyword in node.kwargs)]
    if node.name in {"d", "default"}:
        return True
    if node.name == "tojson" and arguments:
        return False
    return node.name in CHEAP_FILTERS and all(_is_small(one) for one in arguments)


def _is_small(argument: nodes.Expr) -> bool:
    if not isinstance(argument, nodes.Const):
        return False
    value = argument.value
    return len(value) <= MAX_CHEAP_ARGUMENT if isinstance(value, str) else abs(value or 0) <= MAX_CHEAP_ARGUMENT


def lone_expression(tree: nodes.Template, source: str) -> str:
    """Return what stands between the braces where one pair is all of the source; else nothing."""
    body = [node for node in tree.body if not _is_blank(node)]
    if len(body) != 1 or not isinstance(body[0], nodes.Output):
        return ""
    written = [node for node in body[0].nodes if not _is_blank(node)]
    stripped = source.strip()
    if len(written) != 1 or isinstance(written[0], nodes.TemplateData) or not stripped.startswith("{{"):
        return ""
    return stripped[2:-2].strip("-+ \n\t")


def references(tree: nodes.Template) -> frozenset[str]:
    """Return the dotted names that the template reads of its values."""
    assert tree.environment is not None
    tracker = meta.TrackingCodeGenerator(tree.environment)
    tracker.optimizer = None  # it would work out 'a' * 10**9 only to tell the names
    tracker.visit(tree)
    return frozenset(_paths(tree, tracker.undeclared_identifiers))


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _is_blank(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Output):
        return all(_is_blank(child) for child in node.nodes)
    return isinstance(node, nodes.TemplateData) and not node.data.strip()


def _paths(node: nodes.Node, given: set[str]) -> Iterator[str]:
    if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
        path = _path(node)
        if path and path[0] in given:
            yield ".".join(path)
        # An index may itself read something: {{ rows[which.row] }}.
        inner: nodes.Node = node
        while isinstance(inner, nodes.Getattr | nodes.Getitem):
            if isinstance(inner, nodes.Getitem):
                yield from _paths(inner.arg, given)
            inner = inner.node
        if not isinstance(inner, nodes.Name):
            yield from _paths(inner, given)
        return
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
        # The method of a call is no key of the data: {{ a.name.upper() }} reads "a.name".
        yield from _paths(node.node.node, given)
    for child in node.iter_child_nodes():
        if not (isinstance(node, nodes.Call) and child is node.node and isinstance(child, nodes.Getattr)):
            yield from _paths(child, given)


def _path(node: nodes.Node) -> list[str]:
    """Return the name and the literal keys behind it, up to the first index that is no word."""
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        before = _path(node.node)
        return [*before, node.attr] if _is_open(node.node) else before
    if isinstance(node, nodes.Getitem):
        before = _path(node.node)
        if _is_open(node.node) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return [*before, node.arg.value]
        return before
    return []


def _is_open(node: nodes.Node) -> bool:
    """Tell whether everything below is a word: behind an index the path is no longer known."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        if isinstance(node, nodes.Getitem) and not (
            isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)
        ):
            return False
        node = node.node
    return isinstance(node, nodes.Name)
