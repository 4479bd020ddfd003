"""Alerts over REST: rules on a figure of the log, and when they fired."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from backend.api.access import allowed
from backend.api.alert_bodies import (
    AlertBody,
    AlertList,
    ChangedAlert,
    DeliveryBody,
    FiringBody,
    FiringList,
    KeptAlert,
    Mute,
    PreviewBody,
    Told,
)
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

router = APIRouter(prefix="/api", tags=["alerts"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]
Reviewer = Annotated[Operator, allowed(Permission.CONVERSATIONS_REPLY)]
Admin = Annotated[Operator, allowed(Permission.PROJECT_MANAGE)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("/alerts")
async def list_alerts(operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "") -> AlertList:
    """List the rules and how they stand, newest first."""
    listed = await services().alerts.list(operator, Page(limit, after))
    return AlertList(alerts=[KeptAlert.of(one) for one in listed.items], next=listed.next)


@router.post("/alerts", status_code=201)
async def create_alert(operator: Admin, body: AlertBody) -> KeptAlert:
    """Watch a figure. The answer alone has the secret that signs what the webhook is sent."""
    return KeptAlert.of(await services().alerts.create(operator, body.rule()))


@router.get("/alerts/{alert_id}")
async def get_alert(operator: Reader, alert_id: str) -> KeptAlert:
    return KeptAlert.of(await services().alerts.get(operator, alert_id))


@router.put("/alerts/{alert_id}")
async def change_alert(operator: Admin, alert_id: str, body: ChangedAlert) -> KeptAlert:
    """Replace the rule; another address of the webhook gets another secret, told in this answer."""
    return KeptAlert.of(await services().alerts.change(operator, alert_id, body.rule(), body.version))


@router.delete("/alerts/{alert_id}", status_code=204)
async def delete_alert(operator: Admin, alert_id: str) -> None:
    """Remove the rule with its history."""
    await services().alerts.delete(operator, alert_id)


@router.post("/alerts/{alert_id}/mute")
async def mute_alert(operator: Reviewer, alert_id: str, body: Mute) -> KeptAlert:
    """Tell nobody for some minutes."""
    return KeptAlert.of(await services().alerts.mute(operator, alert_id, body.minutes))


@router.post("/alerts/{alert_id}/test", status_code=202)
async def test_alert(operator: Admin, alert_id: str) -> Told:
    """Send a test to everybody of the rule, and tell what became of it. 409 where it would tell nobody."""
    told = await services().alerts.test(operator, alert_id)
    return Told(num_told=len(told), deliveries=[DeliveryBody.model_validate(one) for one in told])


@router.post("/alert-preview")
async def preview_alert(operator: Reader, body: AlertBody) -> PreviewBody:
    """Tell when a rule would have fired in the last seven days. Nothing is kept or told."""
    return PreviewBody.model_validate(await services().alerts.preview(operator, body.rule()))


@router.get("/alert-firings")
async def list_firings(
    operator: Reader, alert_id: str = "", limit: Limit = DEFAULT_LIMIT, after: str = ""
) -> FiringList:
    """List when rules fired and what became of each message, newest first."""
    listed = await services().alerts.firings(operator, Page(limit, after), alert_id)
    return FiringList(alert_firings=[FiringBody.of(one) for one in listed.items], next=listed.next)
