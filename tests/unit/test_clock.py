"""The clock: what it heard from whom decides what it believes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.clock import EARLIEST_S, JUMP_S_MAX, SMS_LIVES_S_MAX, Clock, at_boot, hear
from server.domain.report import Trust

NOW_S = 1_790_000_000
MONO_S = st.floats(0, 1e7)
NEAR = st.integers(NOW_S - 10**7, NOW_S + 10**7)
SOURCES = st.sampled_from([Trust.SMSC, Trust.PERSON, Trust.NETWORK])


def clock(trust: Trust = Trust.LAST_SEEN) -> Clock:
    """A clock that shows NOW_S at 100 s after the start."""
    return Clock(NOW_S - 100.0, trust, 1)


@given(st.integers(0, 2**31), st.integers(0, 2**31), MONO_S)
def test_a_start_never_goes_behind_what_was_known_before(
    system_s: int, last_s: int, mono_s: float
) -> None:
    begun = at_boot(float(system_s), mono_s, last_s, 7)
    stamp = begun.stamp(mono_s)
    assert abs(stamp.wall_s - max(system_s, last_s)) <= 1
    assert (stamp.trust, stamp.boot) == (Trust.LAST_SEEN, 7)


@given(NEAR)
def test_a_service_centre_moves_the_clock_forward_only(heard_s: int) -> None:
    after = hear(clock(), 100.0, heard_s, Trust.SMSC)
    assert after.stamp(100.0).wall_s == max(heard_s, NOW_S)
    assert after.trust is Trust.SMSC


@given(NEAR, st.sampled_from([Trust.PERSON, Trust.NETWORK]))
def test_a_service_centre_does_not_move_a_clock_that_knows_better(
    heard_s: int, known: Trust
) -> None:
    assert hear(clock(known), 100.0, heard_s, Trust.SMSC) == clock(known)


@given(NEAR)
def test_the_polres_sets_the_clock_in_both_directions(heard_s: int) -> None:
    for known in Trust:
        after = hear(clock(known), 100.0, heard_s, Trust.NETWORK)
        assert after.stamp(100.0).wall_s == heard_s
        assert after.trust is Trust.NETWORK


@given(NEAR)
def test_a_person_sets_the_clock_unless_the_polres_has(heard_s: int) -> None:
    assert hear(clock(Trust.SMSC), 100.0, heard_s, Trust.PERSON).stamp(100.0).wall_s == heard_s
    assert hear(clock(Trust.NETWORK), 100.0, heard_s, Trust.PERSON) == clock(Trust.NETWORK)


@given(SOURCES, st.integers(1, 10**9), st.booleans())
def test_a_time_more_than_ten_years_away_is_not_believed(
    source: Trust,
    beyond_s: int,
    ahead: bool,  # noqa: FBT001
) -> None:
    far_s = NOW_S + (JUMP_S_MAX + beyond_s) * (1 if ahead else -1)
    believed = source is Trust.NETWORK and far_s >= EARLIEST_S
    assert (hear(clock(), 100.0, far_s, source) == clock()) != believed


def test_a_clock_years_ahead_is_not_made_sure_by_a_text_of_today() -> None:
    ahead = at_boot(NOW_S + 5 * 365 * 86_400.0, 100.0, 0, 1)
    assert hear(ahead, 100.0, NOW_S, Trust.SMSC) == ahead
    late = hear(clock(), 100.0, NOW_S - SMS_LIVES_S_MAX + 1, Trust.SMSC)
    assert late.trust is Trust.SMSC


@pytest.mark.parametrize("system_s", [0, 2**31, 2**33])
def test_a_box_without_a_clock_believes_the_polres_in_any_year(system_s: int) -> None:
    began = at_boot(float(system_s), 100.0, 0, 1)
    heard = hear(began, 100.0, NOW_S, Trust.NETWORK)
    assert (heard.stamp(100.0).wall_s, heard.trust) == (NOW_S, Trust.NETWORK)
    assert hear(began, 100.0, EARLIEST_S - 1, Trust.NETWORK).trust <= Trust.NETWORK


@given(st.lists(st.tuples(NEAR, SOURCES), max_size=12))
def test_trust_never_falls_within_a_boot(heard: list[tuple[int, Trust]]) -> None:
    now = clock()
    for heard_s, source in heard:
        after = hear(now, 100.0, heard_s, source)
        assert after.trust >= now.trust
        now = after


@given(MONO_S)
def test_a_stamp_carries_milliseconds_since_the_start_that_no_one_sets(mono_s: float) -> None:
    before = clock().stamp(mono_s)
    after = hear(clock(), mono_s, NOW_S - 5_000, Trust.NETWORK).stamp(mono_s)
    assert before.mono_ms == after.mono_ms == int(mono_s * 1000)
