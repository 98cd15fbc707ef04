"""The journal: appending one's own log, accepting the other side's, keeping frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sync import chain, frame, seal
from sync.chain import Head, LogId
from sync.entry import Entry, Log
from sync.errors import Fork, Gap, MalformedFrame
from sync.frame import Frame


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


def make_frames(store: Store, log_id: LogId, signer: seal.KeyPair, reader: bytes) -> int:
    """Cut what is not yet framed into signed frames and keep them; returns how many."""
    first = store.framed_to(log_id) + 1
    fresh = store.entries(log_id, first, store.head(log_id).seq)
    runs = frame.cut(fresh)
    for run in runs:
        store.keep_frame(_signed(store, log_id, run, signer, reader))
    return len(runs)


def _signed(
    store: Store, log_id: LogId, run: Sequence[Entry], signer: seal.KeyPair, reader: bytes
) -> Frame:
    first, last = run[0].header.seq, run[-1].header.seq
    digest = store.hash_at(log_id, last)
    if digest is None:
        raise Gap
    message = frame.signed_octets(log_id, first, Head(last, digest), reader)
    return Frame(
        log_id=log_id,
        codec=frame.CODEC_STORED,
        first=first,
        count=len(run),
        session=run[0].header.session,
        body=frame.stored_body(run),
        signature=seal.sign(signer, frame.SIGNATURE_DOMAIN, message),
    )


def accept(store: Store, received: Frame, writer: bytes, reader: bytes) -> Accepted:
    """Take a frame of the other side's log: verify, drop what is known, append what is new.

    Args:
        store: inside an open transaction, so that effects commit with the entries.
        received: the frame.
        writer: Ed25519 key of the log's writer.
        reader: our X25519 key, which the signature names.

    Raises:
        Gap: entries before the frame are missing; ask again from our head.
        Fork: a number that we hold carries another hash.
        BadSignature: not signed by the writer for this reader.
        MalformedFrame: the frame does not carry what it names.
    """
    entries = frame.entries_of(received)
    log_id = received.log_id
    head = store.head(log_id)
    if received.first > head.seq + 1:
        raise Gap
    before = _head_before(store, log_id, received.first)
    heads = chain.follow(log_id, before, entries)
    message = frame.signed_octets(log_id, received.first, heads[-1], reader)
    seal.verify(writer, frame.SIGNATURE_DOMAIN, message, received.signature)
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


def _head_before(store: Store, log_id: LogId, first: int) -> Head:
    if first == 1:
        return chain.genesis(log_id)
    digest = store.hash_at(log_id, first - 1)
    if digest is None:
        raise MalformedFrame
    return Head(first - 1, digest)
