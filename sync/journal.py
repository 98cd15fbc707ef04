"""The journal: appending one's own log, accepting the other side's, keeping frames."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sync import chain, frame, seal
from sync.chain import Head, LogId
from sync.entry import Entry, Log
from sync.errors import BadSignature, Fork, Gap, MalformedFrame
from sync.frame import Coded, Frame, Told


class Store(Protocol):
    """Where logs lie; every call runs inside a transaction that its caller opened."""

    def newest(self, node: int, log: Log) -> LogId | None:
        """The log of a node with the highest instance."""

    def head(self, log_id: LogId) -> Head:
        """End of the log; its genesis when it is empty."""

    def hash_at(self, log_id: LogId, seq: int) -> bytes | None:
        """The chain's hash at an entry."""

    def add(self, log_id: LogId, entry: Entry, digest: bytes) -> None:
        """Append one entry whose hash is known."""

    def entries(self, log_id: LogId, first: int, last: int) -> tuple[Entry, ...]:
        """Entries by number, both ends included."""

    def keep_frame(self, kept: Frame) -> None:
        """Keep a frame; the same frame again is no error."""

    def drop_frames(self, log_id: LogId, seq: int) -> None:
        """Forget the kept frames that end beyond `seq`, so that they can be issued anew."""

    def framed_to(self, log_id: LogId) -> int:
        """Number of the last entry that lies in a kept frame."""

    def frames_after(self, log_id: LogId, seq: int, octets_max: int) -> tuple[Frame, ...]:
        """Kept frames that end beyond `seq`, oldest first, at least one, up to a total size."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a frame brought: the entries that were new, and the head after them."""

    new: tuple[Entry, ...]
    head: Head


def append(store: Store, log_id: LogId, entries: Sequence[Entry]) -> Head:
    """Append entries of one's own log; they must continue its head.

    Raises:
        Gap: they do not.
    """
    head = store.head(log_id)
    for entry, after in zip(entries, chain.follow(log_id, head, entries), strict=True):
        store.add(log_id, entry, after.hash)
        head = after
    return head


Code = Callable[[Sequence[Entry]], Coded | None]
"""The next frame's worth of pending entries in a shorter codec; None for codec 0."""
Read = Callable[[Frame], Told]
"""The entries of a frame in another codec than 0; raises MalformedFrame."""


def make_frames(
    store: Store,
    log_id: LogId,
    signer: seal.KeyPair,
    reader: bytes,
    code: Code | None = None,
    *,
    octets_max: int = frame.FRAME_BODY_OCTETS_MAX,
) -> int:
    """Cut what is not yet framed into signed frames and keep them; returns how many.

    Args:
        store: inside an open transaction.
        log_id: one's own log.
        signer: Ed25519 keys of its writer.
        reader: whom the signature names.
        code: codec 1, where the keys of the entries are known.
        octets_max: how long a body of codec 0 may be.
    """
    first = store.framed_to(log_id) + 1
    fresh = store.entries(log_id, first, store.head(log_id).seq)
    made = 0
    while fresh:
        coded = None if code is None else code(fresh)
        for one in _as_stored(fresh, coded, octets_max):
            store.keep_frame(_signed(store, log_id, one, signer, reader))
            fresh = fresh[len(one.run) :]
            made += 1
    return made


def grow(store: Store, log_id: LogId, session: bytes, sent_to: int, full: int) -> None:
    """Give up the newest frame, so that it is made anew with what came since.

    Only one that no road has carried: what was sent is sent again byte for byte.

    Args:
        store: inside an open transaction.
        log_id: one's own log.
        session: the one that runs; entries of another may be locked and could not be told again.
        sent_to: number of the last entry that a road may have carried.
        full: so many entries are a whole frame, which stays.
    """
    end = store.framed_to(log_id)
    if end <= sent_to or end == store.head(log_id).seq:
        return
    try:
        newest = store.frames_after(log_id, end - 1, 1)[-1]
    except MalformedFrame:
        # It rots; whoever sends it finds that out and makes it anew.
        return
    if newest.session == session and newest.first > sent_to and newest.count < full:
        store.drop_frames(log_id, newest.first - 1)


def reissue(store: Store, log_id: LogId, seq: int, signer: seal.KeyPair, reader: bytes) -> int:
    """Make the frames beyond `seq` anew in codec 0, which every reader can take."""
    store.drop_frames(log_id, seq)
    return make_frames(store, log_id, signer, reader)


def pending(
    store: Store,
    log_id: LogId,
    seq: int,
    octets_max: int,
    signer: seal.KeyPair,
    reader: bytes,
    *,
    checked: bool = False,
) -> tuple[Frame, ...]:
    """Kept frames beyond `seq`; where the disk has lost or changed them, made anew.

    Args:
        store: inside an open transaction.
        log_id: one's own log.
        seq: what the other side holds.
        octets_max: as for `Store.frames_after`.
        signer: Ed25519 keys of the log's writer.
        reader: whom the signatures name.
        checked: also look whether they carry what the log holds: who brings them is never told
            why they are refused.
    """
    found = _unbroken(store, log_id, seq, octets_max)
    if found is None or (checked and not all(_is_ours(store, o, signer, reader) for o in found)):
        reissue(store, log_id, seq, signer, reader)
        found = store.frames_after(log_id, seq, octets_max)
    return found


def _unbroken(store: Store, log_id: LogId, seq: int, octets_max: int) -> tuple[Frame, ...] | None:
    try:
        found = store.frames_after(log_id, seq, octets_max)
    except MalformedFrame:
        return None
    if not found and store.framed_to(log_id) > seq:
        return None
    last = seq
    for one in found:
        if one.log_id != log_id or one.first > last + 1:
            return None
        last = one.last
    return found


def _is_ours(store: Store, kept: Frame, signer: seal.KeyPair, reader: bytes) -> bool:
    """Whether a frame of codec 0 still carries what the log holds, under its signature."""
    digest = store.hash_at(kept.log_id, kept.last)
    try:
        known = store.entries(kept.log_id, kept.first, kept.last)
        if digest is None or frame.entries_of(kept) != known:
            return False
        head = Head(kept.last, digest)
        message = frame.signed_octets(kept.log_id, kept.first, head, reader)
        seal.verify(signer.public, frame.SIGNATURE_DOMAIN, message, kept.signature)
    except (MalformedFrame, BadSignature):
        return False
    return True


def _as_stored(fresh: Sequence[Entry], coded: Coded | None, octets_max: int) -> tuple[Coded, ...]:
    if coded is not None and len(coded.body) < len(frame.stored_body(coded.run)):
        return (coded,)
    runs = frame.cut(fresh if coded is None else coded.run, octets_max)
    return tuple(
        Coded(run, frame.CODEC_STORED, 0, 0, frame.stored_body(run))
        for run in (runs[:1] if coded is None else runs)
    )


def _signed(
    store: Store, log_id: LogId, coded: Coded, signer: seal.KeyPair, reader: bytes
) -> Frame:
    run = coded.run
    first, last = run[0].header.seq, run[-1].header.seq
    digest = store.hash_at(log_id, last)
    if digest is None:
        raise Gap
    form = frame.form_of(coded, coded.key, coded.body)
    message = frame.signed_octets(log_id, first, Head(last, digest), reader, form)
    signature = seal.sign(signer, frame.SIGNATURE_DOMAIN, message)
    stored = coded.codec == frame.CODEC_STORED
    return Frame(
        log_id=log_id,
        codec=coded.codec,
        first=first,
        count=len(run),
        session=run[0].header.session,
        body=coded.body if stored else seal.hide(coded.key, signature, coded.body),
        signature=signature,
        dictionary=coded.dictionary,
        prefix=coded.prefix,
    )


def accept(
    store: Store,
    received: Frame,
    writer: bytes,
    reader: bytes,
    read: Read | None = None,
    older: Sequence[bytes] = (),
) -> Accepted:
    """Take a frame of the other side's log: verify, drop what is known, append what is new.

    Args:
        store: inside an open transaction, so that effects commit with the entries.
        received: the frame.
        writer: Ed25519 key of the log's writer.
        reader: our X25519 key, which the signature names.
        read: for codecs above 0.
        older: keys that we had before: a frame stays as it was signed.

    Raises:
        Gap: entries before the frame are missing; ask again from our head.
        Fork: a number that we hold carries another hash.
        BadSignature: not signed by the writer for this reader.
        MalformedFrame: the frame does not carry what it names.
    """
    log_id = received.log_id
    head = store.head(log_id)
    if _is_kept(store, received, head):
        return Accepted((), head)
    if received.codec == frame.CODEC_STORED or read is None:
        told = Told(frame.entries_of(received), b"")
    if received.first > head.seq + 1:
        raise Gap
    if received.codec != frame.CODEC_STORED and read is not None:
        told = read(received)
    entries = told.entries
    before = _head_before(store, log_id, received.first)
    heads = chain.follow(log_id, before, entries)
    _verify(received, heads[-1], writer, (reader, *older), told.form)
    new: list[Entry] = []
    for entry, after in zip(entries, heads, strict=True):
        if after.seq <= head.seq:
            if store.hash_at(log_id, after.seq) != after.hash:
                raise Fork
            continue
        store.add(log_id, entry, after.hash)
        new.append(entry)
    store.keep_frame(received)
    return Accepted(tuple(new), heads[-1] if new else head)


def _verify(
    received: Frame, end: Head, writer: bytes, readers: Sequence[bytes], form: bytes
) -> None:
    """Check a frame's signature, which names one of our keys.

    Raises:
        BadSignature: it is another writer's, or for another reader.
    """
    for reader in readers:
        message = frame.signed_octets(received.log_id, received.first, end, reader, form)
        with contextlib.suppress(BadSignature):
            seal.verify(writer, frame.SIGNATURE_DOMAIN, message, received.signature)
            return
    raise BadSignature


def _is_kept(store: Store, received: Frame, head: Head) -> bool:
    """Whether this very frame was verified and kept: who says it again costs us no reading."""
    if received.last > head.seq:
        return False
    try:
        return received in store.frames_after(received.log_id, received.last - 1, 1)
    except MalformedFrame:
        return False


def _head_before(store: Store, log_id: LogId, first: int) -> Head:
    if first == 1:
        return chain.genesis(log_id)
    digest = store.hash_at(log_id, first - 1)
    if digest is None:
        raise MalformedFrame
    return Head(first - 1, digest)
