"""From the rows of flows to what the house sees."""

from __future__ import annotations

from dataclasses import fields

from backend.flows.document import FlowDocument, Node
from backend.flows.models import ApprovalRow, FlowRow, FlowVersionRow, NodeRunRow, PublishApprovalRow, RunRow
from backend.flows.nodes.registry import KINDS
from backend.flows.types import (
    Approval,
    ApprovalState,
    Flow,
    FlowBrief,
    LastRun,
    NodeRun,
    NodeStatus,
    PublishApproval,
    Run,
    RunStatus,
    Trigger,
    Try,
    Usage,
    VersionInfo,
)

# A deleted flow gives its slug free by this mark and its id behind it.
TOMBSTONE = "~"


def flow_of(row: FlowRow) -> Flow:
    return Flow(
        id=row.id,
        name=row.name,
        slug=row.slug,
        description=row.description,
        draft=FlowDocument.stored(row.draft),
        draft_version=row.draft_version,
        draft_saved_at=row.draft_saved_at,
        draft_saved_by=row.draft_saved_by,
        published_version=row.published_version,
        published_at=row.published_at,
        is_changed=row.draft_fingerprint != row.published_fingerprint,
        created_at=row.created_at,
        updated_at=row.updated_at,
        is_protected=row.is_protected,
    )


def brief_of(row: FlowRow, last: RunRow | None) -> FlowBrief:
    return FlowBrief(
        id=row.id,
        name=row.name,
        slug=row.slug,
        description=row.description,
        num_nodes=len(row.draft.get("nodes", ())),
        draft_version=row.draft_version,
        published_version=row.published_version,
        is_changed=row.draft_fingerprint != row.published_fingerprint,
        updated_at=row.updated_at,
        last_run=None
        if last is None
        else LastRun(last.id, RunStatus(last.status), last.created_at, last.time_ms, last.error),
    )


def version_of(row: FlowVersionRow) -> VersionInfo:
    same = (row.flow_id, row.number, row.comment, row.created_by, row.created_at, row.num_nodes)
    return VersionInfo(*same, row.approved_by)


def publish_approval_of(row: PublishApprovalRow, flow: FlowRow) -> PublishApproval:
    same = {name: getattr(row, name) for name in _SAME_OF_WISH}
    return PublishApproval(
        **same,
        flow_name=flow.name,
        version=(row.from_version or 0) + 1,
        is_draft=row.fingerprint == flow.draft_fingerprint,
    )


_SAME_OF_WISH = {one.name for one in fields(PublishApproval)} & set(PublishApprovalRow.model_fields)


def run_of(row: RunRow, flow: FlowRow) -> Run:
    return Run(
        id=row.id,
        flow_id=row.flow_id,
        flow_name=flow.name,
        flow_slug=flow.slug.partition(TOMBSTONE)[0],
        version=row.version,
        draft_version=row.draft_version,
        status=RunStatus(row.status),
        trigger=Trigger(row.trigger),
        input=row.input,
        # Until then it may be a draft that a person has in hand, which nobody is answered with.
        output=row.output if RunStatus(row.status).is_final else None,
        error=row.error,
        error_node=row.error_node,
        usage=Usage(row.tokens_in, row.tokens_out, row.cost, row.has_unpriced),
        citations=row.citations if RunStatus(row.status).is_final else [],
        conversation_id=row.conversation_id,
        attempt=row.attempt,
        started_by=row.started_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        time_ms=row.time_ms,
    )


def approval_of(row: ApprovalRow, run: RunRow, flow: FlowRow, person: str | None) -> Approval:
    same = {name: getattr(row, name) for name in _SAME}
    return Approval(
        **same,
        flow_id=run.flow_id,
        flow_name=flow.name,
        version=run.version,
        hash=row.value_hash,
        state=ApprovalState(row.state),
        started_by=run.started_by,
        started_by_id=run.started_by_id,
        reader=run.person or person or (run.started_by if run.trigger == Trigger.CONSOLE else ""),
    )


_SAME = {one.name for one in fields(Approval)} & set(ApprovalRow.model_fields) - {"state"}


def title_of(node: Node) -> str:
    """Return what a node is called: as somebody named it, else as its kind is."""
    return node.title or (KINDS[node.kind].title if node.kind in KINDS else node.kind)


def node_runs_of(document: FlowDocument, rows: list[NodeRunRow]) -> list[NodeRun]:
    """Return one for every node of the document, in plate order; those without a row are pending."""
    by_node = {row.node: row for row in rows}
    return [
        NodeRun(
            node=node.id,
            kind=node.kind,
            title=title_of(node),
            plate=node.plate,
            status=NodeStatus(row.status),
            reason=row.reason,
            inputs=row.inputs,
            output=row.output,
            error=row.error,
            usage=Usage(row.tokens_in, row.tokens_out, row.cost, row.has_unpriced),
            started_at=row.started_at,
            offset_ms=row.offset_ms,
            time_ms=row.time_ms,
            attempt=row.attempt,
            tries=[Try(**one) for one in row.tries],
            detail=row.detail,
        )
        for node in sorted(document.nodes, key=lambda node: node.plate)
        for row in (by_node.get(node.id) or NodeRunRow(run_id="", node=node.id, attempt=0, status=NodeStatus.PENDING),)
    ]
