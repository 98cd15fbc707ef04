"""What time it is, and how far that is to be believed: a Pi has no clock of its own."""

from dataclasses import dataclass, replace

from server.domain.report import Stamp, Trust

JUMP_S_MAX = 10 * 365 * 86_400
SMS_LIVES_S_MAX = 63 * 7 * 86_400
"""The longest that a network keeps a text (3GPP TS 23.040 section 9.2.3.12)."""
EARLIEST_S = 1_767_225_600
"""2026-01-01: whoever tells an earlier time is wrong; this program is younger."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall time as an offset to a clock that only runs forward.

    Attributes:
        offset_s: wall time (seconds since 1970, UTC) minus monotonic seconds.
        trust: the best source so far in this boot.
        boot: number of the node's start.
    """

    offset_s: float
    trust: Trust
    boot: int

    def stamp(self, mono_s: float) -> Stamp:
        """The stamp of this moment."""
        return Stamp(int(mono_s + self.offset_s), self.trust, self.boot, int(mono_s * 1000))


def at_boot(system_s: float, mono_s: float, last_s: int, boot: int) -> Clock:
    """The clock after a start: the system's time, but never before the last time it knew."""
    wall_s = max(system_s, float(last_s))
    return Clock(wall_s - mono_s, Trust.LAST_SEEN, boot)


def hear(clock: Clock, mono_s: float, heard_s: int, source: Trust) -> Clock:
    """Take in a time from outside.

    A service centre's stamp is a lower bound: a stored text may be days old, so it moves the
    clock forward only. A signed answer of the Polres or a person sets it. Neither does so when
    something better is already known: there are service centres whose clock is hours ahead.
    What is many years away is believed of the Polres alone, whose time is signed: a box without
    a clock of its own may start in 1970, or with an empty battery in any year.
    """
    now_s = mono_s + clock.offset_s
    far = abs(heard_s - now_s) > JUMP_S_MAX
    if source is Trust.SMSC and now_s - heard_s > SMS_LIVES_S_MAX:
        # No text is that old: it is this clock that is wrong, and it must not be called sure.
        return clock
    signed = source is Trust.NETWORK and heard_s >= EARLIEST_S
    if source < clock.trust or (far and not signed):
        return clock
    if source is Trust.SMSC:
        offset_s = heard_s - mono_s if heard_s > now_s else clock.offset_s
        return replace(clock, offset_s=offset_s, trust=source)
    return replace(clock, offset_s=heard_s - mono_s, trust=source)


def not_before(clock: Clock, mono_s: float, heard_s: int) -> Clock:
    """Take in a signed time that is surely past: it moves a clock that is not sure forward."""
    ahead_s = heard_s - (mono_s + clock.offset_s)
    if clock.trust is Trust.NETWORK or not 0 < ahead_s <= JUMP_S_MAX:
        return clock
    return replace(clock, offset_s=clock.offset_s + ahead_s)
