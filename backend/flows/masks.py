"""What a run writes down is masked, what it works with is not: the two sides of its placeholders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.masking.masker import OFF, Masker
from backend.masking.service import MaskingService
from backend.masking.types import Way
from backend.ports.run_journal import NodeEntry, RunUnit
from backend.unit_of_work import Work

WORDS_OF_A_NODE = ("reason", "error", "inputs", "output", "citations", "detail", "tries")


class RunMask:
    """The masker of one run, and where it writes down what it met."""

    def __init__(self, masker: Masker = OFF, service: MaskingService | None = None) -> None:
        self._masker, self._service = masker, service

    @property
    def is_on(self) -> bool:
        return self._masker.is_on

    async def read_ahead(self, text: str, asked: Masker) -> AheadRun:
        """Mask what was asked, before the unit that writes it down, as it is once `asked` has masked the question."""
        self._masker.numbers.update(asked.numbers)
        self._masker.last |= asked.last
        met = dict(self._masker.numbers)
        await self._masker.know(text)
        return AheadRun(met, self)

    def fits(self, met: dict[tuple[str, str], int]) -> bool:
        """Tell whether its conversation knows this now, and no more."""
        return self._masker.numbers == met

    async def kept(self, value: Any) -> Any:
        """Return a value as it is written down."""
        return await self._masker.kept(value)

    def name(self, person: str) -> str:
        """Return somebody's id as it is written down: the same everywhere in the project."""
        return self._masker.name(person)

    def real(self, value: Any) -> Any:
        """Return a value as the run works with it, while the run is under way."""
        return self._masker.real(value)

    async def unit(self, unit: RunUnit) -> RunUnit:
        """Return what a run writes down at once, as it is written."""
        opening, ending = unit.opening, unit.ending
        if opening:
            told = await self.kept(opening.details) if opening.details else None
            opening = replace(
                opening, input=await self.kept(opening.input), person=self.name(opening.person), details=told
            )
        nodes = tuple([await self._node(node) for node in unit.nodes])
        if ending:
            output, citations, error = await self.kept((ending.output, ending.citations, ending.error))
            ending = replace(ending, output=output, citations=citations, error=error)
        return replace(unit, opening=opening, nodes=nodes, ending=ending)

    async def _node(self, node: NodeEntry) -> NodeEntry:
        kept = await self.kept([getattr(node, name) for name in WORDS_OF_A_NODE])
        return replace(node, **dict(zip(WORDS_OF_A_NODE, kept, strict=True)))

    async def save(self, work: Work | None = None) -> None:
        """Write down what was met first: in this unit, else in one of its own before another engine writes."""
        if self._service is None:
            return
        await (self._service.save(work, self._masker) if work else self._service.save_alone(self._masker))

    async def forget(self, run_id: str) -> None:
        """Let go of the words of the run: it has ended."""
        if self._service is not None and self._masker.vault:
            await self._service.forget(self._masker.project_id, [run_id])


@dataclass(frozen=True, slots=True)
class AheadRun:
    """The mask of a run that has read its question; `met` is what its conversation knows when it is written down."""

    met: dict[tuple[str, str], int]
    mask: RunMask


NO_MASK = RunMask()


class Masks:
    """Makes the masks of runs; without a service, as in an experiment's test, they change nothing."""

    def __init__(self, service: MaskingService | None = None) -> None:
        self.service = service

    def is_off(self, project_id: str) -> bool:
        return self.service is None or self.service.is_off(project_id)

    async def of(
        self, session: AsyncSession, project_id: str, run_id: str, conversation_id: str | None, *, resumes: bool = False
    ) -> RunMask:
        """Return the mask of a run: it counts on in its conversation, by itself where it has none."""
        if self.service is None:
            return NO_MASK
        scope = conversation_id or run_id
        masker = await self.service.open(session, project_id, scope, Way.RUN, run_id=run_id, resumes=resumes)
        return RunMask(masker, self.service) if masker.is_on else NO_MASK
