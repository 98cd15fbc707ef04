"""Who was copied or set back: what both views of a desa's log prove together."""

from dataclasses import dataclass
from enum import Enum

from sync.chain import Head
from sync.message import Receipt


class Verdict(Enum):
    """What a desa's view of its own log says about us and about it."""

    SOUND = "sound"
    FORK = "fork"
    CARD_RESTORED = "card restored"
    SERVER_RESTORED = "server restored"


@dataclass(frozen=True, slots=True)
class View:
    """Both sides' view of a desa's log.

    Attributes:
        ours: our head.
        theirs: the head that the desa announces.
        shown: our own newest receipt as the desa shows it, when it concerns this log.
        ours_there: the chain's hash that we hold where that receipt stands.
        theirs_there: the hash that the desa holds there.
    """

    era: int
    ours: Head
    theirs: Head
    shown: Receipt | None
    ours_there: bytes | None
    theirs_there: bytes


def judge(view: View) -> Verdict:
    """Who of both was set back or copied."""
    if view.shown is not None:
        if view.shown.era > view.era:
            return Verdict.SERVER_RESTORED
        if view.shown.era == view.era and view.shown.head.seq > view.ours.seq:
            return Verdict.SERVER_RESTORED
        if view.ours_there is not None and view.theirs_there != view.ours_there:
            return Verdict.FORK
    if view.theirs.seq < view.ours.seq:
        return Verdict.CARD_RESTORED
    if view.theirs.seq == view.ours.seq and view.theirs.hash != view.ours.hash:
        return Verdict.FORK
    return Verdict.SOUND
