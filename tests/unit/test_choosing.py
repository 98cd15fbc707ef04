"""Which modem takes a text: the right one, soon another one, and never two at once."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.desa.desk import ModemMood
from server.desa.state.choosing import (
    EMPTY_RP,
    PATIENCE_S,
    URGENT_PATIENCE_S,
    Offers,
    Wanted,
    better,
)
from server.desa.state.radio import Credit, RadioState, summary
from sms.operator.brands import Brand

TODAY = date(2026, 11, 22)
TELKOMSEL, XL = "+6281234567890", "+6281712345678"
URGENT, LATER = Wanted(1, TELKOMSEL, True), Wanted(1, TELKOMSEL, False)

radios = st.lists(
    st.builds(
        RadioState,
        name=st.sampled_from(["a", "b", "c", "d"]),
        mood=st.just(ModemMood.GOOD),
        signal_percent=st.none() | st.integers(0, 100),
        home=st.sampled_from(["", *Brand]),
        may_send=st.booleans(),
        credit=st.builds(
            Credit,
            balance_rp=st.none() | st.integers(0, 50_000),
            valid_until=st.none() | st.dates(TODAY - timedelta(30), TODAY + timedelta(30)),
        ),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.name,
)
wanted = st.builds(
    Wanted, id=st.just(7), to=st.sampled_from([TELKOMSEL, XL, "123"]), urgent=st.booleans()
)


def radio(name: str, home: Brand, **changes: object) -> RadioState:
    """A modem that may send."""
    made = RadioState(name, ModemMood.GOOD, signal_percent=70, may_send=True, home=home)
    return replace(made, **changes)


@given(radios, wanted, st.frozensets(st.sampled_from(["a", "b", "c", "d"])))
def test_some_modem_takes_every_text_at_once(
    those: list[RadioState], text: Wanted, refused: frozenset[str]
) -> None:
    able = [one for one in those if one.may_send]
    offers = Offers(refused={text.id: refused})
    takers = [one.name for one in able if offers.takes(text, one.name, those, 0.0, TODAY)]
    assert bool(takers) == bool(able)


@given(radios, wanted)
def test_no_text_waits_longer_than_its_patience_for_each_better_one(
    those: list[RadioState], text: Wanted
) -> None:
    each_s = URGENT_PATIENCE_S if text.urgent else PATIENCE_S
    for one in those:
        offers = Offers()
        offers.takes(text, one.name, those, 0.0, TODAY)
        assert offers.takes(text, one.name, those, each_s * (len(those) - 1), TODAY)


@given(radios, wanted)
def test_what_one_modem_has_in_hand_no_other_sends_to_the_same_number(
    those: list[RadioState], text: Wanted
) -> None:
    offers = Offers()
    offers.begin(text)
    another = replace(text, id=8)
    assert not any(offers.takes(another, one.name, those, 1e6, TODAY) for one in those)
    offers.end(text)
    assert any(offers.takes(another, one.name, those, 0.0, TODAY) for one in those)


@given(radios)
def test_a_text_that_all_refused_is_offered_to_all_again(those: list[RadioState]) -> None:
    offers = Offers()
    able = [one.name for one in those if one.may_send]
    told = [offers.refuse(7, name, those) for name in able]
    assert told == [True] * (len(able) - 1) + [False] if able else told == []
    assert offers.refused == {}


def test_the_recipients_operator_sends_before_a_stronger_signal() -> None:
    own, other = radio("a", Brand.TELKOMSEL, signal_percent=30), radio("b", Brand.XL)
    assert [better(one.name, TELKOMSEL, (own, other), (), TODAY) for one in (own, other)] == [0, 1]
    assert [better(one.name, XL, (own, other), (), TODAY) for one in (own, other)] == [1, 0]


def test_without_credit_or_beyond_its_last_day_a_modem_comes_after_all_others() -> None:
    other = radio("b", Brand.XL, signal_percent=10)
    for credit in (Credit(EMPTY_RP - 1), Credit(9_000, TODAY - timedelta(1))):
        own = radio("a", Brand.TELKOMSEL, credit=credit)
        assert better("a", TELKOMSEL, (own, other), (), TODAY) == 1
    assert better("a", TELKOMSEL, (own, other), (), None) == 0


def test_of_two_strangers_the_healthier_one_sends() -> None:
    rich, poor = radio("a", Brand.XL), radio("b", Brand.AXIS, credit=Credit(1_000))
    weak = radio("c", Brand.TRI, signal_percent=5)
    assert [better(n, TELKOMSEL, (rich, poor, weak), (), TODAY) for n in "abc"] == [0, 2, 1]


def test_an_urgent_text_is_with_the_other_modem_after_three_seconds() -> None:
    own, other = radio("a", Brand.TELKOMSEL), radio("b", Brand.XL)
    for text, due_s in ((URGENT, URGENT_PATIENCE_S), (LATER, PATIENCE_S)):
        offers = Offers()
        assert not offers.takes(text, "b", (own, other), 100.0, TODAY)
        assert not offers.takes(text, "b", (own, other), 99.9 + due_s, TODAY)
        assert offers.takes(text, "b", (own, other), 100.0 + due_s, TODAY)


def test_the_best_modem_speaks_for_all_and_the_trouble_of_any_is_told() -> None:
    good = radio("b", Brand.XL)
    lost = RadioState("a", ModemMood.ABSENT, "Modem tidak ditemukan.")
    told = summary((lost, good))
    assert (told.mood, told.signal_percent) == (ModemMood.GOOD, 70)
    assert told.trouble == "a: Modem tidak ditemukan."
    assert summary((lost,)).trouble == "Modem tidak ditemukan."
    assert summary(()).mood is ModemMood.ABSENT
