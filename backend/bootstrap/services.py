"""The one set of services of this process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from backend.activity.service import ActivityService
from backend.addresses.service import AddressService
from backend.alerts.service import AlertService
from backend.annotations.service import AnnotationService
from backend.audit.service import AuditService
from backend.audit.signing import SIGNER
from backend.bootstrap.conversations import join_prompts
from backend.bootstrap.datasets import open_datasets
from backend.bootstrap.edge import Edge, edge_of
from backend.bootstrap.engines import engine, open_database
from backend.bootstrap.experiments import open_experiments
from backend.bootstrap.flows import open_flows
from backend.bootstrap.jobs import SERVER, open_jobs
from backend.bootstrap.knowledge import clear_uploads, open_knowledge
from backend.bootstrap.live_tests import open_live_tests
from backend.bootstrap.mail import open_mail
from backend.bootstrap.masking import open_idempotency, open_masking
from backend.bootstrap.models import HttpAtFirstCall, ModelsAtFirstCall
from backend.bootstrap.privacy import open_privacy
from backend.bootstrap.providers import open_providers, take_custom_models
from backend.bootstrap.rooms import Rooms, open_rooms
from backend.bootstrap.sealing import open_sealer
from backend.bootstrap.sign_in import open_sign_in
from backend.bootstrap.traces import TracesAtFirstCall
from backend.conversations.service import ConversationService
from backend.datasets.service import DatasetService
from backend.demo.service import DemoService
from backend.experiments.service import ExperimentService
from backend.flows.context import Outside
from backend.flows.engine.people import Desk
from backend.flows.service import FlowService, RunService
from backend.flows.service.approvals import ApprovalService
from backend.flows.service.takeovers import TakeoverService
from backend.idempotency.service import IdempotencyService
from backend.identity.service import IdentityService
from backend.identity.service.signing_in import SignInService
from backend.installation.service import InstallationService
from backend.judgements.service import JudgementService
from backend.knowledge.service import KnowledgeService
from backend.live_tests.service import LiveTestService
from backend.masking.service import MaskingService
from backend.overview.service import OverviewService
from backend.periodic import Periodic
from backend.ports.database import Database
from backend.ports.events import Events
from backend.ports.http import Http
from backend.ports.jobs import Jobs
from backend.ports.language_model import LanguageModel
from backend.ports.rates import Rates
from backend.ports.sealing import Sealer
from backend.ports.traces import Traces
from backend.privacy.service import DUE, PrivacyService
from backend.prompts.service import PromptService
from backend.providers.resting import SharedRests
from backend.providers.service import ProviderService
from backend.secrets.service import SecretService
from backend.settings import Settings
from backend.turns.service import TurnService
from backend.unit_of_work import Units

# Intervals that may be looked at whenever one likes allow any pace; what stands not in the index is found by reading.
GUARD, INDEX, REST = timedelta(seconds=15), timedelta(seconds=2), timedelta(seconds=5)
UNTOLD = timedelta(hours=1)


@dataclass
class Services:
    """Everything that the edges may call. `is_serving` says that this process carries out durable jobs.

    `closing` ends what was opened, last first. Before it, at Ctrl-C, each of `draining` refuses new work and returns
    once its running work ended; together they have 10 s and are then cancelled.
    """

    settings: Settings
    edge: Edge
    rates: Rates
    database: Database
    units: Units
    events: Events
    jobs: Jobs
    rooms: Rooms
    sealer: Sealer
    http: Http
    language_model: LanguageModel
    traces: Traces
    identity: IdentityService
    sign_in: SignInService
    idempotency: IdempotencyService
    conversations: ConversationService
    masking: MaskingService
    privacy: PrivacyService
    annotations: AnnotationService
    datasets: DatasetService
    knowledge: KnowledgeService
    prompts: PromptService
    flows: FlowService
    runs: RunService
    approvals: ApprovalService
    takeovers: TakeoverService
    experiments: ExperimentService
    judgements: JudgementService
    live_tests: LiveTestService
    turns: TurnService
    alerts: AlertService
    demo: DemoService
    overview: OverviewService
    providers: ProviderService
    secrets: SecretService
    activity: ActivityService
    audit: AuditService
    addresses: AddressService
    is_serving: bool = True
    draining: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)


_current: list[Services] = []


def services() -> Services:
    """Return the services of this process. Raise RuntimeError before `start`."""
    if not _current:
        raise RuntimeError("the services are not started")
    return _current[-1]


async def start(settings: Settings | None = None, *, serving: bool = True, executor_id: str = SERVER) -> Services:
    """Open the engines and make the services; the database must be migrated already. None reads the environment.

    `serving` begins the durable jobs too; a command that only reads or writes rows leaves them to the server.
    `executor_id` names the process among those that work on one Postgres; all but the server borrow its index.
    """
    settings = settings or Settings()
    database = open_database(settings)
    units = Units(database)
    try:
        sealer = await open_sealer(settings, InstallationService(units))
    except BaseException:
        await database.close()
        raise
    units.lent[SIGNER] = sealer
    events = cast(Events, engine("events.in_process", "InProcessEvents")())
    jobs = open_jobs(settings, database, executor_id)
    rests = SharedRests(units) if database.kind == "postgres" else None  # others work on one Postgres, and only there
    http, language_model, masking = HttpAtFirstCall(), ModelsAtFirstCall(settings, rests), open_masking(units, sealer)
    rooms = open_rooms(settings, beside_server=executor_id != SERVER)
    conversations = ConversationService(units, masking)
    providers = open_providers(settings, units, sealer=sealer, http=http, models=language_model, rooms=rooms)
    knowledge = open_knowledge(units, rooms, events, jobs, providers.open_embedder)
    secrets, prompts = SecretService(units, sealer), PromptService(units, rooms.templates, providers, language_model)
    outside = Outside(
        rooms.templates, http, language_model, models=providers, knowledge=knowledge, stored=secrets, prompts=prompts,
        people=Desk(units),
    )  # fmt: skip
    running = open_flows(settings, units, events, jobs, conversations=conversations, outside=outside)
    prompts.users.append(running.flows.prompt_uses)
    prompts.serving.append(running.flows.served)
    datasets = open_datasets(units, rooms, conversations, providers=providers, models=language_model)
    experiments = open_experiments(
        units, events, jobs, rooms=rooms, models=language_model, providers=providers, prompts=prompts, running=running,
        knowledge=knowledge, datasets=datasets, log=conversations, is_shared=database.kind == "postgres",
    )  # fmt: skip
    prompts.users.append(experiments.service.prompt_uses)
    join_prompts(conversations, prompts, providers, rooms)
    live_tests = open_live_tests(units, prompts, conversations, sealer)
    identity = IdentityService(units, mail=(mail := open_mail(settings)), public_url=settings.public_url)
    identity.on_closing += [running.runs.end_all, experiments.service.end_all, knowledge.end_all]
    rates = cast(Rates, engine("rates.in_process", "InProcessRates")())
    made = Services(
        settings=settings,
        edge=edge_of(settings),
        rates=rates,
        database=database,
        units=units,
        events=events,
        jobs=jobs,
        rooms=rooms,
        sealer=sealer,
        http=http,
        language_model=language_model,
        traces=TracesAtFirstCall(),
        identity=identity,
        sign_in=open_sign_in(settings, units, identity=identity, sealer=sealer, rates=rates, http=http),
        idempotency=open_idempotency(units, masking),
        conversations=conversations,
        masking=masking,
        annotations=(annotations := AnnotationService(units, conversations)),
        privacy=(privacy := open_privacy(units, database, jobs, log=conversations, masking=masking)),
        datasets=datasets,
        knowledge=knowledge,
        prompts=prompts,
        flows=running.flows,
        runs=running.runs,
        approvals=running.approvals,
        takeovers=running.takeovers,
        experiments=experiments.service,
        judgements=JudgementService(experiments.outside, experiments.executor, conversations, annotations, live_tests),
        live_tests=live_tests,
        turns=TurnService(
            conversations,
            flows=running.flows,
            runs=running.runs,
            prompts=prompts,
            providers=providers,
            datasets=datasets,
            experiments=experiments.service,
        ),
        alerts=(alerts := AlertService(units, conversations, sealer, http, mail, public_url=settings.public_url)),
        providers=providers,
        secrets=secrets,
        activity=ActivityService(units),
        audit=AuditService(units),
        addresses=AddressService(units, identity),
        demo=DemoService(units, knowledge, running.flows, conversations, providers),
        overview=OverviewService(
            knowledge,
            running.flows,
            running.runs,
            running.approvals,
            experiments=experiments.service,
            alerts=alerts,
            live_tests=live_tests,
            annotations=annotations,
            privacy=privacy,
            prompts=prompts,
            takeovers=running.takeovers,
        ),
        is_serving=serving,
    )
    made.closing.push_async_callback(database.close)
    made.closing.push_async_callback(made.identity.settle)
    made.closing.push_async_callback(made.events.close)
    made.closing.push_async_callback(made.rooms.close)
    for end in (made.http.close, made.language_model.close, made.alerts.close):
        made.closing.push_async_callback(end)
    made.draining += [experiments.executor.close, running.runner.close]
    made.closing.push_async_callback(running.close)
    _current.append(made)
    if serving:
        if executor_id == SERVER:
            clear_uploads(settings.folder)
            await take_custom_models(settings, providers, await made.identity.ensure_owner())
            for watch in (
                Periodic("the guard of live tests", GUARD, live_tests.guard),
                Periodic("the seats that nobody told of", UNTOLD, live_tests.forget_untold),
                Periodic("the index of words", INDEX, conversations.catch_up),
                Periodic("the watch over parked experiments", REST, experiments.service.go_on),
                Periodic("the watch over alerts", REST, made.alerts.go_on),
                Periodic("the removal of what is due", DUE, made.privacy.keep_up),
            ):
                watch.start()
                made.closing.push_async_callback(watch.stop)
        await made.identity.end_closed()
        await running.start()
        await made.jobs.start()  # the last step: what a crash left begins here and needs every service
        made.closing.push_async_callback(made.jobs.stop)
    return made


async def stop(running: Services) -> None:
    """Close everything that `start` opened."""
    _current.remove(running)
    await running.closing.aclose()


@contextmanager
def override(stand_in: Services) -> Iterator[Services]:
    """Let `services()` answer with `stand_in` inside the block; for tests."""
    _current.append(stand_in)
    try:
        yield stand_in
    finally:
        _current.remove(stand_in)
