"""What every counter of rates promises."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from backend.engines.rates.in_process import InProcessRates
from backend.ports.rates import Rate, Rates

FEW = Rate(3, 10)


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["in process"])
def rates(clock: Clock) -> Rates:
    return InProcessRates(clock=clock)


async def _taken(rates: Rates, key: str, times: int) -> list[bool]:
    return [(await rates.take(key, FEW)).allowed for _ in range(times)]


async def test_as_many_as_the_limit_are_allowed_and_no_more(rates: Rates) -> None:
    assert await _taken(rates, "a", 5) == [True, True, True, False, False]


async def test_what_is_left_counts_down(rates: Rates) -> None:
    assert [(await rates.take("a", FEW)).remaining for _ in range(4)] == [2, 1, 0, 0]


async def test_each_key_is_counted_by_itself(rates: Rates) -> None:
    await _taken(rates, "a", 3)
    assert await _taken(rates, "b", 3) == [True, True, True]


async def test_no_span_of_the_rate_holds_more_than_the_limit(rates: Rates, clock: Clock) -> None:
    """A counter per full minute would let twice the limit through around its turn."""
    passed: list[float] = []
    for step in range(600):
        clock.now = 1_000 + step / 10
        if (await rates.take("a", FEW)).allowed:
            passed.append(clock.now)
    assert len(passed) == 18
    assert all(later - earlier >= FEW.seconds for earlier, later in zip(passed, passed[3:], strict=False))


async def test_a_refusal_says_when_the_next_is_allowed(rates: Rates, clock: Clock) -> None:
    await _taken(rates, "a", 3)
    clock.now += 4
    assert (await rates.take("a", FEW)).wait_seconds == pytest.approx(6)
    clock.now += 6
    assert (await rates.take("a", FEW)).allowed


async def test_what_was_refused_does_not_count(rates: Rates, clock: Clock) -> None:
    await _taken(rates, "a", 3)
    clock.now += 9
    await _taken(rates, "a", 50)
    clock.now += 1
    assert await _taken(rates, "a", 1) == [True]


async def test_looking_counts_nothing(rates: Rates) -> None:
    for _ in range(10):
        assert (await rates.look("a", FEW)).remaining == 3
    await _taken(rates, "a", 3)
    assert not (await rates.look("a", FEW)).allowed


async def test_a_forgotten_key_starts_anew(rates: Rates) -> None:
    await _taken(rates, "a", 3)
    await rates.forget("a")
    assert await _taken(rates, "a", 1) == [True]


async def test_memory_is_bounded_and_keeps_who_asks_now(clock: Clock) -> None:
    rates = InProcessRates(max_keys=100, clock=clock)
    await _taken(rates, "attacker", 3)
    for number in range(1_000):
        await rates.take(f"address {number}", FEW)
        assert not (await rates.take("attacker", FEW)).allowed
    assert rates.num_keys <= 100


async def test_a_key_that_no_longer_counts_takes_no_memory(clock: Clock) -> None:
    rates = InProcessRates(clock=clock)
    await rates.take("a", FEW)
    clock.now += 10
    await rates.look("a", FEW)
    assert rates.num_keys == 0
