"""Prompts over REST: the resource that other systems know, with its keys and codes, and what stands below it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import ValidationError

from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.api.prompt_bodies import NewPromptBody, PromptBody, PromptPatch
from backend.api.prompt_version_bodies import (
    ApprovalBody,
    LabelAnswer,
    LabelBody,
    LabelWish,
    MoveBody,
    NewVersion,
    Protection,
    Refusal,
    RenderedBody,
    RenderWish,
    RollBackWish,
    UseBody,
    VersionBody,
)
from backend.bootstrap import services
from backend.errors import InvalidInput
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from backend.prompts.types import Content, Filters, PromptChange, VersionRef

router = APIRouter(prefix="/api", tags=["prompts"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.PROMPTS_READ)]
Editor = Annotated[Operator, allowed(Permission.PROMPTS_EDIT)]
Approver = Annotated[Operator, allowed(Permission.PROMPTS_APPROVE)]
Manager = Annotated[Operator, allowed(Permission.PROJECT_MANAGE)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("/prompts")
async def list_prompts(
    operator: Reader,
    agent_config: str | None = None,
    agent_name: str | None = None,
    is_active: bool | None = None,  # noqa: FBT001  # a query parameter
    tags: str | None = None,
) -> dict[str, list[PromptBody]]:
    """List every prompt that fits; `tags` are names with commas between them, of which one is enough."""
    wanted = Filters(agent_config, agent_name, is_active, tuple(tags.split(",")) if tags else ())
    return {"prompts": [PromptBody.of(one) for one in await services().prompts.list(operator, wanted)]}


@router.post("/prompts", status_code=201)
async def create_prompt(operator: Editor, body: NewPromptBody) -> dict[str, PromptBody]:
    """Make a prompt; an active one takes the place of the active one of the same agent."""
    return {"prompt": PromptBody.of(await services().prompts.create(operator, body.new()))}


@router.get("/prompts/{prompt_id}")
async def get_prompt(operator: Reader, prompt_id: str) -> dict[str, PromptBody]:
    """Return a prompt with the texts and parameters of its newest version."""
    return {"prompt": PromptBody.of(await services().prompts.get(operator, prompt_id))}


@router.patch("/prompts/{prompt_id}")
async def change_prompt(operator: Editor, prompt_id: str, body: PromptPatch) -> dict[str, PromptBody]:
    """Change what is sent; another text or parameter makes a version."""
    change = PromptChange(body.model_dump(exclude_unset=True))
    return {"prompt": PromptBody.of(await services().prompts.change(operator, prompt_id, change))}


@router.delete("/prompts/{prompt_id}")
async def delete_prompt(operator: Editor, prompt_id: str) -> dict[str, Any]:
    await services().prompts.delete(operator, prompt_id)
    return {"message": "Prompt deleted successfully", "success": True}


@router.get("/prompts/{prompt_id}/versions")
async def list_versions(
    operator: Reader, prompt_id: str, limit: Limit = DEFAULT_LIMIT, after: str = ""
) -> dict[str, Any]:
    """List the versions with their contents and labels, newest first."""
    prompt = await services().prompts.get(operator, prompt_id)
    listed = await services().prompts.list_versions(operator, prompt_id, Page(limit, after))
    about = {"id": prompt.id, "slug": prompt.slug, "folder": prompt.folder, "kind": prompt.kind}
    versions = [VersionBody.of(one) for one in listed.items]
    return {**about, "labels": prompt.labels, "versions": versions, "next": listed.next}


@router.post("/prompts/{prompt_id}/versions", status_code=201)
async def save_version(operator: Editor, prompt_id: str, body: NewVersion, response: Response) -> dict[str, Any]:
    """Save a version; 200 with the newest one where it says the same already."""
    try:
        content = Content.model_validate(body.given())
    except ValidationError as error:
        raise InvalidInput(f"The version cannot be kept: {error.errors()[0]['msg']}.") from error
    written = await services().prompts.save_version(operator, prompt_id, content, body.comment, body.base)
    response.status_code = 201 if written.is_new else 200
    return {"version": VersionBody.of(written.version)}


@router.get("/prompts/{prompt_id}/labels")
async def list_labels(operator: Reader, prompt_id: str, label: str = "") -> dict[str, Any]:
    """List the labels, where they point and the last 200 moves, with `label` of that one alone."""
    prompts = services().prompts
    labels = [LabelBody.of(one) for one in await prompts.labels(operator, prompt_id)]
    return {"labels": labels, "history": [MoveBody.of(one) for one in await prompts.moves(operator, prompt_id, label)]}


@router.put("/prompts/{prompt_id}/labels/{label}")
async def set_label(operator: Editor, prompt_id: str, label: str, wish: LabelWish, response: Response) -> LabelAnswer:
    """Point a label at a version; 202 where it is protected and waits for a second person."""
    change = await services().prompts.set_label(operator, prompt_id, label, wish.version, wish.comment)
    response.status_code = 202 if change.approval else 200
    return LabelAnswer.of(change)


@router.delete("/prompts/{prompt_id}/labels/{label}", status_code=204)
async def remove_label(operator: Editor, prompt_id: str, label: str) -> None:
    await services().prompts.remove_label(operator, prompt_id, label)


@router.post("/prompts/{prompt_id}/labels/{label}/rollback")
async def roll_back(operator: Editor, prompt_id: str, label: str, wish: RollBackWish | None = None) -> LabelAnswer:
    """Point a label at the version that it pointed at before, at once; 409 where it left `from_version` already."""
    seen = wish.from_version if wish else None
    moved = await services().prompts.roll_back(operator, prompt_id, label, seen)
    return LabelAnswer(label=LabelBody.of(moved), approval=None)


@router.post("/prompts/{prompt_id}/render")
async def render_prompt(operator: Reader, prompt_id: str, wish: RenderWish) -> RenderedBody:
    """Fill a version with values; 422 names what is missing. No model is asked.

    While a live test splits the label, a `session_id` draws its version for good; `live_test` says so.
    """
    ref = VersionRef("" if wish.version is not None else wish.label, wish.version)
    rendered = await services().prompts.render(
        operator, prompt_id, ref, wish.variables, wish.placeholders, taking=wish.taking()
    )
    return RenderedBody.of(rendered)


@router.get("/prompts/{prompt_id}/uses")
async def list_uses(operator: Reader, prompt_id: str) -> dict[str, Any]:
    """List the flows and prompts that use it, with the label they follow or the version they are pinned to."""
    return {"uses": [UseBody.of(one) for one in await services().prompts.uses(operator, prompt_id)]}


@router.get("/prompt-approvals")
async def list_approvals(operator: Reader, state: Literal["waiting", "all"] = "waiting") -> dict[str, Any]:
    """List the wishes to move protected labels: those that wait, or with `state=all` the last 200."""
    found = await services().prompts.approvals(operator, waiting=state == "waiting")
    return {"approvals": [ApprovalBody.of(one) for one in found], "next": None}


@router.post("/prompt-approvals/{approval_id}/approve")
async def approve(operator: Approver, approval_id: str) -> LabelAnswer:
    """Move the label; 403 for who asked and for who wrote the version."""
    moved = await services().prompts.approve(operator, approval_id)
    return LabelAnswer(label=LabelBody.of(moved), approval=None)


@router.post("/prompt-approvals/{approval_id}/refuse")
async def refuse(operator: Approver, approval_id: str, body: Refusal) -> ApprovalBody:
    return ApprovalBody.of(await services().prompts.refuse(operator, approval_id, body.reason))


@router.post("/prompt-approvals/{approval_id}/withdraw")
async def withdraw(operator: Editor, approval_id: str) -> ApprovalBody:
    """Take one's own wish back."""
    return ApprovalBody.of(await services().prompts.withdraw(operator, approval_id))


@router.get("/prompt-labels/protected")
async def list_protected(operator: Reader) -> dict[str, Any]:
    """List the labels of the project that move only with a second person's approval."""
    return {"labels": list(await services().prompts.protected_labels(operator)), "next": None}


@router.put("/prompt-labels/{label}")
async def protect_label(operator: Manager, label: str, body: Protection) -> dict[str, Any]:
    """Protect a label of every prompt of the project, or let it move freely again."""
    await services().prompts.protect_label(operator, label, protected=body.protected)
    return {"label": label, "protected": body.protected}
