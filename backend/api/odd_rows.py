"""What is odd about rows, of a dataset and of a file that is about to become some."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import BaseModel, Field

from backend.api.bodies import Strict
from backend.datasets.types import NearDuplicates
from backend.mapped_tables import Plan, RowProblem
from backend.paging import MAX_NUMBER


class DuplicatesBody(BaseModel):
    """Rows that share an input, a list for each input."""

    duplicates: list[list[int]]


class AlikeBody(BaseModel):
    """`row` is nearly the same as the earlier row `like`."""

    row: int
    like: int
    likeness: float


class PairBody(Strict):
    """Two rows by their numbers."""

    row: int = Field(ge=1, le=MAX_NUMBER)
    like: int = Field(ge=1, le=MAX_NUMBER)


class NearDuplicatesBody(BaseModel):
    """The most alike first; `more` where there are pairs beyond the first thousand, `num_kept` are meant to be so.

    `num_left` rows were not compared: that would have taken the server too long.
    """

    version: int
    pairs: list[AlikeBody]
    num_rows: int
    more: bool
    num_kept: int
    num_left: int

    @classmethod
    def of(cls, found: NearDuplicates) -> NearDuplicatesBody:
        pairs = [AlikeBody(row=one.number, like=one.other, likeness=round(one.likeness, 4)) for one in found.pairs]
        return cls(
            version=found.version,
            pairs=pairs,
            num_rows=found.num_rows,
            more=found.is_cut,
            num_kept=found.num_kept,
            num_left=found.num_left,
        )


class RowProblemBody(BaseModel):
    row: int
    field: str
    problem: str

    @classmethod
    def of(cls, problem: RowProblem) -> RowProblemBody:
        return cls(row=problem.row, field=problem.field, problem=problem.words)


class ProblemsBody(BaseModel):
    """What rows break of the schemas."""

    problems: list[RowProblemBody]


class DuplicateBody(BaseModel):
    """`row` is the one that is there, 0 for a row further up in the file; `likeness` is below 1 for one nearly so."""

    number: int
    row: int
    likeness: float = 1.0


class PlanBody(BaseModel):
    """What an import would do; problems, duplicates and near ones, which come in all the same, stop at a hundred.

    `num_left` rows, of the file and of the dataset, were not compared: that would have taken the server too long.
    """

    kind: str
    columns: list[str]
    samples: dict[str, list[str]]
    first: list[list[str]]
    num_empty: dict[str, int]
    mapping: dict[str, str]
    num_rows: int
    num_fitting: int
    num_bad: int
    problems: list[RowProblemBody]
    num_duplicates: int
    duplicates: list[DuplicateBody]
    num_near: int
    near: list[DuplicateBody]
    num_left: int

    @classmethod
    def of(cls, plan: Plan) -> PlanBody:
        return cls(
            kind=plan.kind,
            columns=[*plan.columns],
            samples=plan.samples,
            first=[[*row] for row in plan.first],
            num_empty={**plan.num_empty},
            mapping=plan.targets,
            num_rows=plan.num_rows,
            num_fitting=plan.num_fitting,
            num_bad=plan.num_bad,
            problems=[RowProblemBody.of(one) for one in plan.problems],
            num_duplicates=plan.num_duplicates,
            duplicates=[DuplicateBody(**asdict(one)) for one in plan.duplicates],
            num_near=plan.num_near,
            near=[DuplicateBody(**asdict(one)) for one in plan.near],
            num_left=plan.num_left,
        )
