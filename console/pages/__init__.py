"""Every page, with its address and what it loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from console import routes
from console.pages.about import about
from console.pages.activity import activity
from console.pages.alert import alert
from console.pages.alert_form import alert_form
from console.pages.alerts import alerts
from console.pages.annotation import annotation
from console.pages.annotation_items import annotation_items
from console.pages.annotation_queue import annotation_queue
from console.pages.approvals import approvals
from console.pages.conversations import conversation, conversations
from console.pages.dashboards import dashboards
from console.pages.dataset import dataset
from console.pages.datasets import datasets
from console.pages.design import design
from console.pages.document import document
from console.pages.experiment import experiment
from console.pages.experiment_new import experiment_new
from console.pages.experiment_review import experiment_review
from console.pages.experiments import experiments
from console.pages.flow import flow
from console.pages.flows import flows
from console.pages.judgements import judgements
from console.pages.knowledge import knowledge
from console.pages.knowledge_base import knowledge_base
from console.pages.live_tests import live_tests
from console.pages.members import members
from console.pages.models import models
from console.pages.overview import overview
from console.pages.prompt import prompt
from console.pages.prompts import prompts
from console.pages.replay import replay
from console.pages.run import run
from console.pages.runs import runs
from console.pages.settings_api_keys import settings_api_keys
from console.pages.settings_audit import settings_audit
from console.pages.settings_privacy import settings_privacy
from console.pages.settings_projects import settings_projects
from console.pages.settings_secrets import settings_secrets
from console.pages.settings_sign_in import settings_sign_in
from console.pages.settings_support import settings_support
from console.state.about import AboutState
from console.state.activity import ActivityState
from console.state.alert import AlertPageState
from console.state.alert_form import AlertFormState
from console.state.alerts import AlertsState
from console.state.annotate import AnnotateState
from console.state.annotation import AnnotationState
from console.state.annotation_items import AnnotationItemsState
from console.state.api_keys import ApiKeysState
from console.state.approval_cards import ApprovalCardsState
from console.state.approvals import ApprovalsState
from console.state.ask import AskState
from console.state.audit import AuditState
from console.state.audit_check import AuditCheckState
from console.state.beside import BesideState
from console.state.conversation_views import ConversationViewsState
from console.state.conversations import ConversationsState
from console.state.dashboards import DashboardsState
from console.state.dataset import DatasetState
from console.state.datasets import DatasetsState
from console.state.document import DocumentState
from console.state.document_work import DocumentWorkState
from console.state.experiment import ExperimentState
from console.state.experiment_code import ExperimentCodeState
from console.state.experiment_draft import ExperimentDraftState
from console.state.experiment_form import ExperimentFormState
from console.state.experiment_promote import ExperimentPromoteState
from console.state.experiment_renew import ExperimentRenewState
from console.state.experiment_review import ExperimentReviewState
from console.state.experiments import ExperimentsState
from console.state.first_run import FirstRunState
from console.state.flows import FlowsState
from console.state.flows_draft import FlowDraftState
from console.state.flows_publish import FlowPublishState
from console.state.flows_run import FlowRunState
from console.state.flows_versions import FlowVersionsState
from console.state.invitations import InvitationsState
from console.state.judge_ask import JudgeAskState
from console.state.judgements import JudgementsState
from console.state.knowledge import KnowledgeState
from console.state.knowledge_base import KnowledgeBaseState
from console.state.knowledge_documents import KnowledgeDocumentsState
from console.state.knowledge_live import KnowledgeLiveState
from console.state.knowledge_search import KnowledgeSearchState
from console.state.live_tests import LiveTestsState
from console.state.members import MembersState
from console.state.models import ModelsState
from console.state.models_form import ModelsFormState
from console.state.privacy import PrivacyState
from console.state.projects import ProjectsState
from console.state.prompt import PromptState
from console.state.prompt_edit import PromptEditState
from console.state.prompt_gate import PromptGateState
from console.state.prompt_labels import PromptLabelsState
from console.state.prompt_live import PromptLiveState
from console.state.prompt_play import PromptPlayState
from console.state.prompts import PromptsState
from console.state.queue_pick import QueuePickState
from console.state.replay import ReplayState
from console.state.run_page import RunPageState
from console.state.runs import RunsState
from console.state.secrets import SecretsState
from console.state.sign_in_policy import SignInPolicyState
from console.state.support import SupportState
from console.state.takeover import TakeoverState
from console.state.transcript import TranscriptState


@dataclass(frozen=True)
class Page:
    """A row of the table of pages."""

    component: Callable[[], rx.Component]
    route: str
    title: str
    on_load: Any = None


PAGES: tuple[Page, ...] = (
    Page(overview, routes.OVERVIEW, "Overview · Signalbox", [FirstRunState.load, AskState.recall]),
    Page(
        conversations,
        routes.CONVERSATIONS,
        "Conversations · Signalbox",
        [
            ConversationsState.load,
            ConversationViewsState.load,
            QueuePickState.load,
            JudgeAskState.load,
            TranscriptState.load,
            BesideState.load,
            ApprovalCardsState.load,
            TakeoverState.load,
        ],
    ),
    Page(
        conversation,
        routes.CONVERSATION,
        "Conversation · Signalbox",
        [
            TranscriptState.load,
            ConversationsState.load,
            ConversationViewsState.load,
            QueuePickState.load,
            JudgeAskState.load,
            BesideState.load,
            ApprovalCardsState.load,
            TakeoverState.load,
        ],
    ),
    Page(judgements, routes.JUDGEMENTS, "Judgements · Signalbox", JudgementsState.load),
    Page(live_tests, routes.LIVE_TESTS, "Live tests · Signalbox", LiveTestsState.load),
    Page(replay, routes.REPLAY, "Replay · Signalbox", ReplayState.load),
    Page(prompts, routes.PROMPTS, "Prompts · Signalbox", PromptsState.load),
    Page(
        prompt,
        routes.PROMPT,
        "Prompt · Signalbox",
        [
            PromptState.load,
            PromptEditState.load,
            PromptLabelsState.load,
            PromptLiveState.close,
            PromptLiveState.load,
            PromptGateState.load,
            PromptPlayState.load,
        ],
    ),
    Page(knowledge, routes.KNOWLEDGE, "Knowledge · Signalbox", KnowledgeState.load),
    Page(
        knowledge_base,
        routes.KNOWLEDGE_BASE,
        "Knowledge base · Signalbox",
        [
            KnowledgeBaseState.load,
            KnowledgeDocumentsState.load,
            KnowledgeSearchState.load,
            KnowledgeLiveState.watch,
        ],
    ),
    Page(
        document,
        routes.DOCUMENT,
        "Document · Signalbox",
        [DocumentState.load, DocumentWorkState.watch],
    ),
    Page(datasets, routes.DATASETS, "Datasets · Signalbox", DatasetsState.load),
    Page(dataset, routes.DATASET, "Dataset · Signalbox", DatasetState.load),
    Page(experiments, routes.EXPERIMENTS, "Experiments · Signalbox", ExperimentsState.load),
    Page(experiment_new, routes.EXPERIMENT_NEW, "New experiment · Signalbox", ExperimentFormState.load),
    Page(experiment_review, routes.EXPERIMENT_REVIEW, "Review · Signalbox", ExperimentReviewState.load),
    Page(
        experiment,
        routes.EXPERIMENT,
        "Experiment · Signalbox",
        [
            ExperimentPromoteState.close,
            ExperimentState.load,
            ExperimentDraftState.load,
            ExperimentCodeState.load,
            ExperimentRenewState.load,
        ],
    ),
    Page(annotation, routes.ANNOTATION, "Annotation · Signalbox", AnnotationState.load),
    Page(annotation_queue, routes.ANNOTATION_QUEUE, "Annotation queue · Signalbox", AnnotateState.load),
    Page(
        annotation_items,
        routes.ANNOTATION_ITEMS,
        "Items · Signalbox",
        [AnnotationItemsState.load, JudgeAskState.load],
    ),
    Page(models, routes.MODELS, "Models · Signalbox", [ModelsState.load, ModelsFormState.load]),
    Page(activity, routes.ACTIVITY, "Activity · Signalbox", ActivityState.load),
    Page(about, routes.ABOUT, "About · Signalbox", AboutState.load),
    Page(flows, routes.FLOWS, "Flows · Signalbox", FlowsState.load),
    Page(
        flow,
        routes.FLOW,
        "Flow · Signalbox",
        [FlowVersionsState.close, FlowDraftState.load, FlowPublishState.load, FlowRunState.open],
    ),
    Page(dashboards, routes.DASHBOARDS, "Dashboards · Signalbox", DashboardsState.load),
    Page(alerts, routes.ALERTS, "Alerts · Signalbox", AlertsState.load),
    Page(alert_form, routes.ALERT_FORM, "Alert · Signalbox", AlertFormState.load),
    Page(alert, routes.ALERT, "Alert · Signalbox", AlertPageState.load),
    Page(runs, routes.RUNS, "Runs · Signalbox", RunsState.load),
    Page(run, routes.RUN, "Run · Signalbox", [RunPageState.load, ApprovalCardsState.load]),
    Page(approvals, routes.APPROVALS, "Approvals · Signalbox", ApprovalsState.load),
    Page(members, routes.MEMBERS, "Members and roles · Signalbox", [MembersState.load, InvitationsState.load]),
    Page(settings_projects, routes.SETTINGS, "Projects · Signalbox", ProjectsState.load),
    Page(settings_api_keys, routes.SETTINGS_API_KEYS, "API keys · Signalbox", ApiKeysState.load),
    Page(settings_privacy, routes.SETTINGS_PRIVACY, "Privacy · Signalbox", PrivacyState.load),
    Page(settings_secrets, routes.SETTINGS_SECRETS, "Secrets · Signalbox", SecretsState.load),
    Page(settings_sign_in, routes.SETTINGS_SIGN_IN, "Sign-in · Signalbox", SignInPolicyState.load),
    Page(settings_support, routes.SETTINGS_SUPPORT, "Support · Signalbox", SupportState.load),
    Page(settings_audit, routes.SETTINGS_AUDIT, "Audit log · Signalbox", [AuditState.load, AuditCheckState.load]),
    Page(design, routes.DESIGN, "Components · Signalbox"),
)
