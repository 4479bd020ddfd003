"""Where a prompt is used tells its experiments."""

from __future__ import annotations

from backend.experiments.types import PromptChoice, VariantDraft
from backend.prompts.types import PRODUCTION, Content, NewPrompt, Use
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
        Use("experiment", done.id, done.name, "", "", 1),
        Use("experiment", waiting.id, waiting.name, "", PRODUCTION, None),
    ]
    [use] = await prompts.uses(lab.operator, "billing")
    assert (use.id, use.version, use.follows) == (waiting.id, None, PRODUCTION)
