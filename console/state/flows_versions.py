"""Publishing, versions, and the name of the open flow."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from backend.bootstrap import services
from backend.operator import Permission
from console.problems import Problem
from console.state import formats
from console.state.flows_draft import FlowDraftState, FlowSaveState
from console.state.flows_publish import FlowPublishState
from console.state.flows_rows import VersionLine, form_of, version_line
from console.state.gate_lines import GateLine, content_line
from console.state.seat import Phased
from console.toasts import say

NOTHING = Problem()


class FlowVersionsState(Phased, rx.State):
    """`dialog` names the one that is open: publish, versions, about, api, or none.

    `gate` is what the gate says to the draft before it is published.
    """

    dialog: rx.Field[str] = rx.field("")
    gate: rx.Field[GateLine] = rx.field(default_factory=GateLine)
    rows: rx.Field[list[VersionLine]] = rx.field(default_factory=list)
    snippet: rx.Field[str] = rx.field("")

    @rx.event
    async def show(self, dialog: str) -> None:
        """Open a dialog."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.dialog, self.problem, self.phase = dialog, NOTHING, "ready"
        if dialog == "api":
            self.snippet = await self._command()
        if dialog == "publish":
            flow = await services().flows.get(operator, (await self.get_state(FlowDraftState)).key)
            self.gate = await content_line(operator, "flow", flow.id, flow.draft.fingerprint(), called="the draft")
        if dialog != "versions":
            return
        self.phase = "loading"
        async with self._loading():
            draft = await self.get_state(FlowDraftState)
            person = await self._person()
            current = (await self.get_state(FlowSaveState)).published
            listed = await services().flows.list_versions(operator, draft.key)
            zone, now = ZoneInfo(person.time_zone), formats.now()
            self.rows = [version_line(row, current or None, zone, now) for row in listed.items]
            self.phase = "ready" if self.rows else "empty"

    async def _command(self) -> str:
        """Return the curl command that runs this flow, with the fields that its saved draft asks for."""
        operator = await self._operator(Permission.FLOWS_READ)
        flow = await services().flows.get(operator, (await self.get_state(FlowDraftState)).key)
        form = form_of(flow.draft)
        names = [] if form is None else [form.message if form.chat else "", *(one.name for one in form.fields)]
        body: dict[str, Any] = {"input": {name: "..." for name in names if name}}
        if flow.published_version is None:
            body["version"] = "draft"
        at = f"{self.router.url.scheme}://{self.router.url.netloc}"
        return (
            f"curl -X POST {at}/api/flows/{flow.slug}/run \\\n"
            f'  -H "X-API-Key: $SIGNALBOX_KEY" -H "Content-Type: application/json" \\\n'
            f"  -d '{json.dumps(body)}'"
        )

    @rx.event
    async def close(self) -> None:
        """Close the dialog."""
        await self._operator(Permission.FLOWS_READ)
        self.dialog = ""

    @rx.event
    async def publish(self, form: dict[str, str]) -> list[Any] | None:
        """Make the draft that is on the screen the next version, or ask for it where the flow is protected."""
        operator = await self._operator(Permission.FLOWS_PUBLISH)
        draft = await self.get_state(FlowDraftState)
        async with self._loading():
            change = await services().flows.publish(operator, draft.key, form.get("comment", ""), draft._version)
            self.dialog = ""
            if change.approval:
                return [FlowPublishState.load, say(f"v{change.approval.version} waits for a second person.")]
            assert change.version
            (await self.get_state(FlowSaveState))._publish(change.version.number)
            return [FlowPublishState.load, say(f"v{change.version.number} is published.")]
        return None

    @rx.event
    async def restore(self, number: str) -> list[Any] | None:
        """Make a version the draft again; the draft that was is gone then, so it asks for the draft that is shown."""
        operator = await self._operator(Permission.FLOWS_EDIT)
        draft = await self.get_state(FlowDraftState)
        async with self._loading():
            await services().flows.restore(operator, draft.key, int(number), draft._version)
            self.dialog = ""
            return [FlowDraftState.load_theirs, say(f"The draft is v{number} again.")]
        return None

    @rx.event
    async def rename(self, form: dict[str, str]) -> None:
        """Change name, address and description."""
        operator = await self._operator(Permission.FLOWS_EDIT)
        draft = await self.get_state(FlowDraftState)
        async with self._loading():
            flow = await services().flows.rename(
                operator,
                draft.key,
                new_name=form.get("name", ""),
                slug=form.get("slug", ""),
                description=form.get("description", ""),
            )
            draft.name, draft.slug, draft.description = flow.name, flow.slug, flow.description
            self.dialog = ""
