"""Members of the organisation beside what each role may do."""

from __future__ import annotations

import reflex as rx

from console import routes
from console.components.members.dialogs import dialogs
from console.components.members.matrix import matrix
from console.components.members.table import members_panel
from console.components.shell import body, page_head, shell
from console.components.ui import button, panel, phase_view, skeleton_rows
from console.state.invitations import InvitationsState as Invitations
from console.state.members import MembersState as Members


def members() -> rx.Component:
    view = phase_view(
        Members.phase,
        rx.fragment(members_panel(), matrix()),
        skeleton=panel("Members", skeleton_rows(28, 168, 104, 60)),
        problem=Members.problem,
        on_retry=Members.load,
        what="Members",
    )
    invite = button("Invite people", Invitations.ask, kind="primary", icon="user-plus")
    return shell(
        routes.MEMBERS,
        page_head("Members and roles", rx.cond(Members.may, invite, rx.fragment()), sub=Members.total),
        body(view, class_name="body side"),
        dialogs(),
    )
