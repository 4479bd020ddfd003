"""Where a prompt is used tells its experiments, and they tell how its versions did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backend.experiments.types import PromptChoice, VariantDraft, VersionStanding
from backend.prompts.types import PRODUCTION, Content, NewPrompt, Turn, Use
from tests.backend.experiments.conftest import Lab


async def test_experiments_say_which_versions_they_ask(lab: Lab) -> None:
    lab.fill(2)
    prompts = lab.services.prompts
    asked = await prompts.create(lab.operator, NewPrompt("Support", Content(text="{{ good }}", model="lab:echo")))
    other = await prompts.create(lab.operator, NewPrompt("Billing", Content(text="{{ weak }}", model="lab:echo")))
    for one in (asked, other):
        await prompts.set_label(lab.operator, one.id, PRODUCTION, 1)
    by_label = VariantDraft("a", PromptChoice(id=asked.id, label=PRODUCTION))
    waiting = await lab.service.create(lab.operator, lab.draft(by_label, VariantDraft("b", PromptChoice(id=other.id))))
    done = await lab.ran(by_label, VariantDraft("b", PromptChoice(id=asked.id, version=1)))
    assert list(await prompts.uses(lab.operator, asked.id)) == [
        Use("experiment", done.id, done.name, "", "", 1, past=True),
        Use("experiment", waiting.id, waiting.name, "", PRODUCTION, None),
    ]
    [use] = await prompts.uses(lab.operator, "billing")
    assert (use.id, use.version, use.follows) == (waiting.id, None, PRODUCTION)


async def test_versions_say_how_many_rows_passed_in_the_last_experiment_that_asked_them(lab: Lab) -> None:
    lab.fill(4, wrong=[2])
    prompts, service = lab.services.prompts, lab.service

    def said(what: str) -> Content:
        return Content(kind="chat", messages=[Turn(role="user", content=what)], model="lab:echo")

    made = await prompts.create(lab.operator, NewPrompt("Support", said("{{ weak }}")))
    await prompts.save_version(lab.operator, made.id, said("{{ good }}"))
    assert await service.prompt_standing(lab.operator, made.id) is None
    old, new = (VariantDraft(name, PromptChoice(id=made.id, version=at)) for at, name in ((1, "old"), (2, "new")))
    await lab.ran(old, new, evaluators=({"kind": "regex", "name": "another", "pattern": "no"},))
    first = await lab.ran(old, new)
    again = await lab.ran(new, VariantDraft("dear", PromptChoice(id=made.id, version=2)))
    told = await service.prompt_standing(lab.operator, made.id)
    assert told is not None
    assert (told.metric, told.dataset_name) == ("exact", "Questions")
    assert told.versions == (
        VersionStanding(1, "old", 3, 4, first.id, "Support"),
        VersionStanding(2, "new", 4, 4, again.id, "Support"),
    )
    assert told.elsewhere == ()
    for text in ("{{ good }}!", "{{ good }}?", "{{ good }}."):
        await prompts.save_version(lab.operator, made.id, said(text))
    ways: tuple[dict[str, Any], ...] = ({"kind": "levenshtein"}, {"kind": "rouge", "name": "exact"})
    ran = [
        await lab.ran(VariantDraft("v", PromptChoice(id=made.id, version=at)), evaluators=(how,))
        for at, how in zip((3, 4), ways, strict=True)
    ]
    lab.rows = [replace(row, split="test") for row in lab.rows]
    split = await lab.ran(VariantDraft("v", PromptChoice(id=made.id, version=5)), split="test")
    await lab.ran(old, new)
    found = await service.prompt_standing(lab.operator, made.id)
    assert found is not None
    assert [(one.version, one.how, one.experiment_id) for one in found.elsewhere] == [
        (3, "by levenshtein", ran[0].id), (4, "without a pass or a fail", ran[1].id), (5, "over split test", split.id),
    ]  # fmt: skip


async def test_a_version_that_a_promotion_made_has_the_score_of_what_ran(lab: Lab) -> None:
    lab.fill(4, wrong=(1,))
    for row in lab.rows:
        del row.input["question"]
    service, prompts = lab.service, lab.services.prompts
    made = await prompts.create(lab.operator, NewPrompt("Support", Content(text="{{ weak }}", model="lab:echo")))

    def asked(name: str, model: str = "", **parameters: Any) -> VariantDraft:
        return VariantDraft(name, PromptChoice(id=made.id, version=1), model=model, parameters=parameters)

    done = await lab.ran(asked("own"), asked("other", "no-text"), asked("third", temperature=0.5))
    assert (await service.promote(lab.operator, done.id, "third")).version == 2
    assert (await service.promote(lab.operator, done.id, "other", label="staging")).version == 3
    told = await service.prompt_standing(lab.operator, made.id)
    assert told is not None
    assert [(one.version, one.variant, one.num_passed) for one in told.versions] == [
        (1, "own", 3), (2, "third", 3), (3, "other", 0)
    ]  # fmt: skip
    again = await service.score_again(lab.operator, done.id, ({"kind": "contains"},))
    await service.start(lab.operator, again.id)
    await lab.executor.execute(again.id)
    last = await service.prompt_standing(lab.operator, made.id)
    assert last is not None
    assert [(one.version, one.experiment_id) for one in last.versions] == [(at, again.id) for at in (1, 2, 3)]
