"""Whether a SIM still receives: when to send a text to oneself, and what follows; pure."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

DAY_S: Final = 86_400
RETURN_S: Final = 600.0
"""How long a text to oneself may take."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now: seconds since 1970 (UTC), and seconds of a clock that is never set."""

    wall_s: int
    mono_s: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """What is known of a SIM's hearing.

    Attributes:
        heard_s: when a text came last, or was first waited for; seconds since 1970 (UTC).
        tested_s: when a text was last sent to oneself.
        operator, smsc: network and service centre as last seen; "" while unknown.
        nonce: the word in that text, by which it is known again.
        changed: network or service centre are others than at the last text.
        waits_since_s: monotonic seconds since which that text is waited for.
        numberless: a test is due, but the own number is not known.
        deaf: the last test did not come back, and nothing has come since.
    """

    heard_s: int
    tested_s: int | None = None
    operator: str = ""
    smsc: str = ""
    nonce: str = ""
    changed: bool = False
    waits_since_s: float | None = None
    numberless: bool = False
    deaf: bool = False


class Step(StrEnum):
    """What is to be done now."""

    NOTHING = "nothing"
    TEST = "test"
    ALARM = "alarm"


@dataclass(slots=True)
class Ear:
    """A hearing in RAM, with when it and the service centre were last looked at (monotonic)."""

    hearing: Hearing
    looked_s: float | None = None
    smsc_s: float | None = None
    kept: Hearing | None = field(default=None)


def look(
    hearing: Hearing, now: Moment, quiet_s: float, *, number: bool, credit: bool
) -> tuple[Hearing, Step]:
    """What is due at this moment.

    Args:
        hearing: as it stood.
        now: the moment.
        quiet_s: so long without a text is suspicious; 0 for never.
        number: the own number is known.
        credit: there is money for a text that is not urgent.
    """
    if hearing.waits_since_s is not None:
        if now.mono_s - hearing.waits_since_s < RETURN_S:
            return hearing, Step.NOTHING
        step = Step.NOTHING if hearing.deaf else Step.ALARM
        return replace(hearing, waits_since_s=None, deaf=True), step
    # A clock that was set back must not silence the test for longer than a day.
    since_test_s = abs(now.wall_s - hearing.tested_s) if hearing.tested_s is not None else DAY_S
    quiet = now.wall_s - hearing.heard_s >= quiet_s
    due = quiet_s > 0 and (quiet or hearing.changed or hearing.deaf) and since_test_s >= DAY_S
    hearing = replace(hearing, numberless=due and not number)
    return hearing, Step.TEST if due and number and credit else Step.NOTHING


def seen(hearing: Hearing, operator: str, smsc: str) -> Hearing:
    """Take in network and service centre; "" is not known and changes nothing."""
    differs = any(
        before and after and before != after
        for before, after in ((hearing.operator, operator), (hearing.smsc, smsc))
    )
    return replace(
        hearing,
        operator=operator or hearing.operator,
        smsc=smsc or hearing.smsc,
        changed=hearing.changed or differs,
    )


def tested(hearing: Hearing, now: Moment, nonce: str) -> Hearing:
    """A text to oneself is about to be handed to the modem."""
    return replace(
        hearing, tested_s=now.wall_s, nonce=nonce, changed=False, waits_since_s=now.mono_s
    )


def refused(hearing: Hearing) -> Hearing:
    """The text to oneself surely did not go out: nothing can be concluded from silence."""
    return replace(hearing, waits_since_s=None)


def arrived(hearing: Hearing, now: Moment) -> Hearing:
    """Some text has come in: it hears."""
    return replace(
        hearing,
        heard_s=now.wall_s,
        changed=False,
        waits_since_s=None,
        numberless=False,
        deaf=False,
    )
