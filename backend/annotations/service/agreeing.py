"""How far people agree with each other, and judges with people."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.models import AnnotationRow
from backend.annotations.repository import Heard, Items, Judged, Queues, answers_in, heard_in_log, judged
from backend.annotations.service.base import Base
from backend.annotations.shapes import about_of
from backend.annotations.types import Agreement, Agreements, ConfigKind, Label, ScoreConfig, Target
from backend.columns import storable
from backend.experiments.statistics.agreement import FEW, by_distance, cohens_kappa, kappa_change
from backend.experiments.types import Drift
from backend.operator import Operator, Permission

HALF = 0.5
# By item and by person.
Labels = Mapping[str, Mapping[str, Label]]
# Whole annotations with what each is of.
Said = Sequence[tuple[AnnotationRow, Target]]


class AgreeingUseCases(Base):
    """Words have no agreement; everything else that is labelled does."""

    async def agreements(self, operator: Operator, queue_id: str) -> Agreements:
        """Return the agreement of each two people, and of each judge with what most people said of the same answer.

        Raise QueueNotFound.
        """
        operator.require(Permission.ANNOTATIONS_READ)
        async with self._units.read(operator) as session:
            queue = await Queues(session, operator.project_id).get(storable(queue_id))
            given = await Items(session, operator.project_id, queue.id).labelled()
            found = await _with_answers(session, operator.project_id, given)
            heard = await heard_in_log(session, operator.project_id, {one.conversation_id for _, one in given})
            answers = sorted({target.message_id for _, target in found if target.message_id})
            scored = await judged(session, operator.project_id, answers) if answers else []
        names = {row.person_id: row.person_name for row, _ in found}
        people, judges = list[Agreement](), list[Agreement]()
        for config in about_of(queue).configs:
            if config.kind is ConfigKind.TEXT:
                continue
            said: dict[str, dict[str, Label]] = defaultdict(dict)
            of_target: dict[Target, dict[str, Label]] = defaultdict(dict)
            of_answer: dict[str, dict[str, Label]] = defaultdict(dict)
            for row, target in found:
                if config.name in row.values:
                    said[row.item_id][row.person_id] = row.values[config.name]
                    of_answer[target.message_id][row.person_id] = row.values[config.name]
            for row, target in (*given, *found):  # of one answer, a label of the whole is one of the answer too
                if config.name in row.values:
                    of_target[target][row.person_id] = row.values[config.name]
            people += _between_people(config, said, names)
            judges += _with_judges(config, of_answer, scored)
            judges += _with_log_judges(config, of_target, heard)
        return Agreements(tuple(people), tuple(judges))


async def _with_answers(session: AsyncSession, project_id: str, found: Said) -> Said:
    """Take a conversation of one answer for that answer: who labelled the one has read the other."""
    wholes = [target.conversation_id for _, target in found if not target.message_id]
    given = defaultdict[str, list[Target]](list)
    for one in await answers_in(session, project_id, wholes):
        given[one.conversation_id].append(one)
    lone = {id_: answers[0] for id_, answers in given.items() if len(answers) == 1}
    return [(row, target if target.message_id else lone.get(target.conversation_id, target)) for row, target in found]


def _between_people(config: ScoreConfig, said: Labels, names: Mapping[str, str]) -> Iterator[Agreement]:
    for one, other in combinations(sorted(names, key=lambda person: (names[person], person)), 2):
        pairs = [(labels[one], labels[other]) for labels in said.values() if one in labels and other in labels]
        if pairs:
            yield _agreement(config, pairs, names[one], names[other])


def _with_judges(config: ScoreConfig, said: Labels, scored: Sequence[Judged]) -> Iterator[Agreement]:
    pairs: dict[tuple[str, str, str], list[tuple[Label, Label]]] = defaultdict(list)
    for one in scored:
        most = consensus(config, list(said.get(one.message_id, {}).values()))
        if most is None:
            continue
        for name, score in one.scores.items():
            label = label_of_score(config, score)
            if label is not None:
                pairs[one.experiment_id, one.experiment, name].append((label, most))
    for (experiment_id, experiment, name), found in sorted(pairs.items()):
        yield _agreement(config, found, f"{name} of {experiment}", "people", experiment_id)


def _with_log_judges(
    config: ScoreConfig, said: Mapping[Target, Mapping[str, Label]], heard: Heard
) -> Iterator[Agreement]:
    """Yield the agreement of each judge's newest version, and how it stands beside the version before that."""
    most = {target: one for target, by in said.items() if (one := consensus(config, list(by.values()))) is not None}
    for judge, versions in sorted(heard.items()):
        pairs = [
            {
                target: (label, most[target])
                for target, score in scores.items()
                if target in most and (label := label_of_score(config, score)) is not None
            }
            for scores in versions.values()
        ]
        before = next((one for one in reversed(pairs[:-1]) if one), {})
        if not pairs[-1] and not before:
            continue
        found = _agreement(config, list(pairs[-1].values()) or list(before.values()), judge, "people")
        found = replace(found, version=list(versions)[-1])
        if before and not pairs[-1]:
            found = replace(
                found, drift=Drift.UNMEASURED, before=found.kappa, kappa=None, low=None, high=None, num_items=0
            )
        elif before:
            weight: Any = by_distance(config.low, config.high) if config.is_ordinal else None
            change = kappa_change(before, pairs[-1], weight=weight)
            if change is not None:
                drift = Drift.WORSE if change.is_worse else Drift.SAME
                found = replace(found, drift=drift, before=change.before)
        yield found


def consensus(config: ScoreConfig, labels: Sequence[Label]) -> Label | None:
    """Return what most people said, the median of numbers; None where nobody did, or as many the one as the other."""
    if config.is_ordinal:
        return statistics.median(map(float, labels)) if labels else None
    most = Counter(labels).most_common(2)
    return most[0][0] if most and (len(most) == 1 or most[0][1] > most[1][1]) else None


def label_of_score(config: ScoreConfig, score: Mapping[str, Any]) -> Label | None:
    """Return a score of an evaluator as a label of the config, None for what has no place on it.

    A person's score in an experiment is no judge's: it has an author.
    """
    value, passed, label = score.get("value"), score.get("passed"), score.get("label", "")
    if "by" in score:
        return None
    if config.kind is ConfigKind.CATEGORY:
        return str(label) if label in {one.value for one in config.options} else None
    if config.kind is ConfigKind.BOOLEAN:
        return bool(passed) if passed is not None else None if value is None else value >= HALF
    return float(value) if value is not None and config.low <= value <= config.high else None


def _agreement(
    config: ScoreConfig, pairs: Sequence[tuple[Label, Label]], one: str, other: str, experiment_id: str = ""
) -> Agreement:
    left, right = zip(*pairs, strict=True)
    if config.is_ordinal:
        found = cohens_kappa(
            list(map(float, left)), list(map(float, right)), weight=by_distance(config.low, config.high)
        )
    else:
        found = cohens_kappa(left, right)
    ends = found.interval if found.num_items >= FEW else None
    return Agreement(
        config=config.name,
        one=one,
        other=other,
        num_items=found.num_items,
        share_equal=found.share_equal,
        kappa=found.kappa,
        low=ends.low if ends else None,
        high=ends.high if ends else None,
        is_weighted=config.is_ordinal,
        experiment_id=experiment_id,
    )
