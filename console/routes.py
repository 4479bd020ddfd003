"""One constant per address."""

from __future__ import annotations

OVERVIEW = "/"
SIGN_IN = "/sign-in"
# Where an open page goes whose session ended: it says so there.
SIGNED_OUT = f"{SIGN_IN}?out=1"
SIGN_OUT = "/sign-out"
PROFILE = "/profile"
SUPPORT = "/support"
CONVERSATIONS = "/conversations"
CONVERSATION = "/conversations/[conversation_id]"
REPLAY = "/replays/[message_id]"
DASHBOARDS = "/dashboards"
ALERTS = "/alerts"
ALERT = "/alerts/[alert_id]"
ALERT_FORM = "/alerts/edit"
FLOWS = "/flows"
FLOW = "/flows/[flow_id]"
RUNS = "/runs"
RUN = "/runs/[run_id]"
APPROVALS = "/approvals"
PROMPTS = "/prompts"
PROMPT = "/prompts/[prompt_id]"
KNOWLEDGE = "/knowledge"
KNOWLEDGE_BASE = "/knowledge/[knowledge_base_id]"
DOCUMENT = "/documents/[document_id]"
DATASETS = "/datasets"
DATASET = "/datasets/[dataset_id]"
EXPERIMENTS = "/experiments"
EXPERIMENT = "/experiments/[experiment_id]"
EXPERIMENT_NEW = "/experiments/new"
EXPERIMENT_REVIEW = "/reviews/[experiment_id]"
JUDGEMENTS = "/judgements"
LIVE_TESTS = "/live-tests"
ANNOTATION = "/annotation"
ANNOTATION_QUEUE = "/annotation/[queue_id]"
ANNOTATION_ITEMS = "/queues/[queue_id]"
MODELS = "/models"
ACTIVITY = "/activity"
INVITATION = "/invitation"
RESET = "/sign-in/reset"
MEMBERS = "/members"
NOT_FOUND = "/404"
SETTINGS = "/settings"
SETTINGS_API_KEYS = "/settings/api-keys"
SETTINGS_SECRETS = "/settings/secrets"
SETTINGS_PRIVACY = "/settings/privacy"
# What was masked, by day, source and kind.
MASKED = f"{SETTINGS_PRIVACY}?at=masked"
SETTINGS_SIGN_IN = "/settings/sign-in"
SETTINGS_SUPPORT = "/settings/support"
SETTINGS_AUDIT = "/settings/audit"
DESIGN = "/design"
ABOUT = "/about"


def to(route: str, identifier: object) -> str:
    """Fill the one bracketed part of a route with an id."""
    head, _, rest = route.partition("[")
    return f"{head}{identifier}{rest.partition(']')[2]}"


def message(conversation_id: str, message_id: str) -> str:
    """Return the address of a conversation, open at one of its messages."""
    address = to(CONVERSATION, conversation_id)
    return f"{address}?at={message_id}" if message_id else address


def cited(document_id: str, chunk_id: str) -> str:
    """Return the address of a document, open at the passage that a citation names."""
    address = to(DOCUMENT, document_id)
    return f"{address}?chunk={chunk_id}" if chunk_id else address
