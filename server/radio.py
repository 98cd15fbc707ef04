"""The radio: texts between the modem and the sealed inbox and outbox."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hardware.errors import SendRefused, SendUnknown
from hardware.modem import Slot
from server.database import Database
from server.domain.react import Notice
from server.domain.reading.read import read as understand
from server.domain.report import Stamp, Trust
from server.vault import Lock, Place, Vault
from sms import inbox, outbox, pdu
from sms.commands import grammar
from sms.inbox import Sealed
from sms.outbox import Purpose, State
from sms.user_data import split_words
from sync.canonical import pack, row, unpack
from sync.entry import Shape, ticket_code
from sync.errors import CannotOpen

# Service centres whose clock is hours ahead must not make a text look old.
SURE = Trust.PERSON
ROW_OCTETS = 253
"""What a row of the outbox is filled up to before it is sealed: eight steps with its head."""


class Modem(Protocol):
    """What the radio needs of a modem."""

    @property
    def sim_id(self) -> str:
        """The SIM that is in it, as in the slot journal; "" while it is not known."""

    def list(self) -> tuple[Slot, ...]:
        """Every stored PDU of both memories."""

    def forget_all(self, slots: Sequence[Slot]) -> None:
        """Free slots as they were listed last."""

    def send(self, tpdu_length: int, pdu: str) -> int:
        """Send a PDU; gives the message reference."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The opened body of an outbox row.

    Attributes:
        queued_s: when it was queued, seconds since 1970 (UTC); None where no clock was trusted.
    """

    to: str
    text: str
    ticket: str | None
    name: str
    official: bool
    queued_s: int | None = None


def keep_listed(
    database: Database, vault: Vault, sim: str, listed: tuple[Slot, ...], day: int
) -> inbox.Kept:
    """Commit what the modem lists; when this returns, the slots may be forgotten."""

    def seal(number: int, hex_pdu: str) -> Sealed:
        body = vault.seal(lock_of(hex_pdu), "inbox", number, pack((1, hex_pdu)))
        return Sealed(vault.running.id, body)

    with database.write() as db:

        def recall(number: int) -> str | None:
            return recall_pdu(db, vault, number)

        return inbox.keep(db, sim, listed, seal, recall, day)


def mark_deleted(database: Database, sim: str, listed: tuple[Slot, ...]) -> None:
    """The modem answered the deletes of these slots with OK."""
    with database.jot() as db:
        inbox.mark_deleted(db, sim, listed)


def forget_slots(database: Database, sim: str) -> None:
    """The modem lists nothing: what stood beside its slots is erased."""
    with database.read() as db:
        held = inbox.holds_slots(db, sim)
    if held:
        with database.jot() as db:
            inbox.free_slots(db, sim)


def lock_of(hex_pdu: str) -> Lock:
    """The key for a PDU: what an officer must not open later goes under the intake key.

    These are parts and unread ones, complaints about officials, and commands about a report.
    """
    try:
        read = pdu.decode(hex_pdu)
        if isinstance(read, pdu.Deliver) and read.part is None:
            # A command may name a complaint about an official, and then tells who wrote it.
            asks = isinstance(
                grammar.parse(read.text), grammar.Status | grammar.Add | grammar.Cancel
            )
            return Lock.INTAKE if asks or understand(read.text).official else Lock.SESSION
    except Exception:  # noqa: BLE001 -- whatever fails in reading, the PDU itself must be kept
        return Lock.INTAKE
    return Lock.INTAKE


def recall_pdu(db: sqlite3.Connection, vault: Vault, number: int) -> str | None:
    """The PDU of an inbox row, None while its session is locked."""
    kept = inbox.row_of(db, number)
    return None if kept is None else open_pdu(vault, kept)


def open_pdu(vault: Vault, kept: inbox.Row) -> str | None:
    """The PDU in a row, None while its session is locked."""
    try:
        body = vault.open(Place(kept.session, Shape.SEALED, "inbox", kept.id), kept.body)
    except CannotOpen:
        return None
    return str(row(unpack(body), int, str)[1])


def queue_notice(
    db: sqlite3.Connection,
    vault: Vault,
    notice: Notice,
    *,
    key: str,
    official: bool,
    day: int,
    stamp: Stamp | None = None,
) -> None:
    """Put a notice into the outbox, once for its key; `stamp` is the moment, sealed with it."""
    purpose = Purpose(notice.purpose)
    duty = purpose is Purpose.ALARM
    sure = stamp is not None and stamp.trust >= SURE
    queued_s = stamp.wall_s if sure and stamp is not None else None
    told = (2, notice.to, notice.text, notice.ticket, notice.name, official, queued_s)
    # Rows of one SMS are of one size: how long an answer is would tell which one it is.
    body = pack((*told, bytes(max(0, ROW_OCTETS - len(pack(told))))))
    lock = Lock.DUTY if duty else Lock.INTAKE if official else Lock.SESSION
    outbox.enqueue(
        db,
        key,
        lambda number: Sealed(vault.running.id, vault.seal(lock, "outbox", number, body)),
        outbox.Label(
            shape=int(Shape.DUTY if duty else Shape.SEALED),
            purpose=purpose,
            ticket=ticket_code(notice.ticket),
            urgent=notice.urgent,
            day=day,
            parts=len(split_words(notice.text)),
        ),
    )


def open_outgoing(vault: Vault, kept: outbox.Row) -> Outgoing | None:
    """The text in an outbox row, None while its session is locked."""
    try:
        body = vault.open(Place(kept.session, Shape(kept.shape), "outbox", kept.id), kept.body)
    except CannotOpen:
        return None
    version, to, text, ticket, name, official, *later = row(unpack(body), int, str, str)
    queued_s = later[0] if version != 1 and later else None
    return Outgoing(
        str(to),
        str(text),
        None if ticket is None else str(ticket),
        str(name),
        bool(official),
        queued_s if isinstance(queued_s, int) else None,
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """How a try to send ended.

    Attributes:
        state: the row's next state.
        references: message reference of each part that the modem took in this try.
        reason: why it did not go out.
        unsent: parts that surely did not go out.
    """

    state: State
    references: tuple[tuple[int, int], ...] = ()
    reason: str | None = None
    unsent: int = 0


def send(
    modem: Modem,
    text: Outgoing,
    row: outbox.Row,
    taken: frozenset[int],
    keep: Callable[[int, int], None],
) -> Sent:
    """Hand one text to the modem, part by part.

    Args:
        modem: the modem.
        text: what is sent.
        row: its row, already `submitting`.
        taken: parts that the modem took in an earlier try.
        keep: called with part and reference as soon as one is taken while others are left.

    Raises:
        HardwareError: the modem is gone; of the parts that were not kept nothing went out.
    """
    chunks = split_words(text.text)
    left = [number for number in range(1, len(chunks) + 1) if number not in taken]
    references: list[tuple[int, int]] = []
    for number in left:
        part = pdu.Part(row.id % 256, wide=False, total=len(chunks), number=number)
        length, hex_pdu = pdu.encode_submit(
            text.to,
            chunks[number - 1],
            reference=row.id % 256,
            request_report=True,
            validity=timedelta(seconds=outbox.LIFETIME_S[row.purpose]),
            part=part if len(chunks) > 1 else None,
        )
        try:
            references.append((number, modem.send(length, hex_pdu)))
        except SendUnknown:
            return Sent(State.UNKNOWN, tuple(references), "tidak ada kepastian dari modem")
        except SendRefused as refusal:
            return _refused(refusal, row, tuple(references), len(left))
        if number != left[-1]:
            keep(*references[-1])
    return Sent(State.SENT, tuple(references))


def _refused(
    refusal: SendRefused, row: outbox.Row, references: tuple[tuple[int, int], ...], wanted: int
) -> Sent:
    unsent = wanted - len(references)
    if refusal.uncertain:
        return Sent(State.UNKNOWN, references, "tidak ada kepastian dari jaringan", unsent - 1)
    if outbox.tried_enough(row):
        return Sent(State.FAILED, references, f"ditolak jaringan ({refusal.detail})", unsent)
    return Sent(State.QUEUED, references, None, unsent)


def utc(seconds: int) -> datetime:
    """Seconds since 1970 as an aware time."""
    return datetime.fromtimestamp(seconds, UTC)
