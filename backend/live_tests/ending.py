"""End a test once, in a unit that is open."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.errors import Conflict
from backend.live_tests.judging import Judging
from backend.live_tests.models import LiveTestRow
from backend.live_tests.repository import LiveTests
from backend.live_tests.shapes import live_test_of
from backend.live_tests.types import LiveTest, State
from backend.operator import Operator
from backend.unit_of_work import Work


async def running_one(work: Work, operator: Operator, test_id: str) -> LiveTestRow:
    """Lock a test that runs. Raise LiveTestNotFound, Conflict once it ended."""
    row = await LiveTests(work.session, operator.project_id).get(storable(test_id), lock=True)
    if row.state != State.RUNNING.value:
        raise over()
    return row


async def ended(work: Work, operator: Operator, row: LiveTestRow, state: State, reason: str) -> LiveTest:
    """End a locked test, and keep what it was decided by."""
    row.state, row.reason = state.value, reason
    row.ended_by, row.ended_at = operator.name, utc_now()
    work.session.add(row)
    test = live_test_of(row)
    await Judging(work.session, operator.project_id).keep(test)
    after = {"state": row.state, "reason": reason}
    await AuditTrail(work.session).record(operator, "live_test.end", target_of(test), after=after)
    return test


def over() -> Conflict:
    return Conflict("This live test has ended already.")


def target_of(test: LiveTest) -> Target:
    return Target("live_test", test.id, f"{test.prompt_name} {test.label}")
