"""Which templates are rendered beside everything else, and which in a child with limits."""

import pytest

from backend.engines.templates.environment import Sandbox, parse
from backend.engines.templates.reading import is_cheap


@pytest.mark.parametrize(
    "source",
    [
        "{{ 1 | round(50000000, 'ceil') }}",
        "{{ 1 | round(number) }}",
        "{{ number | sum(start=[]) }}",
        "{{ number | sum('a', []) }}",
        "{{ number | tojson(8) }}",
        "{{ number | tojson | tojson }}",
        "{{ [number | string] | string }}",
        "{{ number | list | upper | list }}",
        "{{ number | join('-') | join('-') }}",
        "{{ number | default(number | tojson) | tojson }}",
        "{{ (number | join('-')) ~ number }}",
        "{{ number | urlencode | urlencode }}",
        "{{ number | join('x' * 99) }}",
        "{{ number | int(0, 16) is divisibleby(number) }}",
        "{% if number | lower %}{% endif %}" * 101,
        "{% if number == 1 %}{% endif %}" * 101,
        "{% if number is lower %}{% endif %}" * 101,
        "{{ number * 2 }}",
        "{{ [number] }}",
        "{{ number | replace('a', 'b') }}",
        "{{ number | indent }}",
        "{{ number | sort }}",
    ],
)
def test_what_costs_more_than_its_values_are_long_goes_to_the_child(source: str):
    assert not is_cheap(parse(Sandbox(), source))


@pytest.mark.parametrize(
    "source",
    [
        "{{ number | round(2) }} {{ number | round(1, 'floor') }}",
        "{{ rows | sum }} {{ rows | sum(attribute='price') }}",
        "{{ rows | join(', ') }}{{ rows | tojson }}" * 30,
        "{{ a | default('a longer text than a separator may be') | upper | trim }}",
        "{% if a in ['b', 'c'] %}{{ a }}{% endif %}",
        "{% if a == b and a is defined %}{{ a ~ ': ' ~ (b | lower) }}{% endif %}",
    ],
)
def test_everyday_templates_stay_in_process(source: str):
    assert is_cheap(parse(Sandbox(), source))
