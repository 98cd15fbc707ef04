"""A desa's journal as the product would have written it for a corpus of texts."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.domain import codec
from server.domain import events as e
from server.domain.decide import Situation, decide_text
from server.domain.reading.labels import Urgency
from server.domain.reading.read import read
from server.domain.report import Stamp, Status, Trust
from server.domain.requests import TextArrived
from server.domain.ticket import check
from server.vault import Lock, Vault
from sync import seal, session
from sync.chain import LogId
from sync.entry import Entry, Flag, Header, Log, Shape, day_number, ticket_code
from sync.seal import KeyPair

NODE = 5_204_072_001
BOOT = 3
_TRUST = Trust.SMSC


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a corpus: when it was sent (seconds since 1970), by whom, and its words."""

    time_s: int
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What one text became: its stamps and events, in order; `official` seals them to a unit."""

    stamped: tuple[tuple[Stamp, e.DesaEvent], ...]
    official: bool


def events_of(
    texts: Sequence[Text], seed: int, *, answers: bool, first: int = 0
) -> Iterator[Written]:
    """Each text as the product's own reading turns it into events.

    Args:
        texts: in order of time.
        seed: for ticket numbers and the seconds that the radio takes.
        answers: with the entry that says that the villager was answered.
        first: how many texts were read before.
    """
    draw = random.Random(seed)  # noqa: S311 -- play must be repeatable, not secret
    free = _tickets(draw, len(texts))
    began_s = texts[0].time_s - 600 if texts else 0
    for number, text in enumerate(texts):
        moment = text.time_s + draw.uniform(4.0, 30.0)
        stamp = _stamp(moment, began_s)
        reading = read(text.text)
        arrived = TextArrived(
            text.sender, True, text.text, reading, text.time_s, stamp.wall_s, first + number + 1
        )
        situation = Situation("Tepal", free[number], None, None, "08.46", "22 Nov")
        decision = decide_text(arrived, situation)
        stamped = [(stamp, event) for event in decision.events]
        ticket = free[number]
        if answers and any(isinstance(event, e.ReportReceived) for event in decision.events):
            name = decision.notices[0].name
            sent = _stamp(moment + draw.uniform(3.0, 9.0), began_s)
            stamped.append((sent, e.MessageSent(ticket, name, "sent")))
        yield Written(tuple(stamped), decision.official)


def _stamp(moment_s: float, began_s: int) -> Stamp:
    return Stamp(int(moment_s), _TRUST, BOOT, int((moment_s - began_s) * 1000))


def _tickets(draw: random.Random, count: int) -> list[str]:
    taken: list[str] = []
    stems = draw.sample(range(10_000), min(count, 10_000))
    for stem in stems:
        taken += [f"{stem:04}{digit}" for digit in range(10) if check(f"{stem:04}{digit}")]
    return taken


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a journal that was made from a seed."""

    duty: bytes
    session: session.SessionKeys

    @classmethod
    def of(cls, seed: int) -> "Keys":
        """Keys that a seed stands for."""
        parts = [seal.derive(b"bench".ljust(32), seed, name) for name in ("s", "i", "u", "d")]
        return cls(parts[3], session.from_seeds(parts[0], parts[1], parts[2]))

    def vault(self) -> Vault:
        """A vault that holds them."""
        return Vault(self.duty, self.session, KeyPair(b"", b""))


def entries_of(
    written: Sequence[Written], vault: Vault, log_id: LogId, first: int = 1
) -> tuple[Entry, ...]:
    """The sealed entries of events, numbered from `first`."""
    told = [(pair, one.official) for one in written for pair in one.stamped]
    return tuple(
        _entry(seq, stamp, event, vault, log_id, Lock.UNIT if official else Lock.SESSION)
        for seq, ((stamp, event), official) in enumerate(told, start=first)
    )


def _entry(
    seq: int, stamp: Stamp, event: e.DesaEvent, vault: Vault, log_id: LogId, lock: Lock
) -> Entry:
    report = isinstance(event, e.ReportReceived)
    urgent = isinstance(event, e.ReportReceived) and event.urgency == Urgency.DARURAT.value
    header = Header(
        node=log_id.node, instance=log_id.instance, log=Log.UP, seq=seq,
        session=vault.running.id, shape=Shape.SEALED,
        day=day_number(datetime.fromtimestamp(stamp.wall_s, UTC)),
        ticket=ticket_code(getattr(event, "ticket", None)),
        sets=Status.NEW if report else 0, flags=Flag.URGENT if urgent else Flag.NONE,
    )  # fmt: skip
    body = codec.encode(stamp, event)
    sealed = vault.seal_entry(lock, header.pack(), Log.UP, seq, body)
    return Entry(header, sealed)


def log_of() -> LogId:
    """The log that such a journal stands in."""
    return LogId(NODE, Log.UP, 1)
