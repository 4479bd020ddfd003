"""Two organisations that know nothing of each other, with people of every role, signed in as the house is set up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from backend.alerts.types import Comparison, Measure, NewAlert
from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue, Target
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.types import Filters, Rating
from backend.engines.credentials.argon2_passwords import Argon2Passwords
from backend.flows.types import RunWish
from backend.identity.models import (
    MemberRow,
    OrganisationRow,
    PasswordRow,
    ProjectRow,
    SignInPolicyRow,
    UserIdentityRow,
    UserRow,
)
from backend.identity.permissions import PERMISSIONS, Role
from backend.identity.types import Entered
from backend.ids import new_id
from backend.knowledge import tasks
from backend.live_tests.types import Arm, NewLiveTest
from backend.operator import Operator, Permission
from backend.prompts.types import Content, NewPrompt
from backend.providers.types import ModelDraft, ProviderDraft
from tests.doubles.provider import ISSUER, Provider
from tests.factories import datasets, flows
from tests.factories.conversations import answer, opening
from tests.tenancy import EVERYWHERE

Way = Literal["local accounts", "a provider", "providers only"]
WAYS: tuple[Way, ...] = ("local accounts", "a provider", "providers only")
BACK = "https://console.example/sign-in/callback/test"
PASSWORD = "four words apart here"
REMOVED = "removed"
PEOPLE = (*(role.value for role in Role), REMOVED)


@dataclass
class Side:
    """One of the two. `word` stands in everything that it has, and so must never be read by the other."""

    word: str
    owner: Operator
    sessions: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    # What it has, by the name of the parameter that a route calls it by.
    ids: dict[str, str] = field(default_factory=dict)

    def cookie(self, person: str) -> dict[str, str]:
        return {"Cookie": f"signalbox_session={self.sessions[person]}"}

    def key(self, scope: str) -> dict[str, str]:
        return {"X-API-Key": self.keys[scope]}


class World:
    """Both sides, and the provider that vouches for their people."""

    def __init__(self, services: Services, way: Way) -> None:
        self.services, self.way = services, way
        self.sides: list[Side] = []
        self.provider = Provider()
        # A real hash takes half a second of a core, and here a dozen people sign in.
        services.sign_in._parts = replace(services.sign_in._parts, passwords=Argon2Passwords(memory_kib=1024))
        providers: Any = services.sign_in._parts.providers
        providers["test"] = self.provider.engine

    async def furnish(self, folder: Path) -> None:
        """Found both."""
        for word in ("Zebra", "Heron"):
            self.sides.append(await self.side(word, folder))

    async def side(self, word: str, folder: Path) -> Side:
        """Found an organisation, let its people in, and give it one of everything."""
        organisation = OrganisationRow(id=new_id("org"), name=f"{word} organisation")
        project = ProjectRow(id=new_id("proj"), organisation_id=organisation.id, name=f"{word} project")
        users = {who: UserRow(id=new_id("user"), name=f"{word} {who}", email=f"{who}@{word.lower()}.example") for who in
                 PEOPLE}  # fmt: skip
        hashed = await self.services.sign_in._parts.passwords.hash(PASSWORD)
        async with self.services.units.write(EVERYWHERE) as work:
            work.session.add_all([organisation, *users.values()])
            await work.session.flush()
            work.session.add(project)
            for who, user in users.items():
                role = Role.VIEWER if who == REMOVED else Role(who)
                work.session.add(MemberRow(organisation_id=organisation.id, user_id=user.id, role=role))
                # Everybody has a password, so that it is the configuration which refuses it.
                work.session.add(PasswordRow(user_id=user.id, hash=hashed))
                work.session.add(_identity(user))
            only = self.way == "providers only"
            work.session.add(
                SignInPolicyRow(
                    organisation_id=organisation.id,
                    provider_only=only,
                    local_accounts=not only,
                    provider_only_since=utc_now() if only else None,
                )
            )
        owner = Operator(
            users["owner"].id, users["owner"].name, organisation.id, project.id, PERMISSIONS[Role.OWNER], "session",
            role=Role.OWNER, organisation_role=Role.OWNER,
        )  # fmt: skip
        made = Side(word, owner, users={who: user.id for who, user in users.items()})
        for who, user in users.items():
            made.sessions[who] = (await self._let_in(user)).token
        await self.services.identity.remove_member(owner, users[REMOVED].id)
        await self._furnish(made, folder)
        return made

    async def _let_in(self, user: UserRow) -> Entered:
        """Sign somebody in by the only kind of way that the configuration has."""
        signing_in = self.services.sign_in
        if self.way == "local accounts":
            entered = await signing_in.by_password(user.email or "", PASSWORD)
            assert isinstance(entered, Entered)
            return entered
        address, cookie = await signing_in.begin("test", BACK)
        asked = dict(parse_qsl(urlsplit(address).query))
        self.provider.sign(nonce=asked["nonce"], sub=user.id, email=user.email)
        return (await signing_in.finish("test", cookie, asked["state"], "the-code"))[0]

    async def _furnish(self, side: Side, folder: Path) -> None:
        services, owner, word = self.services, side.owner, side.word
        flow = await services.flows.create(owner, f"{word} flow", document=flows.echo())
        await services.flows.publish(owner, flow.id)
        chat = await services.flows.create(owner, f"{word} chat", document=flows.chat())
        await services.flows.publish(owner, chat.id)
        run = await services.runs.run(owner, flow.id, RunWish({"question": f"{word} question"}))
        asking = await services.flows.create(owner, f"{word} approval", document=flows.asking())
        waits = await services.runs.run(owner, asking.id, RunWish({"question": f"{word} question"}, "draft"))
        base = await services.knowledge.create(owner, f"{word} base")
        path = folder / f"{word}.md"
        path.write_text(f"# {word} heading\n\nThe {word} passage says how long a sofa can be returned.\n")
        document = (await services.knowledge.add_document(owner, base.id, path.name, path)).document
        await tasks.ingest_document(services.knowledge._parts, document.id)
        text = Content(text=f"{word} prompt")
        prompt = await services.prompts.create(owner, NewPrompt(f"{word} prompt", text, f"{word} agent"))
        await services.prompts.save_version(owner, prompt.id, Content(text=f"{word} prompt in short"))
        await services.prompts.set_label(owner, prompt.id, "production", 1)
        live_test = await services.live_tests.start(owner, prompt.id, NewLiveTest("production", (Arm(1, 1), Arm(2, 1))))
        rows = datasets.item(f"{word} row", split=f"{word} split", tags=(f"{word} tag",))
        dataset = await datasets.dataset(services.datasets, owner, rows, name=f"{word} dataset")
        (row,) = await services.datasets.all_items(owner, dataset.id)
        async with services.units.write(owner) as work:
            question = opening(flow_id=flow.id, flow_name=f"{word} flow", text=f"{word} question")
            turn = await services.conversations.open_turn(work, owner, question)
            await services.conversations.close_turn(work, owner, answer(question.run_id, text=f"{word} answer"))
        talk, reply = turn.conversation_id, turn.answer_id
        comment = await services.conversations.add_comment(owner, talk, f"{word} comment")
        await services.conversations.add_tag(owner, talk, f"{word} tag")
        await services.conversations.set_feedback(owner, reply, Rating.DOWN, f"{word} feedback")
        view = await services.conversations.save_view(owner, f"{word} view", {"flow": [flow.id]})
        queue = await services.annotations.create_queue(
            owner, NewQueue(f"{word} queue", (config_of({"name": "good"}),))
        )
        await services.annotations.add_items(owner, queue.id, [Target(talk, reply)])
        watched = Filters(flow_ids=(flow.id,))
        alert = await services.alerts.create(
            owner, NewAlert(f"{word} alert", Measure.FAILED, Comparison.ABOVE, 1, filters=watched)
        )
        draft = ProviderDraft(
            name=f"{word} models", base_url="https://models.example.org/v1", api_key=f"sk-{word}-key",
            models=(ModelDraft(name=f"{word.lower()}-1"),),
        )  # fmt: skip
        provider = await services.providers.create(owner, draft)
        await services.secrets.put_secret(owner, f"{word.upper()}_SECRET", f"{word}-secret-value")
        await services.secrets.put_variable(owner, f"{word.upper()}_VARIABLE", f"{word} value")
        invitation = await services.identity.invite(owner, f"new@{word.lower()}.example", Role.VIEWER)
        rule = await services.identity.add_group_rule(owner, f"{word} group", Role.VIEWER)
        key = await services.identity.create_key(owner, f"{word} key")
        side.keys = {"all": key.secret} | {
            scope.value: (await services.identity.create_key(owner, f"{word} {scope.value}", scopes=[scope])).secret
            for scope in Permission
        }
        side.ids = {
            "name": flow.id,
            "flow_id": flow.id,
            "chat": chat.id,
            "run_id": run.run_id,
            "approval_id": waits.waits_for[0],
            "knowledge_base_id": base.id,
            "document_id": document.id,
            "prompt_id": prompt.id,
            "live_test_id": live_test.id,
            "dataset_id": dataset.id,
            "item_id": row.id,
            "conversation_id": talk,
            "message_id": reply,
            "comment_id": comment.id,
            "view_id": view.id,
            "queue_id": queue.id,
            "alert_id": alert.id,
            "provider_id": provider.id,
            "key_id": key.id,
            "invitation_id": invitation.id,
            "rule_id": rule.id,
            "user_id": side.users["editor"],
            "project_id": owner.project_id,
        }


def _identity(user: UserRow) -> UserIdentityRow:
    return UserIdentityRow(id=new_id("uid"), user_id=user.id, provider_id="test", issuer=ISSUER, subject=user.id)
