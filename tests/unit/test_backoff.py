"""The wait after failures on a road: it grows, is spread, and has an end."""

from hypothesis import given
from hypothesis import strategies as st

from sync.roads.backoff import delay_s

FAILURES = st.integers(1, 10_000)
FRACTIONS = st.floats(0, 1)
USUAL = st.floats(0.1, 3_600)
LONGEST = st.floats(3_600, 86_400)


@given(USUAL, FRACTIONS, LONGEST)
def test_without_failures_the_wait_is_the_usual_one(
    usual_s: float, fraction: float, longest_s: float
) -> None:
    assert delay_s(0, usual_s, fraction, longest_s) == usual_s


@given(FAILURES, USUAL, FRACTIONS, LONGEST)
def test_no_wait_is_longer_than_the_longest_nor_shorter_than_half_of_the_usual(
    failures: int, usual_s: float, fraction: float, longest_s: float
) -> None:
    waited_s = delay_s(failures, usual_s, fraction, longest_s)
    assert usual_s / 2 <= waited_s <= longest_s


@given(FAILURES, USUAL, FRACTIONS, LONGEST)
def test_one_more_failure_never_shortens_the_wait(
    failures: int, usual_s: float, fraction: float, longest_s: float
) -> None:
    now_s = delay_s(failures, usual_s, fraction, longest_s)
    assert delay_s(failures + 1, usual_s, fraction, longest_s) >= now_s


def test_the_wait_doubles_until_the_longest_and_half_of_it_is_chance() -> None:
    assert [delay_s(n, 60, 1.0, 900) for n in range(1, 6)] == [120, 240, 480, 900, 900]
    assert [delay_s(n, 60, 0.0, 900) for n in range(1, 6)] == [60, 120, 240, 450, 450]
