"""What one more column of the playground asks that none before it does."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console.state.prompt_play_rows import ColumnLine, blank


async def another(operator: Operator, columns: Sequence[ColumnLine], latest: int) -> ColumnLine:
    """Return a column like the last one on a version, else on a model, that no other asks."""
    models = await services().providers.list_models(operator) if operator.may(Permission.MODELS_READ) else ()
    return blank(columns[-1], **unlike(columns, latest, [one.reference for one in models if not one.is_default]))


def unlike(columns: Sequence[ColumnLine], latest: int, models: Sequence[str]) -> dict[str, str]:
    """Return what a new column changes of the last one: its version, where all are asked its model.

    The newest version that no column asks, else the first of `models` that the version is not asked on. Nothing where
    there is neither.
    """
    asked = {one.version for one in columns}
    if left := [str(number) for number in range(latest, 0, -1) if str(number) not in asked]:
        return {"version": left[0]}
    on = {one.model for one in columns if one.version == columns[-1].version}
    return {"model": other} if (other := next((one for one in models if one not in on), "")) else {}


async def asks_built_in(operator: Operator, models: Collection[str]) -> bool:
    """Tell whether one of these ships with the product; the empty one is the project's default."""
    known = await services().providers.list_models(operator) if operator.may(Permission.MODELS_READ) else ()
    return any(one.is_built_in and (one.reference in models or (one.is_default and "" in models)) for one in known)
