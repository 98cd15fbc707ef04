"""The radio: texts between the modem and the sealed inbox and outbox."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from hardware.errors import SendRefused, SendUnknown
from hardware.modem import Slot
from server.database import Database
from server.domain.classify import classify
from server.domain.react import Notice
from server.vault import Lock, Place, Vault
from sms import grammar, inbox, outbox, pdu
from sms.inbox import Sealed
from sms.outbox import Purpose, State
from sync.canonical import pack, row, unpack
from sync.entry import Shape, ticket_code
from sync.errors import CannotOpen


class Modem(Protocol):
    """What the radio needs of a modem."""

    def list(self) -> tuple[Slot, ...]:
        """Every stored PDU of both memories."""

    def forget(self, slot: Slot) -> None:
        """Free a slot."""

    def send(self, tpdu_length: int, pdu: str) -> int:
        """Send a PDU; gives the message reference."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The opened body of an outbox row."""

    to: str
    text: str
    ticket: str | None
    name: str
    official: bool


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


def forget_slots(database: Database, sim: str) -> None:
    """The modem lists nothing: what stood beside its slots is erased."""
    with database.read() as db:
        held = inbox.holds_slots(db, sim)
    if held:
        with database.write() as db:
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
            return Lock.INTAKE if asks or classify(read.text).official else Lock.SESSION
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
) -> None:
    """Put a notice into the outbox, once for its key."""
    purpose = Purpose(notice.purpose)
    duty = purpose is Purpose.ALARM
    body = pack((1, notice.to, notice.text, notice.ticket, notice.name, official))
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
        ),
    )


def open_outgoing(vault: Vault, kept: outbox.Row) -> Outgoing | None:
    """The text in an outbox row, None while its session is locked."""
    try:
        body = vault.open(Place(kept.session, Shape(kept.shape), "outbox", kept.id), kept.body)
    except CannotOpen:
        return None
    _, to, text, ticket, name, official = row(unpack(body), int, str, str)[:6]
    return Outgoing(
        str(to), str(text), None if ticket is None else str(ticket), str(name), bool(official)
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """How a try to send ended: the row's next state, its message reference, and why."""

    state: State
    reference: int | None
    reason: str | None


def send_one(modem: Modem, text: Outgoing, reference: int, attempts: int) -> Sent:
    """Hand one text to the modem.

    Raises:
        HardwareError: the modem is gone; the row stays `submitting` until the next start of
            the port finds out.
    """
    length, hex_pdu = pdu.encode_submit(
        text.to, text.text, reference=reference, request_report=True
    )
    try:
        return Sent(State.SENT, modem.send(length, hex_pdu), None)
    except SendUnknown:
        return Sent(State.UNKNOWN, None, "tidak ada kepastian dari modem")
    except SendRefused as refusal:
        if refusal.uncertain:
            return Sent(State.UNKNOWN, None, "tidak ada kepastian dari jaringan")
        if attempts + 1 >= outbox.ATTEMPTS_MAX:
            return Sent(State.FAILED, None, f"ditolak jaringan ({refusal.detail})")
        return Sent(State.QUEUED, None, None)


def utc(seconds: int) -> datetime:
    """Seconds since 1970 as an aware time."""
    return datetime.fromtimestamp(seconds, UTC)
