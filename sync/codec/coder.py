"""Frames of codec 1 made and read over a store: what was learnt is kept while it serves."""

import copy
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Protocol

from sync import frame, seal
from sync.chain import LogId
from sync.codec import squeeze
from sync.codec.packed import CODEC_COLUMNS, Memory, Opener
from sync.entry import Entry
from sync.errors import MalformedFrame
from sync.frame import Coded, Frame, Told

RUN_ENTRIES_MAX: Final = 100
RUN_OCTETS_MAX: Final = 48 * 1024
BODY_OCTETS_MAX: Final = 4_608
PREFIX_ENTRIES_MAX: Final = 16_384
READ_ENTRIES_MAX: Final = 255
"""More entries in one frame are not read: a few octets could stand for thousands of them."""
READ_TEXT_MAX: Final = 1 << 20
"""Octets of text that one session's memory may hold; writers begin anew long before."""
_KEPT_AFTER_FULL: Final = 2
_MEMORIES_MAX: Final = 256
_STEP_FIRST: Final = 16
_STEP_MAX: Final = 256


class Entries(Protocol):
    """As much of a store as the codec needs."""

    def entries(self, log_id: LogId, first: int, last: int) -> tuple[Entry, ...]:
        """Entries by number, both ends included."""


class Encoder:
    """Makes the bodies of one writer's frames, and reads each before it is kept.

    Columns tell opened bodies, so they go only with the key that hides them: a run of a locked
    session is left to codec 0. No body is longer than `octets_max`, single entries aside.
    """

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self.octets_max = BODY_OCTETS_MAX
        self._pair: tuple[Memory, Memory] | None = None
        self._starts: list[int] = []
        # How many entries are tried at first.
        self._tries = RUN_ENTRIES_MAX

    def code(self, store: Entries, log_id: LogId, pending: Sequence[Entry]) -> Coded | None:
        """The next frame's worth of entries in codec 1; None when codec 0 must carry them.

        Args:
            store: holds every entry before `pending`.
            log_id: whose entries they are.
            pending: entries that are not in a frame yet, of any number and session.
        """
        run = _run(pending)
        key = self._opener.frame_key(log_id, run[0].header.session) if run else None
        if key is None or all(self._opener.opened(entry) is None for entry in run):
            return None
        writer, checker = self._memories(store, log_id, run[0])
        # A fault leaves memories that are of no use.
        self._pair = None
        try:
            run, body, writer = self._fitting(run, writer, checker)
            if checker.decode(body, len(run), self._opener) != run:
                return None
        except MalformedFrame:
            return None
        self._pair = (writer, checker)
        self._starts.append(run[0].header.seq)
        return Coded(run, CODEC_COLUMNS, squeeze.DICTIONARY_NUMBER, writer.first, body, key)

    def _fitting(
        self, run: tuple[Entry, ...], writer: Memory, checker: Memory
    ) -> tuple[tuple[Entry, ...], bytes, Memory]:
        """As many entries of the run as fit, their body, and the memory that has learnt them."""
        run = run[: self._tries]
        self._tries = min(RUN_ENTRIES_MAX, self._tries * 2)
        while True:
            body = writer.encode(run, self._opener)
            if len(body) <= self.octets_max or len(run) == 1:
                return run, body, writer
            # What will read this frame stands where its writer stood before it.
            writer = copy.deepcopy(checker)
            fits = len(run) * self.octets_max * 15 // (16 * len(body))
            run = run[: max(1, min(fits, len(run) - 1))]
            # A run far too long is told in vain.
            self._tries = max(2, len(run) * 5 // 4)

    def forget(self) -> None:
        """Build what was learnt anew before the next frame, e.g. after more keys are known."""
        self._pair = None

    def _memories(self, store: Entries, log_id: LogId, entry: Entry) -> tuple[Memory, Memory]:
        header, pair = entry.header, self._pair
        fits = pair is not None and _continues(pair[0], log_id, header.session, header.seq)
        if pair is not None and fits and not pair[0].full:
            return pair
        first = max(1, header.seq - PREFIX_ENTRIES_MAX // 16)
        if pair is not None and fits:
            # The later half of what was learnt stays.
            self._starts = self._starts[len(self._starts) // _KEPT_AFTER_FULL :]
            first = self._starts[0] if self._starts else header.seq
        else:
            self._starts = []
        # Only this session's entries can be told apart from others that lie before.
        entries = _session_run(store, log_id, header.session, first, header.seq - 1)
        first = header.seq - len(entries)
        made = [Memory(log_id, header.session, first) for _ in range(2)]
        for memory in made:
            memory.add(entries, self._opener)
        if len(made[0].columns.text) > READ_TEXT_MAX // 2:
            made = [Memory(log_id, header.session, header.seq) for _ in range(2)]
        return made[0], made[1]


class Decoder:
    """Reads frames of codec 1 of many writers."""

    def __init__(self) -> None:
        self._memories: OrderedDict[LogId, Memory] = OrderedDict()

    def entries(self, store: Entries, received: Frame, opener: Opener) -> Told:
        """The entries of a frame with its form, to be verified by its caller.

        Raises:
            MalformedFrame: it is broken, another dictionary is needed, a key is not known,
                entries before it are missing, or it tells more than any writer puts in one.
        """
        log_id = received.log_id
        if received.count > READ_ENTRIES_MAX:
            raise MalformedFrame
        known = received.dictionary in squeeze.DICTIONARIES
        near = received.first - PREFIX_ENTRIES_MAX <= received.prefix <= received.first
        if received.codec != CODEC_COLUMNS or not known or not near or received.prefix < 1:
            raise MalformedFrame
        key = opener.frame_key(log_id, received.session)
        if key is None:
            raise MalformedFrame
        body = seal.hide(key, received.signature, received.body)
        memory = self._memories.pop(log_id, None)
        if (
            memory is None
            or not _continues(memory, log_id, received.session, received.first)
            or memory.first != received.prefix
        ):
            memory = self._rebuilt(store, received, opener)
        if len(memory.columns.text) > READ_TEXT_MAX:
            raise MalformedFrame
        found = memory.decode(body, received.count, opener, received.dictionary)
        self._memories[log_id] = memory
        if len(self._memories) > _MEMORIES_MAX:
            self._memories.popitem(last=False)
        return Told(found, frame.form_of(received, key, body))

    def forget(self, log_id: LogId) -> None:
        """What was read last did not verify: nothing may build on it."""
        self._memories.pop(log_id, None)

    @staticmethod
    def _rebuilt(store: Entries, received: Frame, opener: Opener) -> Memory:
        log_id, last = received.log_id, received.first - 1
        entries = store.entries(log_id, received.prefix, last) if received.prefix <= last else ()
        if len(entries) != received.first - received.prefix:
            raise MalformedFrame
        if any(entry.header.session != received.session for entry in entries):
            raise MalformedFrame
        memory = Memory(log_id, received.session, received.prefix)
        memory.add(entries, opener)
        return memory


def _run(pending: Sequence[Entry]) -> tuple[Entry, ...]:
    """The first entries of one session that may fit a frame."""
    octets = 0
    for at, entry in enumerate(pending[:RUN_ENTRIES_MAX]):
        octets += len(entry.body)
        other = entry.header.session != pending[0].header.session
        if at and (other or octets > RUN_OCTETS_MAX):
            return tuple(pending[:at])
    return tuple(pending[:RUN_ENTRIES_MAX])


def _continues(memory: Memory, log_id: LogId, session: bytes, first: int) -> bool:
    return (memory.log_id, memory.session, memory.next) == (log_id, session, first)


def _session_run(
    store: Entries, log_id: LogId, session: bytes, first: int, last: int
) -> tuple[Entry, ...]:
    """The entries up to `last` that all belong to the session, none before `first`."""
    found: tuple[Entry, ...] = ()
    size = _STEP_FIRST
    while last >= first:
        begin, size = max(first, last - size + 1), min(size * 2, _STEP_MAX)
        step = store.entries(log_id, begin, last)
        kept = len(step)
        while kept and step[kept - 1].header.session == session:
            kept -= 1
        found = step[kept:] + found
        if kept:
            break
        last = begin - 1
    return found
