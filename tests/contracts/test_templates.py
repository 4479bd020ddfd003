"""What templates promise, and a corpus of those that mean harm."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.engines.templates.jinja import JinjaTemplates
from backend.ports.templates import TemplateFailed, Templates, TemplateVariable
from tests.factories.children import engine_children

VALUES = {
    "input": {"name": "Ada", "items": [1, 2], "empty": "", "none": None, "ok": True, "big": "x" * 1_000_000},
    "search": {"passages": [{"text": "one", "score": 0.5}, {"text": "two {{ input.name }}", "score": 1}]},
    "number": 3,
}


@pytest.fixture
async def templates(tmp_path: Path) -> AsyncIterator[Templates]:
    made = JinjaTemplates(tmp_path / "rooms", tmp_path / "log")
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("Hello {{ input.name }}!\n", "Hello Ada!\n"),
        ("{{ input['name'] | upper }}", "ADA"),
        ("{{ input.items }}", "[1, 2]"),
        ("{{ search.passages[0] }}", '{"text": "one", "score": 0.5}'),
        ("{{ input.none }}|{{ input.ok }}|{{ number }}", "|true|3"),
        ("{{ missing | default('-') }}", "-"),
        ("{% if number > 2 %}many{% else %}few{% endif %}", "many"),
        ("{% for one in search.passages %}{{ loop.index }}. {{ one.text[:3] }};{% endfor %}", "1. one;2. two;"),
        ("{% for key, value in search.passages[0].items() %}{{ key }}={{ value }} {% endfor %}", "text=one score=0.5 "),
        ("{{ number * 2 }}", "6"),
        ("{{ input.name.upper() }}", "ADA"),
        ("{{ search.passages | map(attribute='text') | join(', ') }}", "one, two {{ input.name }}"),
        ("{# a comment #}{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{% macro hi(n) %}hi {{ n }}{% endmacro %}{{ hi('you') }}", "hi you"),
        ("{{ input.items | reverse | list }}", "[2, 1]"),
        ("{{ search.passages[:1] | tojson }}", '[{"text": "one", "score": 0.5}]'),
    ],
)
async def test_holes_are_filled(templates: Templates, source: str, text: str):
    assert await templates.render(source, VALUES) == text


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ search.passages }}", VALUES["search"]["passages"]),
        ("  {{ input.items[1] }}\n", 2),
        ("{{ input.none }}", None),
        ("{{ input.ok }}", True),
        ("{{ number | float }}", 3.0),
        ("{{ search.passages | map(attribute='score') | list }}", [0.5, 1]),
        ("{{ number * 2 }}", 6),
        ("{{ number }} ", 3),
        ("no. {{ number }}", "no. 3"),
        ("{{ number }}{{ number }}", "33"),
    ],
)
async def test_an_expression_alone_keeps_its_type(templates: Templates, source: str, value: object):
    found = await templates.evaluate(source, VALUES)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("a\n{{ input.nome }}", 2, "no key 'nome'"),
        ("{{ nobody }}", 1, "'nobody' is undefined"),
        ("a\nb {{ input. }}", 2, "expected"),
        ("{% for x in %}", 1, "Expected"),
        ("{% if x %}", 1, "Unexpected end"),
        ("{{ number | shout }}", 1, "no filter named 'shout'"),
        ("{{ input.name + number }}", 1, "concatenate"),
        ("x\n\n{% for one in search.passages %}{{ one.nope }}{% endfor %}", 3, "no key 'nope'"),
    ],
)
async def test_a_wrong_template_says_where(templates: Templates, source: str, line: int, words: str):
    with pytest.raises(TemplateFailed, match=words) as raised:
        await templates.render(source, VALUES)
    assert raised.value.line == line


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ input.__init__.__globals__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ ''['__cl' ~ 'ass__'].__mro__ }}",
        "{{ input['__cl' ~ 'ass__'] }}",
        "{{ '{0.__class__}'.format(input) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ lipsum.__globals__ }}",
        "{{ lipsum(n=100000) }}",
        "{{ cycler.__init__ }}",
        "{{ joiner() }}",
        "{{ namespace() }}",
        "{{ range(10**9) | list }}",
        "{{ self }}",
        "{{ self.__init__ }}",
        "{{ input.items.append(3) }}",
        "{{ input.update({'a': 1}) }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'base' %}",
        "{% block x %}{% endblock %}",
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 300000000 }}",
        "{{ [0] * 10**9 }}",
        "{{ 10**10**10 }}",
        "{{ 9**9**9**9 }}",
        "{{ 'a'.ljust(10**9) }}",
        "{{ 'a' | center(10**9) }}",
        "{{ input.big | replace('x', input.big) | length }}",
        "{{ 'a' | indent(10**9, true) }}",
        "{% for a in input.big %}{% for b in input.big %}{% for c in input.big %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro a() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
        "{% for a in input.big %}{{ input.big }}{% endfor %}",
        "{{ input.big }}{{ input.big }}",
        "{{ input.big ~ input.big }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "-" * 5000 + "1 }}",
        "{% if 1 %}" * 2000 + "{% endif %}" * 2000,
        "{{ number" + " + number" * 30_000 + " }}",
        "x" * 200_000 + "{{ number }}",
        "{{ input.big | wordwrap(1) | length * 10**8 * 'a' }}",
        "{{ 1 | round(50000000, 'ceil') }}",
        "{{ 'a'" + " | tojson" * 60 + " }}",
        "{{ 'a'" + " | list | string" * 30 + " }}",
        "{{ input.name" + " | join('12345678901234567890')" * 12 + " }}",
        "{{ [[[[input.big] | upper] | upper] | upper]" + " | lower" * 400 + " }}",
        "{{ number }}" * 8_000,
        "{{ 1" + " ~ 1" * 20_000 + " }}",
        "{{ input.name.format }}",
        "{{ input.name.upper }}",
        "{{ input.name['upper'] ~ '!' }}",
        "{{ input.name.upper | string }}",
        "{{ [input.name.upper] }}",
        "{{ input.items | reverse }}",
        "{% if 1 %}{{ input.items | map('string') }}{% endif %}",
    ],
)
async def test_a_hostile_template_fails_in_words_and_the_next_one_works(templates: Templates, source: str):
    started = time.monotonic()
    with pytest.raises(TemplateFailed) as raised:
        await templates.evaluate(source, VALUES)
    assert time.monotonic() - started < 20
    assert raised.value.message[0].isupper()
    assert len(raised.value.message) < 300
    assert await templates.render("{% for x in [1] %}{{ x }}{% endfor %}", VALUES) == "1"


async def test_a_bomb_leaves_no_process_and_little_memory(templates: Templates):
    with pytest.raises(TemplateFailed, match="memory"):
        await templates.render("{{ 'a' * 2000000000 }}", VALUES)
    with pytest.raises(TemplateFailed, match="longer than 1 second"):
        await templates.render("{% for a in input.big %}{% for b in input.big %}{% endfor %}{% endfor %}", VALUES)
    children = engine_children(recursive=True)
    assert len(children) == 1
    assert children[0].memory_info().rss < 100 * 1024 * 1024


async def test_a_slow_template_does_not_hold_up_another(templates: Templates):
    slow = "{% for a in input.big %}{% for b in input.big %}{% endfor %}{% endfor %}"
    await asyncio.gather(*(templates.render("{{ number * 1 }}", VALUES) for _ in range(2)))
    waiting = asyncio.create_task(templates.render(slow, VALUES))
    await asyncio.sleep(0.1)
    assert await templates.render("{{ number * 2 }}", VALUES) == "6"
    assert not waiting.done()
    with pytest.raises(TemplateFailed):
        await waiting


async def test_cheap_templates_start_no_process(templates: Templates):
    assert await templates.render("Hello {{ input.name | title }}", VALUES) == "Hello Ada"
    assert engine_children() == []


async def test_a_value_is_never_read_as_a_template(templates: Templates):
    once = await templates.render("{{ text }}", {"text": "{{ number }}", "number": 3})
    assert once == "{{ number }}"


@pytest.mark.parametrize("value", [10**30, "\ud800", {"\ud800": 1}])
async def test_what_no_other_process_can_be_told_fails_in_words(templates: Templates, value: object):
    with pytest.raises(TemplateFailed, match="half of a character"):
        await templates.render("{% for _ in [1, 2] %}{{ x }}{% endfor %}", {"x": value})


async def test_an_object_does_not_get_in_with_its_methods(templates: Templates):
    assert await templates.render("{{ at }}", {"at": datetime(2026, 1, 2, tzinfo=UTC)}) == "2026-01-02T00:00:00Z"
    with pytest.raises(TemplateFailed, match="no plain data"):
        await templates.render("{{ it }}", {"it": templates})


async def test_the_callers_values_stay_as_they_were(templates: Templates):
    values = {"rows": [1, 2]}
    with pytest.raises(TemplateFailed):
        await templates.render("{{ rows.append(3) }}", values)
    assert values == {"rows": [1, 2]}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("no holes", set()),
        ("{{ a }} and {{ b.c.d }}", {"a", "b.c.d"}),
        ("{{ a.b[0].c }}", {"a.b"}),
        ("{{ a['b'].c }}", {"a.b.c"}),
        ("{{ a[b.c] }}", {"a", "b.c"}),
        ("{% for x in a.rows %}{{ x.text }}{{ loop.index }}{% endfor %}", {"a.rows"}),
        ("{% set x = a.b %}{{ x.c }}", {"a.b"}),
        ("{{ a.b | default(c.d) }}", {"a.b", "c.d"}),
        ("{{ a.name.upper() }}", {"a.name"}),
        ("{% if a.b == 'x' and not c %}y{% endif %}", {"a.b", "c"}),
        ("{{ [a.b, {'k': c}] }}", {"a.b", "c"}),
    ],
)
def test_references_are_told_by_their_dotted_names(tmp_path: Path, source: str, names: set[str]):
    assert JinjaTemplates(tmp_path, tmp_path / "log").references(source) == names


def test_checking_finds_what_can_never_work(tmp_path: Path):
    templates = JinjaTemplates(tmp_path, tmp_path / "log")
    templates.check("{{ not_known_yet }}")
    for source in ("{{ a", "{{ a | shout }}", "{% include 'x' %}", "{{ a.__class__ }}"):
        with pytest.raises(TemplateFailed):
            templates.check(source)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("plain", []),
        ("{{ name }}", [TemplateVariable("name", "text")]),
        ("{{ user.name }} {{ user['age'] }}", [TemplateVariable("user", "object", ("age", "name"))]),
        ("{% for p in rows %}{{ p.title }}{% endfor %}", [TemplateVariable("rows", "list")]),
        ("{{ rows | join(', ') }}", [TemplateVariable("rows", "list")]),
        ("{% if polite and not hurried %}x{% endif %}", [TemplateVariable("hurried", "boolean"),
                                                         TemplateVariable("polite", "boolean")]),
        ("{% if tone %}{{ tone }}{% endif %}", [TemplateVariable("tone", "text")]),
        ("{% if tone == 'calm' %}x{% endif %}", [TemplateVariable("tone", "text")]),
        ("{{ tone | default('calm') }}", [TemplateVariable("tone", "text", required=False)]),
        ("{% if tone is defined %}{{ tone }}{% endif %}", [TemplateVariable("tone", "text", required=False)]),
        ("{% set x = y %}{{ x }}{{ loop }}", [TemplateVariable("loop", "text"), TemplateVariable("y", "text")]),
    ],
)  # fmt: skip
def test_variables_are_typed_by_their_use(templates: Templates, source: str, found: list[TemplateVariable]) -> None:
    assert list(templates.variables(source)) == found
