"""Count what a call used: the server's own figures, and an estimate for a request that broke off before it gave any."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_ai.messages import AgentStreamEvent, FunctionToolResultEvent, PartDeltaEvent, PartStartEvent
from pydantic_ai.usage import RunUsage

from backend.engines.language_model.turns import usage_of
from backend.ports.language_model import Message, Usage, estimated_usage

_WRITTEN = ("content", "content_delta", "args", "args_delta")


class Tally:
    """`counted` is filled by the agent loop, with each request that ended."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.counted = RunUsage()
        self._messages = messages
        self._passed = self._open = self._before = 0

    def begin(self) -> None:
        """Note that another request, or the tools of one, are heard now."""
        self._open, self._before = 0, self.counted.total_tokens

    def hear(self, event: AgentStreamEvent) -> None:
        if isinstance(event, FunctionToolResultEvent):
            self._passed += len(str(event.part.content))
        elif isinstance(event, PartStartEvent | PartDeltaEvent):
            part = event.part if isinstance(event, PartStartEvent) else event.delta
            said = (getattr(part, name, None) for name in _WRITTEN)
            self._open += sum(len(text) for text in said if isinstance(text, str))

    def end(self) -> None:
        """Note that it was heard to its end, so that the agent loop counts it."""
        self._passed, self._open = self._passed + self._open, 0

    def whole(self, answer: str) -> Usage:
        """Return what an answered call used."""
        return usage_of(self.counted, self._messages, answer)

    def spent(self, said: str) -> Usage:
        """Return what a failed call cost: nothing where not even a first token came."""
        if self._open and self.counted.total_tokens == self._before:
            asked = sum(len(message.content) for message in self._messages) + self._passed
            cut = estimated_usage(asked, self._open)
            tokens = self.counted.input_tokens + cut.input_tokens, self.counted.output_tokens + cut.output_tokens
            return Usage(*tokens, estimated=True)
        return self.whole(said) if said or self.counted.total_tokens else Usage()
