"""The words of the log."""

from __future__ import annotations

from backend.conversations.order_types import Order
from backend.conversations.snippet_types import FoundIn
from backend.conversations.types import Channel, ChatState, FailedTools, FailedTurns, Outcome, Rating, Role
from backend.turns.types import TestState

ROLE_WORDS = {Role.USER: "Person", Role.ASSISTANT: "Agent", Role.SYSTEM: "System", Role.TOOL: "Tool"}
STATE_WORDS = {
    ChatState.RUNNING: "Answering",
    ChatState.WAITING: "Waiting for a person",
    ChatState.ANSWERED: "Answered",
    ChatState.UNANSWERED: "No answer found",
    ChatState.UNSOURCED: "Answered, no source",
    ChatState.FAILED: "Failed",
    ChatState.CANCELLED: "Cancelled",
    ChatState.REFUSED: "Refused",
}
ORDER_WORDS = {
    Order.NEWEST: "Newest first",
    Order.OLDEST: "Oldest first",
    Order.COST: "Highest cost first",
    Order.TOKENS: "Most tokens first",
    Order.LATENCY: "Slowest first",
    Order.TURNS: "Most turns first",
}
FAILED_WORDS = {FailedTurns.SOME: "One or more", FailedTurns.NONE: "None"}
FAILED_TOOL_WORDS = {FailedTools.SOME: "One or more", FailedTools.NONE: "None"}
RATING_WORDS = {
    Rating.UP: "Helpful",
    Rating.DOWN: "Not helpful",
    Rating.HANDLED: "Not helpful, handled",
    Rating.NONE: "None",
}
CHANNEL_WORDS = {
    Channel.CONSOLE: "Console",
    Channel.API: "API",
    Channel.REPORTED: "Reported",
    Channel.TRACED: "OpenTelemetry",
    Channel.IMPORTED: "Imported",
    Channel.EXAMPLE: "Example",
    Channel.EXPERIMENT: "Experiments",
}
OUTCOME_WORDS = {Outcome.COMPLETED: "Completed", Outcome.NOT_COMPLETED: "Not completed", Outcome.UNKNOWN: "Unknown"}
FOUND_IN_WORDS = {FoundIn.MESSAGE: "", FoundIn.PERSON: "Person", FoundIn.SESSION: "Session", FoundIn.ID: "Conversation"}
OUTCOMES = {True: Outcome.COMPLETED, False: Outcome.NOT_COMPLETED}
# What a person may say of a conversation as a whole, by the values of a form.
TASK_WORDS = (("", "Not said"), ("yes", "Yes"), ("no", "No"))
TASK = {"yes": True, "no": False}
SATISFACTION_WORDS = (("", "Not said"), ("1", "1, not at all"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5, very"))
TEST_WORDS = {
    TestState.NEW: ("queued", "Test not run yet"),
    TestState.CHANGED: ("queued", "Test changed since it ran"),
    TestState.PASSES: ("ok", "Test passes"),
    TestState.FAILS: ("fail", "Test fails"),
    TestState.MIXED: ("warn", "Test passes with some"),
    TestState.UNSCORED: ("queued", "Test ran, neither passed nor failed"),
}
