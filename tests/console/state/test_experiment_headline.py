"""The result of an experiment in the list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.experiments.types import Headline, Status
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt
from console.state.experiment_headline import ResultLine, result_line
from console.state.experiments import ExperimentsState
from tests.console.experimenting import answered, dataset, owner, passing
from tests.console.state.test_experiment_rows import experiment
from tests.console.tab import Tab, tab

__all__ = ["dataset", "owner", "tab"]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (Headline("better", "B"), ResultLine("ok", "B better")),
        (Headline("mixed", "B", "tone"), ResultLine("warn", "B better, worse in tone")),
        (Headline("worse", "B", "tone"), ResultLine("fail", "B worse in tone")),
        (Headline("worse", "B"), ResultLine("fail", "B worse")),
        (Headline("same"), ResultLine("idle", "No difference")),
        (Headline("cannot_tell", rows_needed=41), ResultLine("wait", "Cannot tell yet, about 41 more rows")),
        (Headline("cannot_tell", rows_needed=1), ResultLine("wait", "Cannot tell yet, about 1 more row")),
        (Headline("cannot_tell", rows_needed=900_000), ResultLine("wait", "Cannot tell yet")),
        (None, ResultLine("", "Open to see the result")),
    ],
)
def test_a_result_is_a_few_words_with_the_name_of_the_variant(said: Headline | None, line: ResultLine) -> None:
    assert result_line(replace(experiment(Status.DONE), headline=said)) == line


def test_what_has_not_ended_well_has_no_result() -> None:
    for status in set(Status) - {Status.DONE}:
        assert result_line(experiment(status)) == ResultLine()


async def test_the_list_tells_a_result_until_something_changed(
    tab: Tab, dataset: str, services: Services, owner: Operator
) -> None:
    short = await services.prompts.create(owner, NewPrompt("Short", Content(text="Answer {{ question }}.")))
    await services.prompts.save_version(owner, short.id, Content(text="Say {{ question }}."))
    made = await answered(services, tab, short)
    page = tab.at("/experiments").state(ExperimentsState)
    await page.load()
    assert page.results[made.id] == ResultLine("fail", "Nothing passed")
    await passing(services, made, {1: 2})
    await page.load()
    assert page.results[made.id] == ResultLine("", "Open to see the result")
    await services.experiments.comparison(owner, made.id)
    await page.load()
    assert page.results[made.id].words.startswith("Cannot tell yet")
