"""The reset ladder: gentle first, hard steps far apart, people always told, never given up."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.recovery.ladder import Fault, Ladder, Limits, Step, climb, descend, pause_s

LIMITS = Limits()
ORDER = list(Step)
FAILURES = st.lists(
    st.tuples(st.sampled_from(Fault), st.floats(0, 2000), st.booleans()), max_size=80
)


@settings(max_examples=300, deadline=None)
@given(failures=FAILURES, has_switch=st.booleans())
def test_hard_steps_stay_far_apart_and_people_are_told(
    *, failures: list[tuple[Fault, float, bool]], has_switch: bool
) -> None:
    ladder, now_s, untold = Ladder(), 0.0, 0
    last = {Step.RESET: -1e9, Step.POWER: -1e9}
    for fault, passed_s, worked in failures:
        now_s += passed_s
        if worked:
            ladder, untold = descend(ladder), 0
        before = ladder.rung
        ladder, step = climb(ladder, fault, now_s, LIMITS, has_switch=has_switch)
        if step is Step.RESET:
            assert now_s - last[step] >= LIMITS.reset_every_s
            assert fault not in (Fault.GONE, Fault.PEOPLE)
        if step is Step.POWER:
            assert now_s - last[step] >= LIMITS.power_every_s
            assert has_switch
            assert fault is not Fault.PEOPLE
        if step in last:
            last[step] = now_s
        if before is not None:
            assert ORDER.index(step) >= ORDER.index(before)
        untold = 0 if step is Step.TELL else untold + 1
        assert untold <= LIMITS.resyncs + LIMITS.reopens + 2
        assert LIMITS.pause_s <= pause_s(ladder, LIMITS) <= LIMITS.pause_max_s


def test_a_modem_that_does_not_answer_climbs_the_whole_ladder() -> None:
    ladder, steps = Ladder(), []
    for second in range(10):
        ladder, step = climb(ladder, Fault.LINE, float(second), LIMITS, has_switch=True)
        steps.append(step)
    assert steps == [
        *[Step.RESYNC] * LIMITS.resyncs,
        *[Step.REOPEN] * LIMITS.reopens,
        *(Step.RESET, Step.POWER, Step.TELL),
    ]
    ladder, again = climb(ladder, Fault.LINE, 11.0, LIMITS, has_switch=True)
    assert again is Step.RESYNC
    assert pause_s(ladder, LIMITS) == 2 * LIMITS.pause_s


def test_a_hard_step_is_not_forgotten_by_a_modem_that_works_again() -> None:
    stands = Ladder(Step.REOPEN, LIMITS.reopens)
    ladder, step = climb(stands, Fault.DEAF, 100.0, LIMITS, has_switch=False)
    assert step is Step.RESET
    again = descend(ladder)
    for number in range(LIMITS.reopens + 1):
        again, step = climb(again, Fault.DEAF, 101.0 + number, LIMITS, has_switch=False)
    assert step is Step.TELL


def test_what_only_people_can_mend_is_told_at_once() -> None:
    _, step = climb(Ladder(), Fault.PEOPLE, 0.0, LIMITS, has_switch=True)
    assert step is Step.TELL
