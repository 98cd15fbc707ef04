"""The desa's side of short exchanges: what it asks in a row, and what each answer changes."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sync import frame, journal, message, peers, seal
from sync.chain import Head, LogId, genesis
from sync.codec.coder import BODY_OCTETS_MAX
from sync.entry import Entry, Log
from sync.errors import BadSignature, CannotOpen, MalformedFrame, StrangePage, SyncError
from sync.exchange import Speaker, reader_of
from sync.message import RECEIPT_DOMAIN, Receipt
from sync.quick import words
from sync.quick.words import (
    DOWN_MARK_OCTETS,
    MARK_OCTETS,
    NONCE_OCTETS,
    Answer,
    Ask,
    Mark,
    State,
    Wish,
)
from sync.session import SessionKeys, read_wrap
from sync.store import SqliteStore

IN_A_ROW_OCTETS_MAX: Final = 128 * 1024
LONG_FRAMES: Final = 4
_QUICK: Final = "quick"


@dataclass(slots=True)
class Acquaintance:
    """What a run knows about its Polres, in RAM: without it, an exchange is a whole one.

    Attributes:
        run: the public RAM key that the Polres has heard.
        sessions: those whose wraps it was given.
        tried: whether the last whole exchange brought no answer.
        greets: whether to ask first what arrived before, and bring frames after that.
        frame_octets: how long the body of a frame may be, as far as links have taught.
        sent_to: number of the last entry that was put on a road, in whatever exchange.
    """

    run: bytes = b""
    tried: bool = False
    greets: bool = False
    frame_octets: int = BODY_OCTETS_MAX
    sessions: set[bytes] = field(default_factory=set)
    sent_to: int = 0

    def forget(self) -> None:
        """The next exchange is a whole one."""
        self.run = b""
        self.sessions.clear()


@dataclass(frozen=True, slots=True)
class Asks:
    """Sealed asks in a row, and what is needed to read their answers.

    Attributes:
        sealed: octets to post, in order.
        ends: number of the last entry in each one's frame, None for one without a frame.
    """

    sealed: tuple[bytes, ...]
    ends: tuple[int | None, ...]


@dataclass(slots=True)
class Heard:
    """What the answers brought together.

    Attributes:
        state: `WHOLE` when the rest must be said in a whole exchange.
        acked: number of our last entry that the Polres holds.
        more: whether our log goes on beyond it.
        announced: the announcement of another exchange key of the Polres, not checked yet.
    """

    state: State = State.OK
    acked: int = 0
    time_s: int = 0
    more: bool = False
    announced: bytes = b""
    orders: list[Entry] = field(default_factory=list)
    keys: list[SessionKeys] = field(default_factory=list)


def compose(
    db: sqlite3.Connection,
    speaker: Speaker,
    known: Acquaintance,
    random: Callable[[int], bytes],
    code: journal.Code | None,
    *,
    bare: bool = False,
) -> Asks | None:
    """What to ask now; None when only a whole exchange can say it. A `bare` one brings no frame.

    Runs inside a transaction, since frames are made from what is not framed yet.
    """
    store, log_id = SqliteStore(db), speaker.log_id
    shown = _shown(db, log_id)
    if known.run != speaker.ram.public or shown is None:
        return None
    octets_max = min(known.frame_octets, frame.FRAME_BODY_OCTETS_MAX)
    journal.make_frames(
        store, log_id, speaker.signing, speaker.pinned.exchange, code, octets_max=octets_max
    )
    shown_s, acked = shown
    signing, reader = speaker.signing, speaker.pinned.exchange
    frames = journal.pending(store, log_id, acked, IN_A_ROW_OCTETS_MAX, signing, reader)
    if bare:
        frames = ()
    if any(one.session not in known.sessions for one in frames):
        return None
    receipt = peers.receipt(db)
    owed = receipt is None or receipt[0].log_id != log_id or receipt[0].head.seq < acked
    wishes = _wishes(frames, _session_at(store, log_id, acked), owed=owed)
    asks = [_ask(store, log_id, shown_s, wish, one) for wish, one in wishes]
    return _sealed(asks, speaker, random)


def _session_at(store: SqliteStore, log_id: LogId, seq: int) -> bytes:
    """The session of an entry, b"" for none."""
    before = store.entries(log_id, seq, seq) if seq else ()
    return before[0].header.session if before else b""


def _wishes(
    frames: Sequence[frame.Frame], last_session: bytes, *, owed: bool
) -> list[tuple[Wish, frame.Frame | None]]:
    """What each ask in the row wishes for, with its frame.

    Args:
        frames: in order, beyond what the Polres holds.
        last_session: that of the last entry which the Polres holds.
        owed: whether the Polres holds more than its last receipt covers.
    """
    wishes: list[tuple[Wish, frame.Frame | None]] = []
    for number, one in enumerate(frames):
        wish = Wish.FRAME
        if one.session == last_session:
            wish |= Wish.SAME_SESSION
        if number + 1 == len(frames):
            wish |= Wish.DOWN
            alone = len(frames) == 1 and one.count == 1
            wish |= Wish.NONE if alone and not owed else Wish.RECEIPT
        last_session = one.session
        wishes.append((wish, one))
    if len(wishes) >= LONG_FRAMES:
        # A frame does not say how far the log goes; with many, the Polres shows what is to come.
        wishes.insert(0, (Wish.NONE, None))
    return wishes or [(Wish.DOWN | (Wish.RECEIPT if owed else Wish.NONE), None)]


def _sealed(asks: Sequence[Ask], speaker: Speaker, random: Callable[[int], bytes]) -> Asks | None:
    """The asks as octets to post; None when one of them cannot be said in short."""
    try:
        plain = [ask.pack() for ask in asks]
    except MalformedFrame:
        return None
    key = seal.shared_key(speaker.ram, speaker.pinned.exchange)
    sealed = tuple(
        words.seal_ask(key, speaker.log_id.node, speaker.ram.public, random(NONCE_OCTETS), one)
        for one in plain
    )
    return Asks(sealed, tuple(None if ask.frame is None else ask.frame.last for ask in asks))


def _ask(
    store: SqliteStore, log_id: LogId, shown_s: int, wish: Wish, one: frame.Frame | None = None
) -> Ask:
    instance, down = 0, Mark(0, bytes(DOWN_MARK_OCTETS))
    if wish & Wish.DOWN:
        newest = store.newest(log_id.node, Log.DOWN)
        if newest is not None:
            head = store.head(newest)
            instance, down = newest.instance, Mark(head.seq, head.hash[:DOWN_MARK_OCTETS])
    return Ask(shown_s, wish, instance, down, mark_of(store.head(log_id)), one)


def mark_of(head: Head) -> Mark:
    """A head in short."""
    return Mark(head.seq, head.hash[:MARK_OCTETS])


def open_answers(asks: Asks, answers: Iterable[bytes], speaker: Speaker) -> Iterator[Answer]:
    """Read answers in the order of their asks.

    Raises:
        StrangePage: something else answered.
    """
    key = seal.shared_key(speaker.ram, speaker.pinned.exchange)
    for sealed, octets in zip(asks.sealed, answers, strict=False):
        try:
            yield Answer.unpack(words.open_answer(key, words.nonce_of(sealed), octets))
        except (CannotOpen, SyncError) as error:
            raise StrangePage from error


def take(db: sqlite3.Connection, answer: Answer, speaker: Speaker, heard: Heard) -> None:
    """Keep what one answer brought; runs inside the caller's transaction."""
    store, log_id = SqliteStore(db), speaker.log_id
    heard.announced = answer.announced or heard.announced
    seq = answer.acked.seq
    digest = genesis(log_id).hash if seq == 0 else store.hash_at(log_id, seq)
    if answer.state is not State.OK or digest is None or digest[:MARK_OCTETS] != answer.acked.mark:
        heard.state = State.WHOLE
        return
    heard.acked, heard.time_s = max(heard.acked, seq), answer.time_s
    heard.more = heard.acked < store.head(log_id).seq
    peers.keep_heard(db, answer.time_s, message.State.OK)
    _keep_shown(db, log_id, answer.time_s, heard.acked)
    if answer.signature:
        receipt = Receipt(log_id, answer.era, Head(seq, digest), answer.time_s).pack()
        seal.verify(speaker.pinned.root, RECEIPT_DOMAIN, receipt, answer.signature)
        peers.keep_receipt(db, message.envelope(receipt, answer.signature))
    reader = reader_of(log_id.node)
    for packed in answer.down:
        try:
            received = frame.unpack(packed)
            if received.log_id.log is not Log.DOWN or received.log_id.node != log_id.node:
                raise BadSignature
            heard.orders += journal.accept(store, received, speaker.pinned.root, reader).new
        except SyncError:
            break
    for _session, box in answer.down_wraps:
        heard.keys.append(read_wrap(seal.open_box(speaker.ram, box))[0])


def introduced(
    db: sqlite3.Connection, known: Acquaintance, speaker: Speaker, sessions: Sequence[bytes]
) -> None:
    """A whole exchange went well: from now on the run may speak in short."""
    receipt = peers.receipt(db)
    if receipt is None or receipt[0].log_id != speaker.log_id:
        return
    known.run = speaker.ram.public
    known.sessions.update(sessions)
    _keep_shown(db, speaker.log_id, receipt[0].time_s, receipt[0].head.seq)


def progressed(db: sqlite3.Connection, log_id: LogId, time_s: int, seq: int) -> None:
    """A receipt came by another road: what it covers is not said again in short."""
    shown = _shown(db, log_id)
    if shown is not None:
        _keep_shown(db, log_id, max(time_s, shown[0]), max(seq, shown[1]))


def acked(db: sqlite3.Connection, log_id: LogId) -> int:
    """Number of the last entry that the Polres said to hold, by a receipt or by an ack."""
    receipt, shown = peers.receipt(db), _shown(db, log_id)
    signed = receipt[0].head.seq if receipt is not None and receipt[0].log_id == log_id else 0
    return max(signed, shown[1] if shown is not None else 0)


def _shown(db: sqlite3.Connection, log_id: LogId) -> tuple[int, int] | None:
    """Time of the last answer and the last acked number of this log."""
    kept = peers.value(db, _QUICK)
    if kept is None or int.from_bytes(kept[:2], "big") != log_id.instance:
        return None
    return int.from_bytes(kept[2:6], "big"), int.from_bytes(kept[6:10], "big")


def _keep_shown(db: sqlite3.Connection, log_id: LogId, time_s: int, acked: int) -> None:
    octets = log_id.instance.to_bytes(2, "big") + time_s.to_bytes(4, "big")
    peers.remember(db, _QUICK, octets + acked.to_bytes(4, "big"))
