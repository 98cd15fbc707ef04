"""What both stores of logs and frames promise, asked of each with the same words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils

import sync.schema
from server import database
from server.polres.store.engine import open_tables
from server.polres.store.journals import PolresStore
from sync import chain, frame, journal, seal
from sync.chain import Head, LogId
from sync.entry import Entry, Flag, Header, Log, Shape
from sync.errors import BadSignature, Fork, Gap, MalformedFrame
from sync.journal import Store
from sync.store import SqliteStore

NODE = 5_204_072_001
UP = LogId(NODE, Log.UP, 1)
WRITER = seal.signing_pair(b"w" * 32)
READER = b"r" * 32


def entry(seq: int, body: bytes = b"", log_id: LogId = UP) -> Entry:
    """An entry of the log; these stores never open bodies."""
    header = Header(
        log_id.node, log_id.instance, log_id.log, seq, b"s" * 16, Shape.SEALED, 1, 0, 0, Flag.NONE
    )
    return Entry(header, body or f"body {seq}".encode())


def run(first: int, last: int) -> tuple[Entry, ...]:
    """Entries by number."""
    return tuple(entry(seq) for seq in range(first, last + 1))


@pytest.fixture(params=["desa", "polres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give each store inside an open transaction."""
    if request.param == "polres":
        tables = open_tables(tmp_path)
        with tables.write() as connection:
            yield PolresStore(connection)
        tables.close()
        return
    memory = database.open_memory()
    sync.schema.migrations.apply(sqlite_utils.Database(memory.connection))
    with memory.write() as connection:
        yield SqliteStore(connection)
    memory.close()


@pytest.fixture
def frames(tmp_path: Path) -> tuple[frame.Frame, ...]:
    """Frames of 120 entries as another writer's store keeps them."""
    memory = database.open_memory()
    sync.schema.migrations.apply(sqlite_utils.Database(memory.connection))
    writer = SqliteStore(memory.connection)
    journal.append(writer, UP, run(1, 120))
    journal.make_frames(writer, UP, WRITER, READER)
    return writer.frames_after(UP, 0, 1_000_000)


class TestStore:
    def test_an_empty_log_ends_at_its_genesis(self, store: Store) -> None:
        assert store.head(UP) == chain.genesis(UP)
        assert store.newest(NODE, Log.UP) is None
        assert store.hash_at(UP, 1) is None
        assert store.entries(UP, 1, 10) == ()
        assert store.framed_to(UP) == 0

    def test_what_was_appended_is_read_back_bit_for_bit(self, store: Store) -> None:
        written = run(1, 7)
        head = journal.append(store, UP, written)
        assert store.entries(UP, 1, 7) == written
        assert store.entries(UP, 3, 4) == written[2:4]
        assert store.head(UP) == head == chain.follow(UP, chain.genesis(UP), written)[-1]
        assert store.hash_at(UP, 7) == head.hash

    def test_logs_do_not_mix_by_direction_or_instance(self, store: Store) -> None:
        journal.append(store, UP, run(1, 2))
        for log_id in (
            LogId(NODE, Log.DOWN, 1),
            LogId(NODE, Log.UP, 3),
            LogId(NODE + 1, Log.UP, 9),
        ):
            journal.append(store, log_id, (entry(1, b"other", log_id),))
        assert store.head(UP).seq == 2
        assert store.newest(NODE, Log.UP) == LogId(NODE, Log.UP, 3)
        assert store.newest(NODE, Log.DOWN) == LogId(NODE, Log.DOWN, 1)

    def test_a_gap_in_ones_own_log_is_refused(self, store: Store) -> None:
        journal.append(store, UP, run(1, 2))
        with pytest.raises(Gap):
            journal.append(store, UP, (entry(4),))
        assert store.head(UP).seq == 2

    def test_frames_are_made_once_and_stay_the_same(self, store: Store) -> None:
        journal.append(store, UP, run(1, 60))
        assert journal.make_frames(store, UP, WRITER, READER) == 2
        kept = store.frames_after(UP, 0, 1_000_000)
        assert journal.make_frames(store, UP, WRITER, READER) == 0
        assert store.frames_after(UP, 0, 1_000_000) == kept
        assert [(one.first, one.last) for one in kept] == [(1, 50), (51, 60)]
        assert store.framed_to(UP) == 60

    def test_frames_come_oldest_first_and_at_least_one(self, store: Store) -> None:
        journal.append(store, UP, run(1, 120))
        journal.make_frames(store, UP, WRITER, READER)
        assert [one.last for one in store.frames_after(UP, 50, 1)] == [100]
        assert [one.last for one in store.frames_after(UP, 99, 1_000_000)] == [100, 120]
        assert store.frames_after(UP, 120, 1_000_000) == ()

    def test_frames_of_the_other_side_are_taken_once(
        self, store: Store, frames: tuple[frame.Frame, ...]
    ) -> None:
        for received in frames * 2:
            journal.accept(store, received, WRITER.public, READER)
        assert store.entries(UP, 1, 120) == run(1, 120)
        assert store.frames_after(UP, 0, 1_000_000) == frames

    def test_a_frame_beyond_our_head_is_a_gap(
        self, store: Store, frames: tuple[frame.Frame, ...]
    ) -> None:
        with pytest.raises(Gap):
            journal.accept(store, frames[1], WRITER.public, READER)
        assert store.head(UP).seq == 0

    def test_another_history_under_our_numbers_is_a_fork(
        self, store: Store, frames: tuple[frame.Frame, ...]
    ) -> None:
        journal.append(store, UP, (*run(1, 9), entry(10, b"ours")))
        with pytest.raises(Fork):
            journal.accept(store, frames[0], WRITER.public, READER)
        assert store.head(UP).seq == 10

    def test_a_frame_for_another_reader_or_from_another_writer_is_refused(
        self, store: Store, frames: tuple[frame.Frame, ...]
    ) -> None:
        with pytest.raises(BadSignature):
            journal.accept(store, frames[0], WRITER.public, b"x" * 32)
        with pytest.raises(BadSignature):
            journal.accept(store, frames[0], seal.signing_pair(b"v" * 32).public, READER)

    def test_a_cut_frame_changes_nothing(
        self, store: Store, frames: tuple[frame.Frame, ...]
    ) -> None:
        packed = frame.pack(frames[0])
        for length in (0, 20, 103, len(packed) - 1):
            with pytest.raises(MalformedFrame):
                journal.accept(store, frame.unpack(packed[:length]), WRITER.public, READER)
        assert store.head(UP) == Head(0, chain.genesis(UP).hash)
