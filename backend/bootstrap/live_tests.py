"""Live tests, joined with the prompts whose labels they split and the log that tells how it went."""

from __future__ import annotations

from backend.conversations.service import ConversationService
from backend.live_tests.service import LiveTestService
from backend.ports.sealing import Sealer
from backend.prompts.service import PromptService
from backend.unit_of_work import Units


def open_live_tests(units: Units, prompts: PromptService, log: ConversationService, sealer: Sealer) -> LiveTestService:
    made = LiveTestService(units, prompts, sealer)
    prompts.splits.append(made.choose)
    prompts.protecting.append(made.check_protecting)
    log.seating.append(made.seated)
    log.leaving.append(made.leave)
    return made
