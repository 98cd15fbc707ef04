"""The hash chain of a log: heads, and what makes a run of entries follow one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sync.entry import HASH_OCTETS, Entry, Log
from sync.errors import Fork, Gap, MalformedFrame


@dataclass(frozen=True, slots=True)
class LogId:
    """One single-writer log: a desa's own (up) or the Polres' to that desa (down)."""

    node: int
    log: Log
    instance: int


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a log: number of its last entry (0 = empty) and the chain's hash there."""

    seq: int
    hash: bytes


def genesis(log_id: LogId) -> Head:
    """The head of an empty log; differs for every log, so that no chain continues another."""
    text = f"kentongan genesis {log_id.node} {log_id.log.name} {log_id.instance}"
    return Head(0, hashlib.blake2b(text.encode(), digest_size=HASH_OCTETS).digest())


def follow(log_id: LogId, head: Head, entries: Sequence[Entry]) -> tuple[Head, ...]:
    """The heads after each entry, when they all continue `head` without a gap.

    Raises:
        Gap: the first entry does not follow the head's number.
        MalformedFrame: an entry belongs to another log, or the numbers jump inside the run.
    """
    heads: list[Head] = []
    for entry in entries:
        header = entry.header
        if (header.node, header.log, header.instance) != (
            log_id.node,
            log_id.log,
            log_id.instance,
        ):
            raise MalformedFrame
        if header.seq != head.seq + 1:
            raise Gap if not heads else MalformedFrame
        head = Head(header.seq, entry.hash_after(head.hash))
        heads.append(head)
    return tuple(heads)


def agree(ours: Head, theirs: Head) -> None:
    """Two heads at one height must be the same.

    Raises:
        Fork: same number, other hash: two histories exist.
    """
    if ours.seq == theirs.seq and ours.hash != theirs.hash:
        raise Fork
