"""All kinds by name, and how a list of them is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from backend.errors import InvalidInput
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.evaluators.calls import ToolCalls
from backend.experiments.evaluators.human import Human
from backend.experiments.evaluators.judging import Judge, Pairwise
from backend.experiments.evaluators.meaning import Similarity
from backend.experiments.evaluators.objects import JsonEqual, JsonField, JsonSchema, JsonValid
from backend.experiments.evaluators.overlap import Bleu, LevenshteinDistance, Rouge
from backend.experiments.evaluators.python import Python
from backend.experiments.evaluators.resources import Cost, Latency
from backend.experiments.evaluators.retrieval import Retrieval
from backend.experiments.evaluators.texts import Contains, Exact, Regex
from backend.experiments.types import EvaluatorKind, kind_of, numbered

KINDS: Mapping[str, type[Evaluator]] = {
    kind.kind: kind
    for kind in (
        Exact,
        Contains,
        Regex,
        JsonValid,
        JsonSchema,
        JsonField,
        JsonEqual,
        LevenshteinDistance,
        Rouge,
        Bleu,
        Similarity,
        Latency,
        Cost,
        ToolCalls,
        Retrieval,
        Judge,
        Pairwise,
        Human,
        Python,
    )
}
MAX_EVALUATORS = 20


def kinds() -> list[EvaluatorKind]:
    """Return every kind with the schema of its settings, as `read` takes them."""
    return [EvaluatorKind(name, _schema(one)) for name, one in KINDS.items()]


def _schema(kind: type[Evaluator]) -> dict[str, Any]:
    schema = kind.model_json_schema(by_alias=True)
    if not kind.scores_nodes:
        del schema["properties"]["node"]
    return schema


def read(specs: Sequence[Mapping[str, Any]]) -> list[Evaluator]:
    """Return the evaluators of `{kind, name?, ...}`, each under a name of its own. Raise InvalidInput."""
    if len(specs) > MAX_EVALUATORS:
        raise InvalidInput(f"An experiment has at most {MAX_EVALUATORS} evaluators.")
    found: list[Evaluator] = []
    for number, spec in enumerate(specs):
        field = f"evaluators.{number}"
        kind, settings = kind_of(spec), {name: value for name, value in spec.items() if name != "kind"}
        evaluator = KINDS.get(kind)
        if evaluator is None:
            sentence = f"There is no evaluator called {kind or 'nothing'}."
            raise InvalidInput(sentence, hint=f"There are {', '.join(KINDS)}.", fields={f"{field}.kind": sentence})
        try:
            found.append(evaluator.model_validate(settings))
        except ValidationError as error:
            raise _refusal(evaluator.kind, field, error) from error
    return _named(found)


def matched(
    required: Sequence[Evaluator], given: Sequence[Evaluator], meant: Sequence[Evaluator] = ()
) -> tuple[list[str], list[str]]:
    """Return what the required ones are called among the given, and those that are not among them.

    Names may differ and nothing else: another threshold, target or direction is another evaluator. Judges are the same
    in any order, and one may be named alone or as the only one of several. `meant` are the required ones with each
    judge by name, as an experiment keeps them from its start; one that was started before that names none.
    """
    names = [(_settings(one), one.called) for one in given]
    found: list[str] = []
    lacking: list[str] = []
    for one, by_name in zip(required, meant or required, strict=True):
        wanted = (_settings(one), _settings(by_name))
        name = next((name for settings, name in names if settings in wanted), "")
        (found if name else lacking).append(name or one.called)
    return found, lacking


def _settings(evaluator: Evaluator) -> tuple[str, dict[str, Any]]:
    told = evaluator.model_dump(mode="json", exclude={"name"})
    judges = getattr(evaluator, "judges", None)
    return evaluator.kind, told if judges is None else {**told, "model": None, "models": sorted(judges)}


def _refusal(kind: str, field: str, error: ValidationError) -> InvalidInput:
    fields = {
        ".".join([field, *(str(part) for part in one["loc"])]): one["msg"].removeprefix("Value error, ")
        for one in error.errors()
    }
    first, sentence = next(iter(fields.items()))
    return InvalidInput(
        f"The evaluator {kind} cannot be used: {first.removeprefix(field + '.')}: {sentence}.", fields=fields
    )


def _named(evaluators: list[Evaluator]) -> list[Evaluator]:
    """Give each a name of its own."""
    names = numbered(one.called for one in evaluators)
    return [one.model_copy(update={"name": name}) for one, name in zip(evaluators, names, strict=True)]
