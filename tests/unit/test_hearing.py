"""When the box tests whether it hears: rarely, for a reason, and one alarm for one silence."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.desa.state import hearing
from server.desa.state.hearing import DAY_S, RETURN_S, Hearing, Moment, Step

QUIET_S = float(DAY_S)
START = Moment(1_790_000_000, 50.0)
FRESH = Hearing(START.wall_s)


def later(seconds: float) -> Moment:
    """So long after the start."""
    return Moment(START.wall_s + int(seconds), START.mono_s + seconds)


def look(state: Hearing, now: Moment, quiet_s: float = QUIET_S) -> tuple[Hearing, Step]:
    """Look with number and money at hand."""
    return hearing.look(state, now, quiet_s, number=True, credit=True)


def test_a_day_without_a_text_is_a_reason_and_a_setting_of_zero_is_none() -> None:
    assert look(FRESH, later(DAY_S - 1)) == (FRESH, Step.NOTHING)
    assert look(FRESH, later(DAY_S)) == (FRESH, Step.TEST)
    assert look(FRESH, later(9 * DAY_S), 0.0) == (FRESH, Step.NOTHING)


def test_another_network_or_service_centre_is_a_reason_but_the_first_or_an_unknown_is_not() -> None:
    known = hearing.seen(FRESH, "51010", "+6281100000")
    assert not known.changed
    assert not hearing.seen(known, "", "").changed
    for operator, smsc in (("51011", ""), ("", "+62855000000")):
        assert look(hearing.seen(known, operator, smsc), later(60))[1] is Step.TEST


def test_a_lost_test_is_told_once_and_repeated_on_the_next_day() -> None:
    waits = hearing.tested(FRESH, later(DAY_S), "A1")
    assert look(waits, later(DAY_S + RETURN_S - 1)) == (waits, Step.NOTHING)
    deaf, step = look(waits, later(DAY_S + RETURN_S))
    assert (deaf.deaf, step) == (True, Step.ALARM)
    assert look(deaf, later(DAY_S + RETURN_S + 60)) == (deaf, Step.NOTHING)
    assert look(deaf, later(2 * DAY_S))[1] is Step.TEST
    again = hearing.tested(deaf, later(2 * DAY_S), "B2")
    assert look(again, later(2 * DAY_S + RETURN_S))[1] is Step.NOTHING


def test_any_text_ends_waiting_and_deafness() -> None:
    deaf = replace(hearing.tested(FRESH, later(0), "A1"), deaf=True, changed=True, numberless=True)
    heard = hearing.arrived(deaf, later(5))
    assert heard == replace(FRESH, heard_s=START.wall_s + 5, tested_s=START.wall_s, nonce="A1")


def test_without_its_number_it_says_so_and_without_money_it_waits() -> None:
    state, step = hearing.look(FRESH, later(DAY_S), QUIET_S, number=False, credit=True)
    assert (state.numberless, step) == (True, Step.NOTHING)
    assert not look(state, later(DAY_S))[0].numberless
    state, step = hearing.look(FRESH, later(DAY_S), QUIET_S, number=True, credit=False)
    assert (state, step) == (FRESH, Step.NOTHING)


def test_a_test_that_was_refused_proves_nothing() -> None:
    state = hearing.refused(hearing.tested(FRESH, later(DAY_S), "A1"))
    assert look(state, later(DAY_S + 2 * RETURN_S)) == (state, Step.NOTHING)


@given(st.integers(-400 * DAY_S, 400 * DAY_S), st.integers(-400 * DAY_S, 400 * DAY_S))
def test_a_clock_that_jumps_raises_no_alarm_and_ends_no_waiting(jump_s: int, more_s: int) -> None:
    waits = hearing.tested(FRESH, START, "A1")
    for wall_s in (START.wall_s + jump_s, START.wall_s + jump_s + more_s):
        now = Moment(wall_s, START.mono_s + RETURN_S - 1)
        assert look(waits, now) == (waits, Step.NOTHING)


class Days(RuleBasedStateMachine):
    """Texts, tests, networks and waiting in any order, against what people were promised."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.state = FRESH
        self.tests: list[float] = []
        self.alarms: list[float] = []
        self.texts: list[float] = [0.0]

    @rule(hours=st.floats(0, 60))
    def wait(self, hours: float) -> None:
        self.now_s += hours * 3_600

    @rule(number=st.booleans(), credit=st.booleans())
    def look(self, *, number: bool, credit: bool) -> None:
        now = later(self.now_s)
        self.state, step = hearing.look(self.state, now, QUIET_S, number=number, credit=credit)
        if step is Step.TEST:
            assert number
            assert credit
            self.state = hearing.tested(self.state, now, str(len(self.tests)))
            self.tests.append(self.now_s)
        if step is Step.ALARM:
            assert self.tests
            assert self.now_s - self.tests[-1] >= RETURN_S
            assert max(self.texts) <= self.tests[-1]
            self.alarms.append(self.now_s)

    @rule()
    def text(self) -> None:
        self.state = hearing.arrived(self.state, later(self.now_s))
        self.texts.append(self.now_s)

    @precondition(lambda self: self.state.waits_since_s is not None)
    @rule()
    def refuse(self) -> None:
        self.state = hearing.refused(self.state)

    @rule(operator=st.sampled_from(["", "51010", "51011"]), smsc=st.sampled_from(["", "1", "2"]))
    def network(self, operator: str, smsc: str) -> None:
        self.state = hearing.seen(self.state, operator, smsc)

    @invariant()
    def one_test_a_day(self) -> None:
        # Wall time is told in whole seconds.
        gaps = zip(self.tests, self.tests[1:], strict=False)
        assert all(second - first >= DAY_S - 1 for first, second in gaps)

    @invariant()
    def one_alarm_for_a_silence(self) -> None:
        assert len(self.alarms) <= len(self.tests)
        for first, second in zip(self.alarms, self.alarms[1:], strict=False):
            assert any(first <= at_s <= second for at_s in self.texts)

    @invariant()
    def deaf_means_that_nothing_came_since(self) -> None:
        if self.state.deaf:
            assert self.alarms
            assert max(self.texts) <= self.alarms[-1]


TestDays = Days.TestCase
