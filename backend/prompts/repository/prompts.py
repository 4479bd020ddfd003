"""Prompts and their versions, of one project."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, String, and_, case, cast, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.paging import MAX_NUMBER, Page
from backend.prompts.models import PromptLabelRow, PromptPlaygroundRow, PromptRow, PromptVersionRow


class PromptRepository:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: PromptRow | PromptVersionRow | PromptPlaygroundRow) -> None:
        self._session.add(row)

    async def prompt(self, name: str, *, lock: bool = False) -> PromptRow | None:
        """Find a prompt by id or slug."""
        statement = select(PromptRow).where(*self._own(), or_(PromptRow.id == name, PromptRow.slug == name))
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def deleted(self, prompt_id: str) -> PromptRow | None:
        statement = select(PromptRow).where(
            PromptRow.project_id == self._project_id, PromptRow.id == prompt_id, col(PromptRow.deleted_at).is_not(None)
        )
        return (await self._session.exec(statement.with_for_update())).first()

    async def newest(
        self,
        *,
        prompt_id: str = "",
        agent_config: str | None = None,
        agent_name: str | None = None,
        is_active: bool | None = None,
        holding: str = "",
    ) -> Sequence[tuple[PromptRow, PromptVersionRow]]:
        """Return prompts with their newest versions: those never changed first, then the last changed.

        `holding` is a word that stands somewhere in what the version says.
        """
        statement = (
            select(PromptRow, PromptVersionRow)
            .join(
                PromptVersionRow, and_(_of_prompt(PromptVersionRow), col(PromptVersionRow.number) == PromptRow.latest)
            )
            .where(*self._own())
        )
        if prompt_id:
            statement = statement.where(or_(PromptRow.id == prompt_id, PromptRow.slug == prompt_id))
        if agent_config is not None:
            statement = statement.where(PromptRow.agent_config == agent_config)
        if agent_name is not None:
            statement = statement.where(PromptRow.agent_name == agent_name)
        if is_active is not None:
            statement = statement.where(PromptRow.is_active == is_active)
        if holding:
            statement = statement.where(_holds(holding))
        # The databases disagree on where NULL stands; the order of the compatible API is Postgres's.
        never = case((col(PromptRow.updated_at).is_(None), 0), else_=1)
        order = (never, col(PromptRow.updated_at).desc(), col(PromptRow.created_at).desc(), col(PromptRow.id))
        return (await self._session.exec(statement.order_by(*order))).all()

    async def under(
        self, labels: Collection[str], *, holding: str
    ) -> Sequence[tuple[PromptRow, PromptVersionRow, str]]:
        """Return prompts with the versions under these labels that hold a word, and the label."""
        statement = (
            select(PromptRow, PromptVersionRow, PromptLabelRow.name)
            .join(PromptLabelRow, _of_prompt(PromptLabelRow))
            .join(
                PromptVersionRow,
                and_(_of_prompt(PromptVersionRow), col(PromptVersionRow.number) == PromptLabelRow.version),
            )
            .where(*self._own(), col(PromptVersionRow.number) == PromptLabelRow.version, _holds(holding))
            .where(col(PromptLabelRow.name).in_(labels))
        )
        return (await self._session.exec(statement.order_by(PromptRow.name, PromptLabelRow.name))).all()

    async def active_beside(self, row: PromptRow) -> Sequence[PromptRow]:
        """Return the other active prompts of the same agent, locked for a change."""
        statement = select(PromptRow).where(
            *self._own(),
            PromptRow.agent_config == row.agent_config,
            PromptRow.agent_name == row.agent_name,
            col(PromptRow.is_active).is_(True),
            PromptRow.id != row.id,
        )
        return (await self._session.exec(statement.with_for_update())).all()

    async def num_prompts(self) -> int:
        statement = select(func.count()).select_from(PromptRow).where(*self._own())
        return (await self._session.exec(statement)).one()

    async def slugs_like(self, slug: str) -> set[str]:
        """Return the slugs that are `slug` or begin with it and a dash."""
        statement = select(PromptRow.slug).where(
            PromptRow.project_id == self._project_id,
            or_(PromptRow.slug == slug, col(PromptRow.slug).startswith(f"{slug}-")),
        )
        return set(await self._session.exec(statement))

    async def version(self, prompt_id: str, number: int) -> PromptVersionRow | None:
        if not 0 < number <= MAX_NUMBER:
            return None
        statement = select(PromptVersionRow).where(
            PromptVersionRow.project_id == self._project_id,
            PromptVersionRow.prompt_id == prompt_id,
            PromptVersionRow.number == number,
        )
        return (await self._session.exec(statement)).first()

    async def versions(self, prompt_id: str, page: Page) -> list[PromptVersionRow]:
        """Return one more than asked for, newest first; `after` is a number."""
        statement = (
            select(PromptVersionRow)
            .where(
                PromptVersionRow.project_id == self._project_id,
                PromptVersionRow.prompt_id == prompt_id,
                PromptVersionRow.number < page.number(MAX_NUMBER),
            )
            .order_by(col(PromptVersionRow.number).desc())
            .limit(page.limit + 1)
        )
        return list(await self._session.exec(statement))

    async def names(self, prompt_ids: Collection[str]) -> dict[str, str]:
        """Return the names of these prompts by id, deleted ones left out."""
        statement = select(PromptRow.id, PromptRow.name).where(*self._own(), col(PromptRow.id).in_(prompt_ids))
        return dict((await self._session.exec(statement)).all())

    async def playground(self, identifier: str) -> PromptPlaygroundRow | None:
        statement = select(PromptPlaygroundRow).where(
            PromptPlaygroundRow.project_id == self._project_id, PromptPlaygroundRow.id == identifier
        )
        return (await self._session.exec(statement)).first()

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        return (col(PromptRow.project_id) == self._project_id, col(PromptRow.deleted_at).is_(None))


def _of_prompt(row: type[PromptLabelRow | PromptVersionRow]) -> ColumnElement[bool]:
    return and_(col(row.prompt_id) == PromptRow.id, col(row.project_id) == PromptRow.project_id)


def _holds(word: str) -> ColumnElement[bool]:
    """Whether a version holds a word anywhere in what it says."""
    return cast(PromptVersionRow.content, String).contains(word, autoescape=True)
