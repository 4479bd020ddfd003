"""What the scripted model says: the sentence of the passages that shares most with the question, cited."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from backend.ports.grounding import NOT_FOUND_ANSWER, GroundPassage, read_grounded

_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_COMMON_WORDS = """
a an and are as at be by can do does for from has have how i if in is it its long many may me much my of on or our
should that the their there they this to was we what when where which who why will with you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_FEWEST_WORDS = 3
_ENDINGS = ("ing", "ies", "es", "ed", "s", "y")
_SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """What to stream: a text, or a call of a tool with its arguments as JSON."""

    text: str = ""
    tool: str = ""
    arguments: str = ""


def reply_to(request: dict[str, Any]) -> Reply:
    """Answer a chat request: call the one tool that takes a question, once; then answer from what it gave."""
    messages = request.get("messages", [])
    question = _last(messages, "user")
    found = _last(messages, "tool")
    tool = _searching_tool(request.get("tools", [])) if not found else None
    if tool is not None:
        name, argument = tool
        return Reply(tool=name, arguments=json.dumps({argument: question}))
    if found:
        return Reply(answer_from([GroundPassage(1, "", found)], question, cite=False))
    grounded = read_grounded(question)
    if grounded is not None:
        return Reply(answer_from(grounded.passages, grounded.question))
    return Reply(f"You said: {question}" if question else "Nothing was said.")


def answer_from(passages: tuple[GroundPassage, ...] | list[GroundPassage], question: str, *, cite: bool = True) -> str:
    """Return the best sentence and its citation; the words for "not found" where none shares a rare word."""
    sentences = [
        (passage.number, sentence.strip())
        for passage in passages
        for sentence in _SENTENCE.split(passage.text)
        if len(_WORD.findall(sentence)) >= _FEWEST_WORDS and not sentence.lstrip().startswith("#")
    ]
    asked = stems(question)
    spread = Counter(stem for _, sentence in sentences for stem in stems(sentence))
    best, best_score = None, 0.0
    for number, sentence in sentences:
        shared = asked & stems(sentence)
        score = sum(math.log(1 + len(sentences) / spread[stem]) for stem in shared)
        if score > best_score:
            best, best_score = (number, sentence), score
    if best is None:
        return NOT_FOUND_ANSWER
    text = best[1].lstrip("-*| ").rstrip(" |")
    return f"{text} [{best[0]}]" if cite else text


def stems(text: str) -> set[str]:
    """Return the rarer words of `text`, without the endings that a question changes."""
    return {_stem(word) for word in _WORD.findall(text.lower()) if word not in _COMMON}


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def _last(messages: list[dict[str, Any]], role: str) -> str:
    """Return what `role` said after the last answer; empty where somebody else spoke last."""
    for message in reversed(messages):
        if message.get("role") == role:
            return _text(message.get("content"))
        if role == "tool":
            return ""
    return ""


def _text(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _searching_tool(tools: list[dict[str, Any]]) -> tuple[str, str] | None:
    """Return the name and the argument of the first tool that takes a text as its one needed argument."""
    for tool in tools:
        function = tool.get("function", {})
        schema = function.get("parameters", {})
        properties = schema.get("properties", {})
        needed = schema.get("required") or list(properties)[:1]
        if len(needed) == 1 and properties.get(needed[0], {}).get("type") == "string":
            return function["name"], needed[0]
    return None
