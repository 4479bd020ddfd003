"""What an experiment may still spend."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """What a call of one kind costs, before it is asked: `first` where none has ended, `least` whatever others cost.

    Where an answer has a maximum length `least` has the whole of it, so that no answer costs more than was put aside.
    """

    first: Decimal = Decimal(0)
    least: Decimal = Decimal(0)


class Purse:
    """What an experiment may still spend. For each call under way the dearest of its kind so far is put aside.

    Under a budget the first call of a kind goes alone: what it costs is told by nothing else.
    """

    def __init__(self, budget: Decimal | None, spent: Decimal, prices: Sequence[Price]) -> None:
        self._budget, self._spent, self._prices = budget, spent, prices
        self._dearest: list[Decimal | None] = [None] * len(prices)
        self._put_aside = Decimal(0)
        self._under_way = [0] * len(prices)
        self._changed = asyncio.Condition()

    async def take(self, kind: int) -> Decimal | None:
        """Put aside for one more call and return how much; wait for those under way where they hold it.

        None where nothing is left.
        """
        async with self._changed:
            while (needed := self._needed(kind)) > self._left() or self._is_first_out(kind):
                if not any(self._under_way):
                    return None
                await self._changed.wait()
            self._under_way[kind] += 1
            self._put_aside += needed
            return needed

    async def give_back(self, kind: int, put_aside: Decimal, cost: Decimal | None) -> None:
        """Take a call's cost in place of what was put aside for it; None where it got no answer that tells one."""
        async with self._changed:
            self._under_way[kind] -= 1
            self._put_aside -= put_aside
            if cost is not None:
                self._spent += cost
                self._dearest[kind] = max(self._dearest[kind] or Decimal(0), cost)
            self._changed.notify_all()

    def _needed(self, kind: int) -> Decimal:
        dearest, price = self._dearest[kind], self._prices[kind]
        return price.first if dearest is None else max(dearest, price.least)

    def _is_first_out(self, kind: int) -> bool:
        return self._budget is not None and self._dearest[kind] is None and self._under_way[kind] > 0

    def _left(self) -> Decimal:
        return Decimal("Infinity") if self._budget is None else self._budget - self._spent - self._put_aside
