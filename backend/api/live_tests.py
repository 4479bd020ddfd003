"""Live tests over REST: a label split over versions while people talk to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.api.live_test_bodies import LiveTestBody, LiveTestList, NewLiveTestBody, Promotion, ReportBody
from backend.api.prompt_version_bodies import LabelAnswer
from backend.bootstrap import services
from backend.live_tests.types import State
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

router = APIRouter(prefix="/api", tags=["prompts"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.PROMPTS_READ)]
Editor = Annotated[Operator, allowed(Permission.PROMPTS_EDIT)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("/prompts/{prompt_id}/live-tests")
async def list_live_tests(
    operator: Reader, prompt_id: str, limit: Limit = DEFAULT_LIMIT, after: str = ""
) -> LiveTestList:
    """List the live tests of a prompt, newest first."""
    return LiveTestList.of(await services().live_tests.list(operator, prompt_id, Page(limit, after)))


@router.get("/live-tests")
async def list_all_live_tests(
    operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "", state: State | None = None
) -> LiveTestList:
    """List the live tests of all prompts, newest first, those in one state where it is named."""
    return LiveTestList.of(await services().live_tests.list(operator, page=Page(limit, after), state=state))


@router.post("/prompts/{prompt_id}/live-tests", status_code=201)
async def start_live_test(operator: Editor, prompt_id: str, body: NewLiveTestBody) -> LiveTestBody:
    """Split a label over versions by weight, from the next conversation on; each conversation stays with its version.

    The version that the label points at has to be among them. 409 while another test runs on the label.
    """
    return LiveTestBody.of(await services().live_tests.start(operator, prompt_id, body.new()))


@router.get("/live-tests/{live_test_id}")
async def get_live_test(operator: Reader, live_test_id: str) -> ReportBody:
    """Compare the versions as things stand now, with intervals that hold whenever one looks."""
    return ReportBody.of(await services().live_tests.report(operator, live_test_id))


@router.post("/live-tests/{live_test_id}/stop")
async def stop_live_test(operator: Editor, live_test_id: str) -> LiveTestBody:
    """Let everybody have the version under the label again."""
    return LiveTestBody.of(await services().live_tests.stop(operator, live_test_id))


@router.post("/live-tests/{live_test_id}/promote")
async def promote_live_test(operator: Editor, live_test_id: str, body: Promotion, response: Response) -> LabelAnswer:
    """Point the label at one of the versions and end the test; 202 where the label waits for a second person."""
    change = await services().live_tests.promote(operator, live_test_id, body.version)
    response.status_code = 202 if change.approval else 200
    return LabelAnswer.of(change)
