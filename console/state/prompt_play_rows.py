"""The playground as it draws itself: columns, values, answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from backend.errors import InvalidInput
from backend.plain_json import NotPlain, read_json
from backend.prompts.types import (
    MAX_TYPED,
    Content,
    PlayColumn,
    PlayDone,
    PlayEvent,
    PlayFailed,
    PlayText,
    PlayTool,
    Turn,
    Values,
)
from console.state import formats
from console.state.prompt_rows import DRAFT, KIND_WORDS, HoleLine, with_parameter

LETTERS = "ABCDEFGHIJ"
SIGNS = re.compile(r"\{[{%#]")
# What somebody says to a text prompt; no variable can have that name.
SAID = "User message"
MESSAGES, TEXT, BOOLEAN = KIND_WORDS["messages"], KIND_WORDS["text"], KIND_WORDS["boolean"]
EXAMPLES = {
    KIND_WORDS["list"]: '["one", "two"]',
    KIND_WORDS["object"]: '{"key": "value"}',
    MESSAGES: '[{"role": "user", "content": "Hello"}]',
}


@dataclass(frozen=True)
class ColumnLine:
    """One column. `version` is a number, "0" for what is edited; an empty parameter is the version's own.

    `answered` is the fingerprint of what the answer was asked with.
    """

    letter: str
    version: str
    model: str = ""
    temperature: str = ""
    max_tokens: str = ""
    response_schema: str = ""
    tools: str = ""
    state: str = "queued"
    words: str = "Not run yet"
    text: str = ""
    calls: list[str] = field(default_factory=list)
    value: str = ""
    time: str = ""
    tokens: str = ""
    cost: str = ""
    spent: float = 0.0
    is_unpriced: bool = False
    answered: str = ""


@dataclass(frozen=True)
class ValueLine:
    """A value that some column needs; `columns` names them where not all of them do."""

    name: str
    kind: str
    required: bool
    example: str
    columns: str


PARAMETERS = ("model", "temperature", "max_tokens", "response_schema", "tools")
SETTINGS = ("version", *PARAMETERS)
NAMED = {"max_tokens": "longest answer", "response_schema": "JSON schema"}


def column_of(shared: PlayColumn) -> ColumnLine:
    """Return a column as it was shared."""
    return ColumnLine(
        "",
        str(DRAFT if shared.version is None else shared.version),
        shared.model,
        "" if shared.temperature is None else f"{shared.temperature:g}",
        "" if shared.max_tokens is None else str(shared.max_tokens),
        shared.response_schema,
        shared.tools,
    )


def shared_of(column: ColumnLine, content: Content | None) -> PlayColumn:
    """Return a column to be shared; `content` is what is edited, where it plays that. Raise InvalidInput."""
    for name in ("response_schema", "tools"):
        if len(getattr(column, name)) > MAX_TYPED:
            words = f"at most {MAX_TYPED:,} characters"
            raise InvalidInput(f"Column {column.letter}, {NAMED.get(name, name)}: too long to be shared, {words}.")
    own = tried(Content(temperature=None), column)
    return PlayColumn(
        version=None if content else int(column.version),
        content=content,
        model=column.model,
        temperature=own.temperature,
        max_tokens=own.max_tokens,
        response_schema=column.response_schema.strip(),
        tools=column.tools.strip(),
    )


def blank(column: ColumnLine, **changes: str) -> ColumnLine:
    """Return the column without its answer."""
    kept = {name: getattr(column, name) for name in ("letter", *SETTINGS)}
    return ColumnLine(**{**kept, **changes})


def followed(column: ColumnLine, number: int, content: Content) -> ColumnLine:
    """Return the column of what was saved as a version; its answer stays where it was asked with just that."""
    changes = {"version": str(number), **dict.fromkeys(PARAMETERS, "")}
    return replace(column, **changes) if column.answered == content.fingerprint() else blank(column, **changes)


def lettered(columns: Sequence[ColumnLine]) -> list[ColumnLine]:
    return [replace(one, letter=LETTERS[place]) for place, one in enumerate(columns)]


def value_lines(holes: Sequence[Sequence[HoleLine]], *, any_text: bool) -> list[ValueLine]:
    """Return what the columns need together, in the order of first need; a text may be given a message."""
    found: dict[str, tuple[HoleLine, list[str]]] = {}
    for place, needed in enumerate(holes):
        for one in needed:
            found.setdefault(one.name, (one, []))[1].append(LETTERS[place])
    said = [ValueLine(SAID, TEXT, required=False, example="What somebody asks", columns="")] if any_text else []
    return said + [
        ValueLine(
            one.name, one.kind, one.required, EXAMPLES.get(one.kind, ""),
            "" if len(columns) == len(holes) else f"of {', '.join(columns)}",
        )
        for one, columns in found.values()
    ]  # fmt: skip


def values_of(lines: Iterable[ValueLine], typed: dict[str, str]) -> Values:
    """Return the values as they were typed: texts as they stand, the rest as JSON. Raise InvalidInput by field."""
    variables: dict[str, Any] = {}
    placeholders: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for line in lines:
        text = typed.get(line.name, "")
        is_empty = not text.strip()
        if line.name == SAID or (is_empty and not line.required):
            continue
        if line.kind == MESSAGES:
            placeholders[line.name] = _parsed(line, text or "[]", wrong)
        elif line.kind == BOOLEAN:
            variables[line.name] = text == "yes"
        elif is_empty:
            continue  # the column says that it is missing: a hole is never filled with nothing
        elif line.kind == TEXT:
            variables[line.name] = text
        else:
            variables[line.name] = _parsed(line, text, wrong)
    if wrong:
        raise InvalidInput("Some values cannot be read.", fields=wrong)
    return Values(variables, placeholders, typed.get(SAID, ""))


def _parsed(line: ValueLine, text: str, wrong: dict[str, str]) -> Any:
    try:
        found = read_json(text)
    except NotPlain as error:
        wrong[line.name] = f"It {error}."
        return None
    except ValueError:
        wrong[line.name] = f"JSON, such as {line.example}"
        return None
    wanted = dict if line.kind == KIND_WORDS["object"] else list
    if not isinstance(found, wanted):
        wrong[line.name] = f"JSON, such as {line.example}"
    return found


def tried(content: Content, column: ColumnLine) -> Content:
    """Return the content with the column's own parameters. Raise InvalidInput."""
    for name in PARAMETERS:
        written = getattr(column, name)
        if not written.strip():
            continue
        try:
            content = with_parameter(content, name, written)
        except InvalidInput as error:
            raise InvalidInput(f"Column {column.letter}, {NAMED.get(name, name)}: {error.message}") from error
    return content


def begun(column: ColumnLine, content: Content) -> ColumnLine:
    return replace(blank(column), state="run", words="Writing", answered=content.fingerprint())


def stopped(column: ColumnLine) -> ColumnLine:
    return replace(column, state="idle", words="Stopped") if column.state == "run" else column


def heard(column: ColumnLine, event: PlayEvent) -> ColumnLine:
    """Return the column after an event."""
    match event:
        case PlayText(text):
            return replace(column, text=column.text + text)
        case PlayTool(name, arguments, result):
            call = f"{name}({json.dumps(arguments, ensure_ascii=False)})"
            return replace(column, text="", calls=[*column.calls, f"{call} gives {result}" if result else call])
        case PlayDone():
            words = "Cut at its limit" if event.is_cut else event.problem or "Done"
            state = "wait" if event.is_cut or event.problem else "ok"
            value = "" if event.value is None else json.dumps(event.value, indent=2, ensure_ascii=False)
            return _spent(replace(column, state=state, words=words, text=event.text, value=value), event)
        case PlayFailed():
            return _spent(replace(column, state="fail", words=f"{event.words} {event.hint}".strip()), event)


def _spent(column: ColumnLine, event: PlayDone | PlayFailed) -> ColumnLine:
    tokens = f"{event.tokens_in:,} in, {event.tokens_out:,} out" if event.tokens_in or event.tokens_out else ""
    cost = formats.answer_price(event.cost, unpriced=event.has_unpriced) if tokens else ""
    took, spent = formats.span(event.total_ms), float(event.cost)
    return replace(column, time=took, tokens=tokens, cost=cost, spent=spent, is_unpriced=event.has_unpriced)


def total(columns: Sequence[ColumnLine]) -> str:
    """Say how many columns ended well and what all of them cost."""
    ended = [one for one in columns if one.time]
    if not ended:
        return ""
    well = sum(one.state == "ok" for one in ended)
    unpriced = sum(one.is_unpriced for one in ended)
    cost = formats.summed(Decimal(str(sum(one.spent for one in ended))), unpriced, single=True)
    return f"{well} of {len(columns)} done, {cost}"


def recalled(detail: dict[str, Any], config: Mapping[str, Any]) -> tuple[ColumnLine, dict[str, str]]:
    """Return the column and the values of a call that a flow made with a prompt, as its trace keeps them.

    What the settings of the node said in place of the prompt's own, the column says too.
    """
    told = detail["managed_prompt"]
    values = {name: as_typed(value) for name, value in {"history": told.get("history", []), **told["values"]}.items()}
    last = detail["messages"][-1]
    if last["role"] == "user":
        values[SAID] = last["content"]
    warm, most, schema = said_by(config)
    own = ("" if warm is None else f"{warm:g}", "" if most is None else str(most), json.dumps(schema) if schema else "")
    return ColumnLine("", str(told["version"]), detail.get("model", ""), *own), values


def said_by(config: Mapping[str, Any]) -> tuple[float | None, int | None, dict[str, Any] | None]:
    """Return temperature, longest answer and JSON schema of a node that asks a model, each None where it says none."""
    return config.get("temperature"), config.get("max_tokens"), config.get("json_schema") or None


def as_typed(value: Any) -> str:
    """Return a value as somebody would type it."""
    if isinstance(value, bool):
        return "yes" if value else ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def content_of(detail: dict[str, Any], config: Mapping[str, Any]) -> Content:
    """Return the messages of a call as a prompt that says the same, with what the settings of its node said beside.

    Raise InvalidInput where there are none.
    """
    said = [Turn(role=one["role"], content=escaped(one["content"])) for one in detail.get("messages", [])]
    if not said:
        raise InvalidInput("That node asked no model.")
    warm, most, schema = said_by(config)
    # To a model that cannot be held to it, a schema was said in words, which stand among the messages.
    is_said = any(json.dumps(schema) in one["content"] for one in detail["messages"] if one["role"] == "system")
    return Content(
        kind="chat",
        messages=tuple(said),
        model=detail.get("model", ""),
        temperature=warm,
        max_tokens=most,
        response_schema=None if is_said else schema,
    )


def escaped(text: str) -> str:
    """Return a text that was sent once as a template that says the same."""
    if "endraw" in text:  # it would end what keeps it as it is
        return SIGNS.sub(lambda sign: f"{{{{ '{sign[0]}' }}}}", text)
    return f"{{% raw %}}{text}{{% endraw %}}" if SIGNS.search(text) else text
