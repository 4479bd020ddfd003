"""Flows over REST: drafts, versions, and what may stand in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from backend.api.access import allowed
from backend.api.flow_bodies import (
    BriefBody,
    DrawnVersionBody,
    FlowBody,
    FlowChange,
    FlowList,
    NewFlow,
    Operations,
    ProblemBody,
    ProblemList,
    Protection,
    Publication,
    PublishApprovalBody,
    PublishApprovalList,
    Refusal,
    Restoration,
    SavedBody,
    VersionBody,
    VersionList,
    WaitingBody,
)
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Listed, Page

router = APIRouter(prefix="/api", tags=["flows"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.FLOWS_READ)]
Editor = Annotated[Operator, allowed(Permission.FLOWS_EDIT)]
Publisher = Annotated[Operator, allowed(Permission.FLOWS_PUBLISH)]
Approver = Annotated[Operator, allowed(Permission.FLOWS_APPROVE)]
Manager = Annotated[Operator, allowed(Permission.PROJECT_MANAGE)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("/node-kinds")
async def node_kinds(operator: Reader) -> dict[str, Any]:
    """Return every kind of node with its ports and the schema of its settings."""
    return services().flows.catalogue(operator)


@router.get("/flows")
async def list_flows(operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "") -> FlowList:
    listed = await services().flows.list(operator, Page(limit, after))
    return FlowList(flows=[BriefBody.of(flow) for flow in listed.items], next=listed.next)


@router.post("/flows", status_code=201)
async def create_flow(operator: Editor, body: NewFlow) -> FlowBody:
    flow = await services().flows.create(
        operator, body.name, slug=body.slug, description=body.description, document=body.document
    )
    return FlowBody.of(flow)


@router.get("/flows/{name}")
async def get_flow(operator: Reader, name: str) -> FlowBody:
    """Return the flow of this id or slug."""
    return FlowBody.of(await services().flows.get(operator, name))


@router.put("/flows/{name}")
async def change_flow(operator: Editor, name: str, body: FlowChange) -> FlowBody:
    """Save the draft, the name, the slug or the description; 409 when the draft is newer than `version`."""
    changed = await services().flows.change(
        operator,
        name,
        body.version,
        document=body.document,
        new_name=body.name,
        slug=body.slug,
        description=body.description,
    )
    return FlowBody.of(changed)


@router.delete("/flows/{name}", status_code=204)
async def delete_flow(operator: Editor, name: str) -> None:
    await services().flows.delete(operator, name)


@router.post("/flows/{name}/operations")
async def apply_operations(operator: Editor, name: str, body: Operations) -> SavedBody:
    """Apply edits to the draft, all or none; 409 when it is newer than `version`."""
    return SavedBody.of(await services().flows.apply(operator, name, body.version, body.operations))


@router.get("/flows/{name}/problems")
async def list_problems(operator: Reader, name: str) -> ProblemList:
    problems = await services().flows.problems(operator, name)
    return ProblemList(problems=[ProblemBody.of(problem) for problem in problems])


@router.post("/flows/{name}/publish", status_code=201, responses={202: {"model": WaitingBody}})
async def publish_flow(
    operator: Publisher, name: str, response: Response, body: Publication | None = None
) -> VersionBody | WaitingBody:
    """Make the draft the version that is run; 202 where the flow is protected and it waits for a second person.

    409 while the draft has errors.
    """
    wish = body or Publication()
    change = await services().flows.publish(operator, name, wish.comment, wish.version)
    if change.approval:
        response.status_code = 202
        return WaitingBody(approval=PublishApprovalBody.of(change.approval))
    assert change.version
    return VersionBody.of(change.version)


@router.put("/flows/{name}/protection")
async def protect_flow(operator: Manager, name: str, body: Protection) -> Protection:
    """Let the flow be published only with a second person's approval, or freely again."""
    await services().flows.protect(operator, name, protected=body.protected)
    return body


@router.get("/publish-approvals")
async def list_publish_approvals(
    operator: Reader,
    flow: str = "",
    state: Literal["waiting", "all"] = "waiting",
    limit: Limit = DEFAULT_LIMIT,
    after: str = "",
) -> PublishApprovalList:
    """List the wishes to publish protected flows: those that wait, or with `state=all` those of the last 200."""
    found = await services().flows.publish_approvals(operator, flow, waiting=state == "waiting")
    listed = Listed.among(found, Page(limit, after))
    return PublishApprovalList(approvals=[PublishApprovalBody.of(one) for one in listed.items], next=listed.next)


@router.post("/publish-approvals/{approval_id}/approve", status_code=201)
async def approve_publication(operator: Approver, approval_id: str) -> VersionBody:
    """Publish the document that was asked for; 403 for who asked, 409 where it may not be published any more."""
    return VersionBody.of(await services().flows.approve_publish(operator, approval_id))


@router.post("/publish-approvals/{approval_id}/refuse")
async def refuse_publication(operator: Approver, approval_id: str, body: Refusal) -> PublishApprovalBody:
    return PublishApprovalBody.of(await services().flows.refuse_publish(operator, approval_id, body.reason))


@router.post("/publish-approvals/{approval_id}/withdraw")
async def withdraw_publication(operator: Publisher, approval_id: str) -> PublishApprovalBody:
    """Take one's own wish back."""
    return PublishApprovalBody.of(await services().flows.withdraw_publish(operator, approval_id))


@router.get("/flows/{name}/versions")
async def list_versions(operator: Reader, name: str, limit: Limit = DEFAULT_LIMIT, after: str = "") -> VersionList:
    listed = await services().flows.list_versions(operator, name, Page(limit, after))
    return VersionList(versions=[VersionBody.of(version) for version in listed.items], next=listed.next)


@router.get("/flows/{name}/versions/{number}")
async def get_version(operator: Reader, name: str, number: int) -> DrawnVersionBody:
    version = await services().flows.get_version(operator, name, number)
    return DrawnVersionBody(**dict(VersionBody.of(version.info)), document=version.document.as_json())


@router.post("/flows/{name}/versions/{number}/restore")
async def restore_version(operator: Editor, name: str, number: int, body: Restoration) -> SavedBody:
    """Make a version the draft again; 409 when the draft is newer than `version`."""
    return SavedBody.of(await services().flows.restore(operator, name, number, body.version))
