"""The reset ladder: what to try next with a modem that fails, from gentle to hard. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Step(StrEnum):
    """What to do with the modem, from gentle to hard."""

    RESYNC = "resync"
    REOPEN = "reopen"
    RESET = "reset"
    POWER = "power"
    TELL = "tell"


class Fault(StrEnum):
    """What kind of failure it was."""

    LINE = "line"
    DEAF = "deaf"
    GONE = "gone"
    SIM = "sim"
    PEOPLE = "people"


_WAYS: dict[Fault, tuple[Step, ...]] = {
    Fault.LINE: (Step.RESYNC, Step.REOPEN, Step.RESET, Step.POWER),
    Fault.DEAF: (Step.REOPEN, Step.RESET, Step.POWER),
    # Nobody can say AT+CFUN to a port that is not there.
    Fault.GONE: (Step.REOPEN, Step.POWER),
    Fault.SIM: (Step.REOPEN, Step.RESET, Step.POWER),
    # A PIN, a forbidden port, a stick without a tty: no reset helps.
    Fault.PEOPLE: (),
}
_ORDER = {step: rank for rank, step in enumerate(Step)}


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a step may be tried before the next, and how far apart hard steps stay.

    A reset makes a USB modem vanish for a while: resets that follow their own errors never end.
    """

    resyncs: int = 2
    reopens: int = 5
    reset_every_s: float = 600.0
    power_every_s: float = 1800.0
    pause_s: float = 3.0
    pause_max_s: float = 300.0

    def scaled(self, share: float) -> "Limits":
        """The same ladder, climbed slower or quicker."""
        return replace(
            self,
            reset_every_s=self.reset_every_s * share,
            power_every_s=self.power_every_s * share,
            pause_s=self.pause_s * share,
            pause_max_s=self.pause_max_s * share,
        )

    def tries(self, step: Step) -> int:
        """How often a step is tried before the next one."""
        return {Step.RESYNC: self.resyncs, Step.REOPEN: self.reopens}.get(step, 1)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where one modem stands on the ladder.

    `rung` and `tries`: the last step and how often it was done; `rounds`: how often people were
    told since the modem last worked; `reset_at`, `powered_at`: monotonic seconds of the last hard
    steps, which a modem that works again does not forget.
    """

    rung: Step | None = None
    tries: int = 0
    rounds: int = 0
    reset_at: float | None = None
    powered_at: float | None = None


def climb(
    ladder: Ladder, fault: Fault, now_s: float, limits: Limits, *, has_switch: bool
) -> tuple[Ladder, Step]:
    """The next step after a failure, and where the modem then stands.

    After TELL the ladder begins anew: people are told, and it is tried on for ever.
    """
    for step in _WAYS[fault]:
        if _is_open(ladder, step, now_s, limits, has_switch=has_switch):
            return _stand(ladder, step, now_s), step
    told = replace(ladder, rung=None, tries=0, rounds=ladder.rounds + 1)
    return told, Step.TELL


def descend(ladder: Ladder) -> Ladder:
    """Where a modem stands that works again."""
    return replace(ladder, rung=None, tries=0, rounds=0)


def pause_s(ladder: Ladder, limits: Limits) -> float:
    """Seconds to wait before the next try; doubles with every round."""
    return min(limits.pause_max_s, limits.pause_s * 2.0 ** min(ladder.rounds, 30))


def _is_open(ladder: Ladder, step: Step, now_s: float, limits: Limits, *, has_switch: bool) -> bool:
    if ladder.rung is not None:
        if _ORDER[step] < _ORDER[ladder.rung]:
            return False
        if step is ladder.rung and ladder.tries >= limits.tries(step):
            return False
    match step:
        case Step.RESET:
            return _is_over(ladder.reset_at, now_s, limits.reset_every_s)
        case Step.POWER:
            return has_switch and _is_over(ladder.powered_at, now_s, limits.power_every_s)
        case _:
            return True


def _is_over(since_s: float | None, now_s: float, lasts_s: float) -> bool:
    return since_s is None or now_s - since_s >= lasts_s


def _stand(ladder: Ladder, step: Step, now_s: float) -> Ladder:
    tries = ladder.tries + 1 if step is ladder.rung else 1
    stands = replace(ladder, rung=step, tries=tries)
    match step:
        case Step.RESET:
            return replace(stands, reset_at=now_s)
        case Step.POWER:
            return replace(stands, powered_at=now_s)
        case _:
            return stands
