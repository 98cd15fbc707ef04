"""Entries, runs, frames and messages as hypothesis draws them, and stores to put them in."""

import sqlite_utils
from hypothesis import strategies as st

import sync.schema
from server import database
from sync import frame, journal, seal
from sync.canonical import Value
from sync.chain import Head, LogId
from sync.entry import Entry, Flag, Header, Log, Shape
from sync.message import Answer, Receipt, Request
from sync.session import Recipient, RecipientList, Role
from sync.store import SqliteStore

NODES = st.integers(0, 10**10 - 1)
U16 = st.integers(0, 65_535)
U32 = st.integers(0, 2**32 - 1)
I64 = st.integers(-(2**63), 2**63 - 1)
KEYS = st.binary(min_size=32, max_size=32)
SESSIONS = st.binary(min_size=16, max_size=16)
HEADERS = st.builds(
    Header,
    node=NODES,
    instance=U16,
    log=st.sampled_from(Log),
    seq=U32,
    session=SESSIONS,
    shape=st.sampled_from(Shape),
    day=U16,
    ticket=U32,
    sets=st.integers(0, 255),
    flags=st.sampled_from((Flag.NONE, Flag.URGENT)),
)
ENTRIES = st.builds(Entry, HEADERS, st.binary(max_size=300))
HEADS = st.builds(Head, U32, KEYS)
LOG_IDS = st.builds(LogId, NODES, st.sampled_from(Log), U16)
RECEIPTS = st.builds(Receipt, LOG_IDS, U32, HEADS, I64)
PAIRS = st.tuples(st.binary(max_size=40), st.binary(max_size=80))
BLOBS = st.binary(max_size=60)
REQUESTS = st.builds(
    Request,
    node=NODES,
    instance=U16,
    ram_key=KEYS,
    time_s=I64,
    trust=st.integers(0, 4),
    receipt=PAIRS,
    head=HEADS,
    evidence=BLOBS,
    down_instance=U16,
    down=HEADS,
    wraps=st.lists(PAIRS, max_size=3).map(tuple),
    wanted=st.lists(SESSIONS, max_size=3).map(tuple),
    unit_wraps=st.lists(PAIRS, max_size=3).map(tuple),
    frames=st.lists(BLOBS, max_size=3).map(tuple),
)
ANSWERS = st.builds(
    Answer,
    state=st.text(max_size=12),
    request=KEYS,
    time_s=I64,
    receipt=PAIRS,
    acks=st.lists(st.tuples(U32, BLOBS), max_size=3).map(tuple),
    down_instance=U16,
    down_wraps=st.lists(PAIRS, max_size=3).map(tuple),
    down=st.lists(BLOBS, max_size=3).map(tuple),
    keys=st.lists(BLOBS, max_size=3).map(tuple),
)
PEOPLE = st.builds(
    RecipientList,
    NODES,
    U32,
    st.lists(
        st.builds(Recipient, st.sampled_from(Role), st.text(max_size=20), KEYS), max_size=5
    ).map(tuple),
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.binary(max_size=40)
VALUES: st.SearchStrategy[Value] = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=15).map(tuple), max_leaves=30
)


@st.composite
def flipped(draw: st.DrawFn, octets: bytes) -> bytes:
    """One bit of the octets is another."""
    bit = draw(st.integers(0, len(octets) * 8 - 1))
    changed = bytearray(octets)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def run_of(log_id: LogId, sizes: list[int], sessions: list[int], first: int = 1) -> list[Entry]:
    """Entries in a row: each with a body of that size, under the session of that number."""
    return [
        Entry(
            Header(
                log_id.node, log_id.instance, log_id.log, first + step,
                bytes([number]) * 16, Shape.SEALED, 1, 0, 0, Flag.NONE,
            ),
            bytes([step % 256]) * size,
        )
        for step, (size, number) in enumerate(zip(sizes, sessions, strict=True))
    ]  # fmt: skip


def empty_store() -> SqliteStore:
    """A store in memory."""
    memory = database.open_memory()
    sync.schema.migrations.apply(sqlite_utils.Database(memory.connection))
    return SqliteStore(memory.connection)


def written_frames(
    log_id: LogId, entries: list[Entry], writer: seal.KeyPair, reader: bytes
) -> tuple[frame.Frame, ...]:
    """The frames that the writer of these entries keeps for a reader."""
    store = empty_store()
    journal.append(store, log_id, entries)
    journal.make_frames(store, log_id, writer, reader)
    return store.frames_after(log_id, 0, 1 << 30)
