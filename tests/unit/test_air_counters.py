"""Counters that are never used twice and messages that are never taken twice."""

from hypothesis import given
from hypothesis import strategies as st

from sync.airtime.head import COUNTER_MAX
from sync.airtime.window import BLOCK, WIDTH, Counter, Window


@given(st.lists(st.integers(1, 300), max_size=300))
def test_whatever_order_they_come_in_each_counter_is_taken_once(counters: list[int]) -> None:
    window, taken = Window(), set[int]()
    for counter in counters:
        after = window.admit(counter)
        in_reach = counter > window.highest - WIDTH
        assert (after is not None) == (counter not in taken and in_reach)
        if after is not None:
            taken.add(counter)
            window = Window.of(after.highest, after.pack())


def test_no_counter_outside_its_octets_is_taken() -> None:
    assert Window().admit(0) is None
    assert Window().admit(COUNTER_MAX + 1) is None
    assert Window().admit(COUNTER_MAX) == Window(COUNTER_MAX, 1)


@given(st.lists(st.integers(0, 3 * BLOCK), min_size=1, max_size=20))
def test_a_stop_at_any_moment_repeats_no_counter(runs: list[int]) -> None:
    reserved = 0

    def reserve(count: int) -> int:
        nonlocal reserved
        first, reserved = reserved + 1, reserved + count
        return first

    given_out = [
        counter.take() for uses in runs for counter in [Counter(reserve)] for _ in range(uses)
    ]
    assert given_out == sorted(set(given_out))


def test_the_last_64_counters_can_be_told_and_no_older_one() -> None:
    window = Window().admit(WIDTH + 1)
    assert window is not None
    assert window.admit(1) is None
    oldest = window.admit(2)
    assert oldest is not None
    assert Window.of(oldest.highest, oldest.pack()) == oldest
