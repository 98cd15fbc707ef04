"""When a node gets session keys back, and when a person is asked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.polres.rules.returns import (
    DAY_S,
    SESSION_AGE_S_MAX,
    SESSIONS_MAX,
    SILENCE_S_MAX,
    Held,
    NeedPerson,
    Refuse,
    Return,
    Situation,
    Why,
    decide,
)

NOW_S = 1_790_000_000
YOUNG = Held(b"young", NOW_S - 3_600, NOW_S - 3_500, False, NOW_S - 60)
USUAL = Situation(
    now_s=NOW_S,
    run=b"new run",
    network="10.1",
    trusted_run=b"old run",
    trusted_network="10.1",
    trusted_s=NOW_S - 120,
    past=(),
    revoked=False,
    granted_until_s=None,
    wanted=(YOUNG,),
)


def test_a_usual_restart_gets_its_young_sessions() -> None:
    assert decide(USUAL) == Return((b"young",), granted=False)


def test_a_session_older_than_two_days_is_returned_only_after_a_person_agreed() -> None:
    old = replace(YOUNG, session=b"old", started_s=NOW_S - SESSION_AGE_S_MAX - 1)
    both = replace(USUAL, wanted=(old, YOUNG))
    assert decide(both) == Return((b"young",), granted=False, asks=Why.OLD)
    assert decide(replace(USUAL, wanted=(old,))) == Return((), granted=False, asks=Why.OLD)
    granted = replace(both, granted_until_s=NOW_S + 1)
    assert decide(granted) == Return((b"old", b"young"), granted=True)


def test_a_leave_is_not_spent_when_nothing_is_held() -> None:
    nothing = replace(USUAL, wanted=(), granted_until_s=NOW_S + 1)
    assert decide(nothing) == Return((), granted=False)


def test_a_leave_brings_back_the_newest_sessions_up_to_a_bound() -> None:
    many = tuple(replace(YOUNG, session=bytes([one])) for one in range(SESSIONS_MAX + 9))
    granted = decide(replace(USUAL, wanted=many, granted_until_s=NOW_S + 1))
    assert granted == Return(tuple(one.session for one in many[9:]), granted=True)
    assert decide(replace(USUAL, wanted=many)) == replace(granted, granted=False)


def test_a_clock_that_runs_ahead_makes_no_session_younger() -> None:
    seen_s = NOW_S - SESSION_AGE_S_MAX - 1
    ahead = replace(YOUNG, started_s=NOW_S + DAY_S, first_seen_s=seen_s)
    assert decide(replace(USUAL, wanted=(ahead,))).sessions == ()


def test_a_session_that_may_owe_nothing_is_not_returned_unasked() -> None:
    old_entry = replace(YOUNG, last_entry_s=NOW_S - SESSION_AGE_S_MAX - 1)
    for idle in (replace(YOUNG, last_entry_s=None), old_entry):
        assert decide(replace(USUAL, wanted=(idle,))) == Return((), granted=False)
        owing = replace(idle, open_report=True)
        assert decide(replace(USUAL, wanted=(owing,))) == Return((b"young",), granted=False)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"trusted_s": NOW_S - SILENCE_S_MAX - 1}, Why.SILENCE),
        ({"trusted_s": None}, Why.SILENCE),
        ({"network": "66.6"}, Why.NETWORK),
        ({"past": tuple((NOW_S - 60, bytes([run])) for run in range(3))}, Why.OFTEN),
    ],
)
def test_what_is_unusual_asks_a_person_first(changes: dict[str, object], reason: Why) -> None:
    odd = replace(USUAL, **changes)  # type: ignore[arg-type]
    assert decide(odd) == NeedPerson(reason)
    assert decide(replace(odd, granted_until_s=NOW_S + 1)) == Return((b"young",), granted=True)
    assert decide(replace(odd, granted_until_s=NOW_S)) == NeedPerson(reason)


def test_asking_again_in_the_same_run_counts_once() -> None:
    past = tuple((NOW_S - at_s, b"new run") for at_s in range(60, 600, 60))
    two_others = ((NOW_S - 700, b"a"), (NOW_S - 800, b"b"))
    assert decide(replace(USUAL, past=past + two_others)) == Return((b"young",), granted=False)


def test_returns_of_yesterday_do_not_count_today() -> None:
    past = tuple((NOW_S - DAY_S, bytes([run])) for run in range(9))
    assert decide(replace(USUAL, past=past)) == Return((b"young",), granted=False)


def test_a_network_that_is_not_judged_asks_nobody() -> None:
    assert decide(replace(USUAL, network=None)) == Return((b"young",), granted=False)
    assert decide(replace(USUAL, trusted_network=None)) == Return((b"young",), granted=False)


def test_the_trusted_run_itself_is_never_unusual() -> None:
    same = replace(USUAL, run=b"old run", network="66.6", trusted_s=NOW_S - 9 * DAY_S)
    assert decide(same) == Return((b"young",), granted=False)


@given(
    st.integers(0, 10 * DAY_S),
    st.sampled_from(["10.1", "66.6", None]),
    st.lists(st.tuples(st.integers(NOW_S - 2 * DAY_S, NOW_S), st.binary(max_size=1))),
    st.none() | st.integers(NOW_S - 9, NOW_S + 9),
)
def test_a_revoked_node_is_refused_whatever_else_holds(
    silent_s: int, network: str | None, past: list[tuple[int, bytes]], granted: int | None
) -> None:
    situation = replace(
        USUAL,
        trusted_s=NOW_S - silent_s,
        network=network,
        past=tuple(past),
        granted_until_s=granted,
        revoked=True,
    )
    assert decide(situation) == Refuse(Why.REVOKED)


HELD = st.builds(
    Held, st.binary(), st.integers(0, 2 * NOW_S), st.integers(0, NOW_S), st.just(True), st.none()
)


@given(st.lists(HELD, max_size=SESSIONS_MAX))
def test_no_returned_session_is_too_old_by_either_clock(wanted: list[Held]) -> None:
    decision = decide(replace(USUAL, wanted=tuple(wanted)))
    assert isinstance(decision, Return)
    oldest_s = NOW_S - SESSION_AGE_S_MAX
    young = [one for one in wanted if min(one.started_s, one.first_seen_s) >= oldest_s]
    assert decision.sessions == tuple(one.session for one in young)
