"""The desa's side of the parcel road: what it packs, and what it takes from a return."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sync import exchange, frame, journal, message, peers, seal
from sync.entry import Entry, Log
from sync.errors import BadSignature, CannotOpen, MalformedFrame, SyncError
from sync.exchange import Speaker, reader_of, wraps_of
from sync.message import State
from sync.parcel.errors import Forged
from sync.parcel.form import (
    HEAD_OCTETS,
    LETTER_HEAD_OCTETS,
    OUTGOING_OCTETS_MAX,
    SUM_OCTETS,
    Kind,
    Letter,
)
from sync.parcel.letter import Return, seal_request
from sync.quick import carry as quick
from sync.seal import KeyPair
from sync.session import Role, SessionKeys, read_wrap
from sync.store import SqliteStore

FRAMES_OCTETS_MAX: Final = 16 * 1024
"""Frames in one letter: the Polres takes each letter in one transaction, others go between."""
_MADE: Final = "parcel made"
_TOOK: Final = "parcel taken"
# The ephemeral key and tag of the box, the signature, and the lengths around the letter.
_AROUND_OCTETS: Final = 48 + 64 + 32 + LETTER_HEAD_OCTETS


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was written, by the node's clock (seconds since 1970) and its trust."""

    time_s: int
    trust: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Letters to the Polres.

    Attributes:
        first: number of the first entry inside, 0 when there is none.
        last: number of the last entry inside.
        head: number of the newest entry of the log; beyond `last` it did not fit.
    """

    letters: tuple[Letter, ...]
    first: int
    last: int
    head: int


@dataclass(slots=True)
class Taken:
    """What a return brought.

    Attributes:
        newest: it tells more than any answer before it.
        acked: number of our last entry that the Polres signed for, in this return.
        orders: entries of the Polres' log that are new here.
        keys: keys of down sessions and of our own older sessions.
    """

    newest: bool = False
    state: str = State.OK
    time_s: int = 0
    acked: int = 0
    orders: list[Entry] = field(default_factory=list)
    keys: list[SessionKeys] = field(default_factory=list)


def compose(
    db: sqlite3.Connection,
    speaker: Speaker,
    wanted: tuple[bytes, ...],
    moment: Moment,
    random: Callable[[int], bytes],
    code: journal.Code | None,
    room: int = OUTGOING_OCTETS_MAX,
) -> Outgoing:
    """Everything beyond the last receipt in letters, as much as the file has room for.

    Runs inside a transaction, since frames are made from what is not framed yet. A file without
    any news still brings where both logs stand, so that orders come back.
    """
    base = exchange.compose(db, speaker, wanted, moment.time_s, moment.trust, code)
    store, log_id = SqliteStore(db), speaker.log_id
    known = peers.receipt(db)
    acked = known[0].head.seq if known is not None and known[0].log_id == log_id else 0
    room -= HEAD_OCTETS + SUM_OCTETS
    letters: list[Letter] = []
    first = last = 0
    while not letters or last < base.head.seq:
        frames = store.frames_after(log_id, max(acked, last), FRAMES_OCTETS_MAX)
        owed = () if letters else peers.owed_wraps(db, log_id, acked)
        request = _request(db, base, frames, () if letters else wanted, owed)
        if room < len(request.pack()) + _AROUND_OCTETS:
            break
        sealed = seal_request(request, speaker.signing, speaker.pinned.exchange, random(32))
        room -= len(sealed) + LETTER_HEAD_OCTETS
        letters.append(Letter(Kind.REQUEST, sealed))
        if not frames:
            break
        first, last = first or frames[0].first, frames[-1].last
    remember_made(db, moment.time_s, base.head.seq)
    return Outgoing(tuple(letters), first, last, base.head.seq)


def _request(
    db: sqlite3.Connection,
    base: message.Request,
    frames: tuple[frame.Frame, ...],
    wanted: tuple[bytes, ...],
    owed: tuple[bytes, ...],
) -> message.Request:
    sessions = dict.fromkeys([*(one.session for one in frames), *wanted, *owed])
    return replace(
        base,
        frames=tuple(frame.pack(one) for one in frames),
        wraps=wraps_of(db, sessions, Role.POLRES),
        unit_wraps=wraps_of(db, sessions, Role.PROPAM),
        wanted=wanted,
    )


def take(
    db: sqlite3.Connection, made: Return, speaker: Speaker, runs: Mapping[bytes, KeyPair]
) -> Taken:
    """Keep what a return brought; runs inside the caller's transaction.

    An older return after a newer one, or the same one again, changes nothing that is newer.

    Args:
        db: the node's database.
        made: the return, which was checked.
        speaker: who speaks for the desa now.
        runs: RAM keys of this process by their public half, older ones of it too.

    Raises:
        Forged: its receipt is not the Polres' for this desa.
    """
    store, log_id = SqliteStore(db), speaker.log_id
    try:
        receipt = peers.check_receipt(made.receipt, speaker.pinned)
    except SyncError as error:
        raise Forged from error
    known = peers.receipt(db)
    newer = known is None or (receipt.era, receipt.time_s) > (known[0].era, known[0].time_s)
    taken = Taken(
        newest=newer and receipt.log_id == log_id,
        state=made.state,
        time_s=made.time_s,
        acked=receipt.head.seq if receipt.log_id == log_id else 0,
    )
    if taken.newest:
        peers.keep_heard(db, max(made.time_s, peers.heard(db)[0] or 0), made.state)
        if made.state not in {State.FORK, State.RESTORED_CARD}:
            peers.keep_receipt(db, message.envelope(*made.receipt))
            quick.progressed(db, log_id, receipt.time_s, receipt.head.seq)
        if taken.acked < made.refused <= store.framed_to(log_id):
            pinned = speaker.pinned
            journal.reissue(store, log_id, taken.acked, speaker.signing, pinned.exchange)
        remember_taken(db, made.time_s)
    taken.orders += _orders(store, made, speaker)
    _keep_wraps(db, made, runs, taken)
    return taken


def _orders(store: SqliteStore, made: Return, speaker: Speaker) -> list[Entry]:
    """New entries of the Polres' log; a broken or early frame ends it, the rest comes again."""
    node, orders = speaker.log_id.node, list[Entry]()
    newest = store.newest(node, Log.DOWN)
    for packed in made.down:
        try:
            received = frame.unpack(packed)
            if received.log_id.log is not Log.DOWN or received.log_id.node != node:
                raise BadSignature
            if newest is not None and received.log_id.instance < newest.instance:
                break
            orders += journal.accept(store, received, speaker.pinned.root, reader_of(node)).new
        except SyncError:
            break
    return orders


def _keep_wraps(
    db: sqlite3.Connection, made: Return, runs: Mapping[bytes, KeyPair], taken: Taken
) -> None:
    """What the run can open is open at once; an officer's box waits for his passphrase."""
    run = runs.get(made.run)
    boxes = list(made.keys)
    for one in made.wraps:
        if one.recipient == made.run:
            boxes.append(one.box)
            continue
        db.execute(
            "insert or ignore into wraps (session, role, recipient, box) values (?, ?, ?, ?)",
            (one.session, Role.OFFICER.value, one.recipient, one.box),
        )
    if run is None:
        return
    for box in boxes:
        try:
            taken.keys.append(read_wrap(seal.open_box(run, box))[0])
        except (CannotOpen, MalformedFrame):
            continue


def remember_made(db: sqlite3.Connection, time_s: int, seq: int) -> None:
    """Remember when the newest file was made, and how far our log went then."""
    peers.remember(db, _MADE, time_s.to_bytes(8, "big") + seq.to_bytes(4, "big"))


def remember_taken(db: sqlite3.Connection, time_s: int) -> None:
    """Remember when the Polres wrote the newest return that was taken in."""
    peers.remember(db, _TOOK, time_s.to_bytes(8, "big"))


def made(db: sqlite3.Connection) -> tuple[int, int] | None:
    """When the newest file was made, and the number of our newest entry then."""
    kept = peers.value(db, _MADE)
    if kept is None:
        return None
    return int.from_bytes(kept[:8], "big"), int.from_bytes(kept[8:], "big")


def took(db: sqlite3.Connection) -> int | None:
    """When the Polres wrote the newest return that was taken in."""
    kept = peers.value(db, _TOOK)
    return None if kept is None else int.from_bytes(kept, "big")
