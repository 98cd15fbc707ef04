"""Whether a node gets session keys back: pure policy, no keys in it."""

from dataclasses import dataclass
from enum import StrEnum

SESSION_AGE_S_MAX = 48 * 3_600
SILENCE_S_MAX = 12 * 3_600
RETURNS_A_DAY = 3
DAY_S = 24 * 3_600
GRANT_S = 30 * 60
SESSIONS_MAX = 64


class Why(StrEnum):
    """What a person at the Polres reads beside the question."""

    SILENCE = "Kotak lama tidak terdengar; tanyakan dulu keadaannya kepada petugas desa."
    NETWORK = "Kotak menghubungi dari jaringan lain; tanyakan apakah ia dipindahkan."
    OFTEN = "Kotak sudah menyala ulang lebih dari tiga kali dalam sehari; tanyakan sebabnya."
    OLD = "Kotak meminta sesi yang lebih tua dari 48 jam; tanyakan apakah masih diperlukan."
    EARLIER = "Kotak pengganti meminta sesi kotak sebelumnya; tanyakan apakah ia dipulihkan."
    PARCEL = "Kotak meminta kuncinya lewat berkas; telepon dahulu petugas desa yang membawanya."
    REVOKED = "Kotak ini dilaporkan hilang; kunci tidak dikembalikan."


@dataclass(frozen=True, slots=True)
class Held:
    """A wanted session whose wrap the Polres holds.

    Attributes:
        started_s: when it began by the node's clock, as written inside the wrap.
        first_seen_s: when the Polres first saw it.
        open_report: a report that is not closed has an entry in it.
        last_entry_s: when the Polres last took an entry of it; None when it took none.
    """

    session: bytes
    started_s: int
    first_seen_s: int
    open_report: bool
    last_entry_s: int | None


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the decision looks at; times in seconds since 1970 (Polres' clock).

    Attributes:
        run: public key of the node's running session, new at each start.
        trusted_run: the run that was last trusted, with its network and its last contact.
        network: where the request came from; None when that is not judged.
        past: (time, run) of earlier returns.
        granted_until_s: a person allowed one return until then.
        enrolled_s: when this box was enrolled. A session that was known before is an earlier
            box's, and this one has it from a backup.
    """

    now_s: int
    run: bytes
    network: str | None
    trusted_run: bytes | None
    trusted_network: str | None
    trusted_s: int | None
    past: tuple[tuple[int, bytes], ...]
    revoked: bool
    granted_until_s: int | None
    wanted: tuple[Held, ...]
    enrolled_s: int = 0


@dataclass(frozen=True, slots=True)
class Return:
    """Give back the keys of these sessions.

    Attributes:
        granted: a person's leave was spent on it.
        asks: why a person must be asked about the others; None when none are left.
    """

    sessions: tuple[bytes, ...]
    granted: bool
    asks: Why | None = None


@dataclass(frozen=True, slots=True)
class NeedPerson:
    """A person must be asked first."""

    reason: Why


@dataclass(frozen=True, slots=True)
class Refuse:
    """No keys, whoever is asked."""

    reason: Why


def decide(situation: Situation) -> Return | NeedPerson | Refuse:
    """What becomes of the sessions that a node wants back; at most 64, the newest ones."""
    if situation.revoked:
        return Refuse(Why.REVOKED)
    wanted = situation.wanted[-SESSIONS_MAX:]
    if is_granted(situation):
        return Return(tuple(held.session for held in wanted), granted=bool(wanted))
    now_s = situation.now_s
    own = [held for held in wanted if held.first_seen_s >= situation.enrolled_s]
    young = [held for held in own if _young(held, now_s)]
    asks = Why.OLD if len(young) < len(own) else None
    asks = Why.EARLIER if len(own) < len(wanted) else asks
    sessions = tuple(held.session for held in young if _may_owe(held, now_s))
    if not sessions:
        return Return((), granted=False, asks=asks)
    reason = unusual(situation)
    if reason is None and _often(situation):
        reason = Why.OFTEN
    return Return(sessions, granted=False, asks=asks) if reason is None else NeedPerson(reason)


def is_granted(situation: Situation) -> bool:
    """A person's leave is still good."""
    until_s = situation.granted_until_s
    return until_s is not None and situation.now_s < until_s


def unusual(situation: Situation) -> Why | None:
    """Why this run may be a thief's; None for a run that goes on or follows as usual.

    A run that was trusted stays so, wherever it moves: it was never switched off. Contacts of
    a run that is not trusted prove nothing, so they do not end the silence before it.
    """
    if situation.trusted_run is None or situation.run == situation.trusted_run:
        return None
    if situation.trusted_s is None or situation.now_s - situation.trusted_s > SILENCE_S_MAX:
        return Why.SILENCE
    networks = (situation.network, situation.trusted_network)
    if None not in networks and networks[0] != networks[1]:
        return Why.NETWORK
    return None


def _often(situation: Situation) -> bool:
    recent = {run for at_s, run in situation.past if situation.now_s - at_s < DAY_S}
    return len(recent | {situation.run}) > RETURNS_A_DAY


def _young(held: Held, now_s: int) -> bool:
    """By both clocks: a node's may run ahead, and the Polres may see an old session late."""
    return now_s - min(held.started_s, held.first_seen_s) <= SESSION_AGE_S_MAX


def _may_owe(held: Held, now_s: int) -> bool:
    """By what the Polres knows: an open report there, or entries not long ago.

    Of unread texts and parts it knows nothing, so a recent session counts without a report.
    """
    last_s = held.last_entry_s
    return held.open_report or (last_s is not None and now_s - last_s <= SESSION_AGE_S_MAX)
