"""How a desa is, in one mark and a few words; pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server import words
from server.polres.lookup import DesaLine
from server.polres.rules.returns import SILENCE_S_MAX

FRESH_S: Final = 15 * 60


class Mood(StrEnum):
    """The mark of a desa."""

    GOOD = "good"
    LATE = "late"
    ACT = "act"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Health:
    """A mark with the words that explain it."""

    mood: Mood
    words: str


def health(line: DesaLine, now_s: int) -> Health:
    """How a desa is; what a person must act upon comes first."""
    if line.last_contact_s is None:
        return Health(Mood.NEW, "belum pernah terhubung")
    if line.states:
        return Health(Mood.ACT, line.states[0])
    if line.keys_waiting:
        return Health(Mood.ACT, "kunci menunggu Anda")
    silent = _silence(line, now_s)
    if silent is not None and silent.mood is Mood.ACT:
        return silent
    if line.officers_waiting:
        return Health(Mood.ACT, "petugas menunggu persetujuan")
    if silent is not None:
        return silent
    if line.backlog:
        return Health(Mood.LATE, _behind(line, now_s))
    return Health(Mood.GOOD, "tersambung")


def _silence(line: DesaLine, now_s: int) -> Health | None:
    """What is to be said of how long nothing came; a box that is heard by SMS is not lost."""
    silent_s = max(0, now_s - (line.last_contact_s or 0))
    by_sms_s = max(0, now_s - (line.heard_s or 0))
    if by_sms_s < silent_s > FRESH_S and by_sms_s <= SILENCE_S_MAX:
        return Health(Mood.LATE, f"hanya SMS, {words.lasting(by_sms_s)} lalu")
    if silent_s > SILENCE_S_MAX:
        return Health(Mood.ACT, f"diam {words.lasting(silent_s)}")
    if silent_s > FRESH_S:
        return Health(Mood.LATE, f"terakhir {words.lasting(silent_s)} lalu")
    return None


def _behind(line: DesaLine, now_s: int) -> str:
    progress, since_s = line.lag.progress, line.lag.since_s
    if progress is not None:
        return f"menyusul {progress.percent}%"
    told = f"{words.count(line.backlog)} catatan masih di jalan"
    if since_s is None or now_s - since_s < words.MINUTE_S:
        return told
    return f"{told}, {words.lasting(now_s - since_s)}"
