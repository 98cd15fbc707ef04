"""The life of a prepaid SIM: asked rarely, warned of once a threshold, unknown is nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.operator.prepaid import (
    ASK_GAP_S,
    ASKS_A_DAY,
    BELIEVED_S,
    WARN_DAYS,
    About,
    Occasion,
    ask_due,
    parts_left,
    warnings,
)

DAY_S = 86_400.0
TODAY = date(2026, 11, 22)
OCCASIONS = st.builds(
    Occasion,
    since_s=st.none() | st.floats(0, 10 * DAY_S),
    today=st.integers(0, ASKS_A_DAY * 2),
    soon=st.booleans(),
    refused=st.booleans(),
    unclear=st.booleans(),
    low=st.booleans(),
    parts=st.integers(0, 200),
)


def test_it_is_asked_at_the_start_then_once_a_day() -> None:
    assert ask_due(Occasion(None, 0), DAY_S, 30)
    assert not ask_due(Occasion(DAY_S - 1, 1), DAY_S, 30)
    assert ask_due(Occasion(DAY_S, 1), DAY_S, 30)


@pytest.mark.parametrize(
    ("sign", "soonest_s"),
    [("soon", 600), ("parts", 600), ("refused", 3_600), ("low", 10_800), ("unclear", 10_800)],
)
def test_a_sign_of_change_brings_the_question_forward_but_never_at_once(
    sign: str, soonest_s: int
) -> None:
    quiet = Occasion(float(soonest_s), 1)
    assert not ask_due(quiet, DAY_S, 30)
    told = replace(quiet, **{sign: 30 if sign == "parts" else True})
    assert ask_due(told, DAY_S, 30)
    assert not ask_due(replace(told, since_s=soonest_s - 1.0), DAY_S, 30)


@given(OCCASIONS, st.floats(ASK_GAP_S, 7 * DAY_S), st.integers(1, 100))
def test_never_more_than_a_few_times_a_day_and_never_twice_in_a_row(
    now: Occasion, every_s: float, after: int
) -> None:
    if ask_due(now, every_s, after):
        assert now.today < ASKS_A_DAY
        assert now.since_s is None or now.since_s >= ASK_GAP_S
    elif now.today < ASKS_A_DAY:
        assert now.since_s is not None
        assert now.since_s < every_s


def test_each_threshold_of_the_masa_aktif_warns_once() -> None:
    end = TODAY + timedelta(days=40)
    keys = [
        [one.key for one in warnings(None, end, TODAY + timedelta(days=day), 0)]
        for day in range(45)
    ]
    assert [key[0].rsplit(":", 1)[1] for key in keys[10:41]] == (
        ["30"] * 16 + ["14"] * 7 + ["7"] * 4 + ["3"] * 2 + ["1", "0"]
    )
    assert keys[:10] == [[]] * 10
    assert keys[41:] == [[f"ended:{end}"]] * 4


@given(
    st.none() | st.integers(0, 100_000),
    st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    st.integers(0, 50_000),
)
def test_nobody_is_warned_of_what_is_unknown(
    balance: int | None, end: date | None, today: date | None, low: int
) -> None:
    found = {one.about for one in warnings(balance, end, today, low)}
    if balance is None or balance >= low:
        assert About.LOW not in found
    if end is None or today is None or (end - today).days > max(WARN_DAYS):
        assert not found & {About.ENDING, About.ENDED}
    elif end < today:
        assert About.ENDED in found


@given(
    st.none() | st.integers(0, 10**6),
    st.integers(0, 1_000),
    st.integers(-5, 500),
    st.floats(0, 1e7),
)
def test_a_balance_pays_for_no_more_than_it_says_and_only_while_it_is_fresh(
    balance: int | None, price: int, spent: int, age_s: float
) -> None:
    left = parts_left(balance, price, spent, age_s)
    if balance is None or not price or age_s > BELIEVED_S:
        assert left is None
    else:
        assert left is not None
        assert 0 <= left * price <= balance
