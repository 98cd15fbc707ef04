"""The desa's side of an exchange: what it brings, and what it takes from the answer."""

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from sync import frame, journal, message, peers, seal
from sync.chain import Head, LogId, genesis
from sync.entry import Entry, Log
from sync.errors import BadSignature, Fork, SyncError
from sync.message import Answer, Request, State
from sync.peers import Pinned
from sync.seal import KeyPair
from sync.session import Role, SessionKeys, read_wrap
from sync.store import SqliteStore

FRAME_OCTETS_MAX = 128 * 1024
INTRODUCTION_OCTETS_MAX = 4 * 1024
WANTED_MAX = 64


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks for the desa: its log, its signing key, its RAM key, the pinned Polres."""

    log_id: LogId
    signing: KeyPair
    ram: KeyPair
    pinned: Pinned


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer brought.

    Attributes:
        state: a word of `message.State`.
        acked: number of our last entry that the Polres holds.
        orders: entries of the Polres' log that are new here.
        keys: keys of down sessions and of our own older sessions.
        more: whether another exchange at once would carry more.
        announced: the announcement of another exchange key of the Polres, not checked yet.
    """

    state: str
    acked: int
    orders: tuple[Entry, ...]
    keys: tuple[SessionKeys, ...]
    more: bool
    time_s: int
    announced: bytes = b""


def reader_of(node: int) -> bytes:
    """How frames of the Polres' log name their reader: its keys live in RAM and change."""
    return b"desa" + node.to_bytes(5, "big")


def compose(
    db: sqlite3.Connection,
    speaker: Speaker,
    wanted: tuple[bytes, ...],
    time_s: int,
    trust: int,
    code: journal.Code | None = None,
    *,
    bare: bool = False,
) -> Request:
    """What to bring: frames beyond the last receipt, and the sessions whose keys are wanted.

    Runs inside a transaction, since frames are made from what is not framed yet. With `code`,
    for codec 1, it brings few frames: the rest follows in short asks, one by one. A `bare` one
    brings none, so that it crosses a link which dies under more.
    """
    store = SqliteStore(db)
    log_id = speaker.log_id
    journal.make_frames(store, log_id, speaker.signing, speaker.pinned.exchange, code)
    pair, acked = _receipt(db, log_id)
    shown, shown_seq = _shown(db, log_id) or (pair, acked)
    signing, reader = speaker.signing, speaker.pinned.exchange
    pending = journal.pending(store, log_id, acked, FRAME_OCTETS_MAX, signing, reader)
    frames = pending
    if code is not None:
        few = frame.take(map(frame.pack, pending), acked, INTRODUCTION_OCTETS_MAX)
        frames = () if bare else few
    down_instance, down_head = _down(store, log_id)
    wanted = wanted[:WANTED_MAX]
    owed = peers.owed_wraps(db, log_id, acked)
    sessions = dict.fromkeys([*(one.session for one in pending), *wanted, *owed])
    return Request(
        node=log_id.node,
        instance=log_id.instance,
        ram_key=speaker.ram.public,
        time_s=time_s,
        trust=trust,
        receipt=shown,
        head=store.head(log_id),
        evidence=_hash_at(store, log_id, shown_seq) if shown[0] else b"",
        down_instance=down_instance,
        down=down_head,
        wraps=wraps_of(db, sessions, Role.POLRES),
        unit_wraps=wraps_of(db, sessions, Role.PROPAM),
        wanted=wanted,
        frames=tuple(frame.pack(one) for one in frames),
    )


def _shown(db: sqlite3.Connection, log_id: LogId) -> tuple[tuple[bytes, bytes], int] | None:
    """A receipt that tells of another history of this log, with the number that it is for."""
    strange = peers.strange_receipt(db)
    if strange is None or strange[0].log_id != log_id:
        return None
    return strange[1], strange[0].head.seq


def _receipt(db: sqlite3.Connection, log_id: LogId) -> tuple[tuple[bytes, bytes], int]:
    """The last receipt for this log with its signature, empty without one; what it covers."""
    known = peers.receipt(db)
    if known is None or known[0].log_id != log_id:
        return (b"", b""), 0
    return known[1], known[0].head.seq


def _down(store: SqliteStore, log_id: LogId) -> tuple[int, Head]:
    """Instance and end of the Polres' newest log for this desa, 0 and our genesis without one."""
    down = store.newest(log_id.node, Log.DOWN)
    if down is None:
        return 0, Head(0, genesis(log_id).hash)
    return down.instance, store.head(down)


def seal_request(request: Request, speaker: Speaker, seed: bytes) -> bytes:
    """The octets to post: node in clear, the rest signed and sealed to the Polres."""
    body = request.pack()
    signature = seal.sign(speaker.signing, message.REQUEST_DOMAIN, body)
    sealed = seal.seal_box(speaker.pinned.exchange, message.envelope(body, signature), seed)
    return request.node.to_bytes(5, "big") + sealed


def request_hash(request: Request) -> bytes:
    """What an answer must name to belong to this request."""
    return hashlib.blake2b(request.pack(), digest_size=32).digest()


def open_answer(octets: bytes, request: Request, speaker: Speaker) -> Answer:
    """Read what the Polres gave back.

    Raises:
        CannotOpen, BadSignature, MalformedFrame: not the Polres' answer to this request.
    """
    body, signature = message.open_envelope(seal.open_box(speaker.ram, octets))
    seal.verify(speaker.pinned.root, message.ANSWER_DOMAIN, body, signature)
    answer = Answer.unpack(body)
    if answer.request != request_hash(request):
        raise BadSignature
    return answer


def take(db: sqlite3.Connection, answer: Answer, request: Request, speaker: Speaker) -> Taken:
    """Keep what an answer brought; runs inside the caller's transaction.

    A broken or early frame of the Polres ends the taking; the rest comes next time.

    Raises:
        BadSignature, MalformedFrame: the receipt is not the pinned Polres'.
        Fork: it is for entries that this log does not hold.
    """
    store = SqliteStore(db)
    receipt = peers.check_receipt(answer.receipt, speaker.pinned)
    peers.keep_heard(db, answer.time_s, answer.state)
    if receipt.log_id == speaker.log_id and answer.state not in {State.FORK, State.RESTORED_CARD}:
        if _hash_at(store, receipt.log_id, receipt.head.seq) != receipt.head.hash:
            raise Fork
        peers.keep_receipt(db, message.envelope(*answer.receipt))
        peers.keep_durable(db, speaker.log_id, min(max(answer.durable, 0), receipt.head.seq))
    anew = _issue_anew(store, answer, request, receipt.head.seq, speaker)
    orders: list[Entry] = []
    for packed in answer.down:
        try:
            received = frame.unpack(packed)
            _expect_down(received.log_id, speaker.log_id.node)
            reader = reader_of(speaker.log_id.node)
            orders += journal.accept(store, received, speaker.pinned.root, reader).new
        except SyncError:
            break
    return Taken(
        state=answer.state,
        acked=receipt.head.seq,
        orders=tuple(orders),
        keys=_keys(answer, speaker),
        more=anew or (answer.state == State.OK and _goes_on(request, receipt.head.seq)),
        time_s=answer.time_s,
        announced=answer.announced,
    )


def _issue_anew(
    store: SqliteStore, answer: Answer, request: Request, acked: int, speaker: Speaker
) -> bool:
    """A frame that follows what the Polres holds, and was not taken: codec 0 is always read.

    One of codec 0 that was refused was changed on the card; sent again is only what differs.
    """
    if answer.state not in {State.OK, State.KEYS_NEED_PERSON} or not request.frames:
        return False
    first = frame.unpack(request.frames[0])
    if not first.first <= acked + 1 <= first.last:
        return False
    journal.reissue(store, speaker.log_id, acked, speaker.signing, speaker.pinned.exchange)
    return store.frames_after(speaker.log_id, acked, 1) != (first,)


def _goes_on(request: Request, acked: int) -> bool:
    """Whether a frame was taken and entries are left: what is refused once is not sent at once."""
    return acked < request.head.seq and took_first(request, acked)


def took_first(request: Request, acked: int) -> bool:
    """Whether nothing that was brought was refused, as far as the first frame tells."""
    return not request.frames or frame.unpack(request.frames[0]).last <= acked


def _keys(answer: Answer, speaker: Speaker) -> tuple[SessionKeys, ...]:
    contents = [seal.open_box(speaker.ram, sealed) for _, sealed in answer.down_wraps]
    return tuple(read_wrap(content)[0] for content in (*contents, *answer.keys))


def _expect_down(log_id: LogId, node: int) -> None:
    if log_id.log is not Log.DOWN or log_id.node != node:
        raise BadSignature


def _hash_at(store: SqliteStore, log_id: LogId, seq: int) -> bytes:
    return genesis(log_id).hash if seq == 0 else store.hash_at(log_id, seq) or b""


def wraps_of(
    db: sqlite3.Connection, sessions: Iterable[bytes], role: Role
) -> tuple[tuple[bytes, bytes], ...]:
    """(session, wrap) of these sessions to the holder of a role, as far as there are any.

    Where there are several, for keys that the holder had one after another, the fullest first.
    """
    found: list[tuple[bytes, bytes]] = []
    for session in sessions:
        rows = db.execute(
            "select box from wraps where session = ? and role = ? order by length(box) desc",
            (session, role.value),
        )
        found += [(session, bytes(box)) for (box,) in rows]
    return tuple(found)
