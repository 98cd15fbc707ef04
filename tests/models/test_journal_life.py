"""One log and its reader beside plain lists: frames in any order, bent, doubled; cuts, restores."""

import contextlib
from dataclasses import replace

import sqlite_utils
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import sync.schema
from server.database import Database, open_memory
from sync import chain, frame, journal, seal
from sync.chain import LogId
from sync.entry import Entry, Flag, Header, Log, Shape
from sync.errors import BadSignature, Fork, Gap, MalformedFrame, SyncError
from sync.frame import Frame
from sync.store import SqliteStore

UP = LogId(5_204_072_001, Log.UP, 1)
SIGNER, STRANGER = seal.signing_pair(b"w" * 32), seal.signing_pair(b"v" * 32)
READER = b"r" * 32
HUGE = 1_000_000


class Cut(Exception):
    """The power goes before the commit."""


def opened() -> Database:
    """A database with both journals."""
    memory = open_memory()
    sync.schema.migrations.apply(sqlite_utils.Database(memory.connection))
    return memory


class Journals(RuleBasedStateMachine):
    """A writer, a copy of him, a road that does what it likes, and a reader."""

    @initialize()
    def begin(self) -> None:
        """Empty logs."""
        self.written: dict[bool, list[Entry]] = {False: []}
        self.writers = {False: opened()}
        self.reader = opened()
        self.read: list[Entry] = []
        self.road: list[Frame] = []
        self.acked = self.sent_to = self.count = 0

    @rule(sizes=st.lists(st.integers(1, 900), min_size=1, max_size=8), session=st.integers(1, 2),
          copy=st.booleans(), cut=st.booleans())  # fmt: skip
    def write(self, sizes: list[int], session: int, *, copy: bool, cut: bool) -> None:
        """Entries of a session are appended, or all of them are lost in a cut."""
        copy = copy and True in self.writers
        made = []
        for size in sizes:
            self.count += 1
            seq = len(self.written[copy]) + len(made) + 1
            header = Header(
                UP.node, 1, Log.UP, seq, bytes([session]) * 16, Shape.SEALED, 1, 0, 0, Flag.NONE
            )
            made.append(Entry(header, self.count.to_bytes(4, "big") * (size // 4 + 1)))
        with contextlib.suppress(Cut), self.writers[copy].write() as db:
            journal.append(SqliteStore(db), UP, made)
            if cut:
                raise Cut
            self.written[copy] += made

    @rule(copy=st.booleans(), octets=st.sampled_from([1, 600, HUGE]))
    def send(self, octets: int, *, copy: bool) -> None:
        """What the reader does not hold yet is put on the road."""
        copy = copy and True in self.writers
        with self.writers[copy].write() as db:
            store = SqliteStore(db)
            journal.make_frames(store, UP, SIGNER, READER)
            found = journal.pending(store, UP, self.acked, octets, SIGNER, READER)
        if not copy:
            self.sent_to = max([self.sent_to, *(one.last for one in found)])
        assert bool(found) == (len(self.written[copy]) > self.acked)
        self.road += found

    @precondition(lambda self: getattr(self, "road", None))
    @rule(at=st.integers(0, 99))
    def arrive(self, at: int) -> None:
        """Any frame comes, as often as it likes."""
        came = self.road[at % len(self.road)]
        carried = list(frame.entries_of(came))
        before = list(self.read)
        known = before[came.first - 1 : came.last]
        if came.first > len(before) + 1:
            assert isinstance(self._take(came), Gap)
        elif known != carried[: len(known)]:
            assert isinstance(self._take(came), Fork)
        elif came.first > 1 and before[: came.first - 1] != self._history(came)[: came.first - 1]:
            # It continues another history than ours.
            assert isinstance(self._take(came), BadSignature)
        else:
            assert self._take(came) is None
            self.read += carried[len(known) :]

    @precondition(lambda self: getattr(self, "road", None))
    @rule(at=st.integers(0, 99), octet=st.integers(0, 9_999), bit=st.integers(0, 7))
    def arrive_bent(self, at: int, octet: int, bit: int) -> None:
        """A frame of which one bit turned over is never taken."""
        packed = bytearray(frame.pack(self.road[at % len(self.road)]))
        packed[octet % len(packed)] ^= 1 << bit
        try:
            bent = frame.unpack(bytes(packed))
        except MalformedFrame:
            return
        assert isinstance(self._take(bent), SyncError)

    @precondition(lambda self: getattr(self, "road", None))
    @rule(at=st.integers(0, 99))
    def arrive_forged(self, at: int) -> None:
        """Somebody else signs what the writer might have written."""
        came = self.road[at % len(self.road)]
        heads = chain.follow(
            UP,
            journal._head_before(SqliteStore(self.writers[False].connection), UP, 1),
            self.written[False],
        )
        if came.last <= len(heads):
            message = frame.signed_octets(UP, came.first, heads[came.last - 1], READER)
            forged = seal.sign(STRANGER, frame.SIGNATURE_DOMAIN, message)
            assert isinstance(self._take(replace(came, signature=forged)), SyncError)

    @rule()
    def acknowledge(self) -> None:
        """The writer hears how far the reader is."""
        if self.read == self.written[False][: len(self.read)]:
            self.acked = len(self.read)

    @rule(full=st.integers(1, 50), session=st.integers(1, 2))
    def grow(self, full: int, session: int) -> None:
        """A frame that no road has carried is made anew with what came since."""
        with self.writers[False].write() as db:
            journal.grow(SqliteStore(db), UP, bytes([session]) * 16, self.sent_to, full)

    @rule()
    def issue_anew(self) -> None:
        """Frames beyond what is acknowledged are made again."""
        with self.writers[False].write() as db:
            journal.reissue(SqliteStore(db), UP, self.acked, SIGNER, READER)

    @rule(at=st.integers(0, 9))
    def lose_a_frame(self, at: int) -> None:
        """The card loses one of the frames that it keeps; what they are made of stays."""
        with self.writers[False].write() as db:
            kept = [last for (last,) in db.execute("select last from frames order by last")]
            if kept:
                db.execute("delete from frames where last = ?", (kept[at % len(kept)],))

    @precondition(lambda self: getattr(self, "read", None))
    @rule(kept=st.integers(0, 9))
    def set_the_reader_back(self, kept: int) -> None:
        """The reader is restored from an older backup."""
        kept = min(kept, len(self.read))
        with self.reader.write() as db:
            db.execute("delete from entries where seq > ?", (kept,))
            db.execute("delete from frames where last > ?", (kept,))
        self.read = self.read[:kept]
        self.acked = min(self.acked, kept)

    @precondition(lambda self: len(getattr(self, "writers", ())) == 1)
    @rule()
    def copy_the_writer(self) -> None:
        """His card is copied, and both go on writing."""
        self.writers[True] = opened()
        self.writers[False].connection.backup(self.writers[True].connection)
        self.written[True] = list(self.written[False])

    @precondition(lambda self: hasattr(self, "read"))
    @invariant()
    def the_reader_holds_one_history_from_its_beginning(self) -> None:
        """Never a gap, never something twice, never two histories mixed."""
        store = SqliteStore(self.reader.connection)
        held = store.entries(UP, 1, HUGE)
        assert list(held) == self.read
        assert any(self.read == one[: len(self.read)] for one in self.written.values())
        heads = chain.follow(UP, chain.genesis(UP), held)
        assert store.head(UP) == (heads[-1] if heads else chain.genesis(UP))

    def teardown(self) -> None:
        """Over an open road all of a log comes to a reader that holds nothing else."""
        if not hasattr(self, "read"):
            return
        if self.read == self.written[False][: len(self.read)]:
            self.acked, self.road = len(self.read), []
            self.send(HUGE, copy=False)
            for came in self.road:
                self._take(came)
            held = SqliteStore(self.reader.connection).entries(UP, 1, HUGE)
            assert list(held) == self.written[False]
        for one in (*self.writers.values(), self.reader):
            one.close()

    def _history(self, came: Frame) -> list[Entry]:
        carried = list(frame.entries_of(came))
        return next(
            one for one in self.written.values() if one[came.first - 1 : came.last] == carried
        )

    def _take(self, came: Frame) -> SyncError | None:
        try:
            with self.reader.write() as db:
                journal.accept(SqliteStore(db), came, SIGNER.public, READER)
        except SyncError as error:
            return error
        return None


TestJournals = Journals.TestCase
TestJournals.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_a_hole_among_the_kept_frames_is_filled_before_they_are_sent() -> None:
    life = Journals()
    life.begin()
    for session in (1, 2, 1):
        life.write([5], session, copy=False, cut=False)
    life.send(HUGE, copy=False)
    assert [one.last for one in life.road] == [1, 2, 3]
    life.lose_a_frame(1)
    life.teardown()
