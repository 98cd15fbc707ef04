"""The figures of an exchange: each measured anew, with its target beside."""

import lzma
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import zstandard

from server.bench.sync.journal import Keys, Text, entries_of, events_of, log_of
from server.bench.sync.relay import Link
from server.bench.sync.scene import Scene, scene
from server.vault import Bodies
from sync import seal
from sync.chain import LogId
from sync.codec.coder import Encoder
from sync.codec.packed import Memory
from sync.entry import Entry
from sync.frame import Coded

BAD_LINK: Final = Link(octets_a_s=2_500.0, round_trip_s=0.8)
# All that leaves without waiting is gone before the first answer: a turn is then a round trip.
FAR_LINK: Final = Link(round_trip_s=2.5)
_LONGEST_S: Final = 240.0
_SIGNATURE_OCTETS: Final = 64
_SEAL_OCTETS: Final = 9 + 8 + 16 + 8 + 16
_NEW: Final = 10
_FRAMELESS_OCTETS: Final = 90


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; `target` is the most it may be, None where there is none."""

    name: str
    value: float
    unit: str
    target: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether it keeps its target."""
        return None if self.target is None else self.value <= self.target


def sizes(texts: Sequence[Text]) -> Iterator[Figure]:
    """Octets of a backlog, of ten new reports, of an urgent one, and of nothing new."""
    with scene() as one:
        reports = yield from _backlog(one, texts)
    with scene() as one:
        link = one.use(Link())
        one.write(texts, answers=True)
        one.frames()
        one.exchange()
        both = link.octets / len(texts)
        yield Figure("their answers, each", both - reports, "B", 6, _arrived(one))
    before = len(texts) - _NEW - 1
    with scene() as one:
        one.write(texts[:before])
        one.exchange()
        link = one.use(Link())
        one.write(texts[before : before + _NEW])
        one.exchange()
        yield Figure("10 new reports", link.octets, "B", 800, _arrived(one))
        link = one.use(Link())
        one.write(texts[before + _NEW :])
        one.exchange()
        yield Figure("one urgent report", link.octets, "B", 350, _arrived(one))
        one.exchange()
        link = one.use(FAR_LINK)
        one.exchange()
        yield Figure("nothing new", link.octets, "B", 275, _arrived(one))
        yield Figure("  turns after connect", link.turns, "turns", 1)


def _backlog(one: Scene, texts: Sequence[Text]) -> Generator[Figure, None, float]:
    link = one.use(FAR_LINK)
    one.write(texts)
    one.frames()
    one.exchange()
    count, road = len(texts), one.road
    signed = road.asks * _SIGNATURE_OCTETS
    sealed = road.asks * _SEAL_OCTETS
    http = link.octets - road.up - road.down
    each = link.octets / count
    yield Figure(f"{count} reports, each", each, "B", 42, _arrived(one))
    yield Figure("  of it HTTP", http / count, "B")
    yield Figure("  of it signatures", signed / count, "B")
    yield Figure("  of it seals", sealed / count, "B")
    yield Figure("  of it bodies, acks", (link.octets - http - signed - sealed) / count, "B")
    yield Figure("  frames", road.asks, "frames")
    yield Figure("  turns after connect", link.turns, "turns", 1)
    return each


def spelt(texts: Sequence[Text]) -> Iterator[Figure]:
    """Octets of reports in real spelling."""
    with scene() as one:
        link = one.use(Link())
        one.write(texts)
        one.frames()
        one.exchange()
        each = link.octets / len(texts)
        yield Figure(f"{len(texts)} reports in real spelling, each", each, "B", 60, _arrived(one))


def locked(texts: Sequence[Text]) -> Iterator[Figure]:
    """Octets of reports whose session nobody here can open: framed before, as usual, or not."""
    for framed in (True, False):
        with scene() as one:
            one.write(texts)
            if framed:
                one.frames()
            one.restart()
            link = one.use(Link())
            one.exchange()
            each = link.octets / len(texts)
            name = f"{len(texts)} reports of a locked session, each"
            note = "framed each minute" if framed else "not framed yet, codec 0"
            yield Figure(name, each, "B", 210, " ".join(filter(None, (note, _arrived(one)))))


def secured(texts: Sequence[Text]) -> Iterator[Figure]:
    """Octets of TLS: of a handshake, of a resumed one, and of a backlog."""
    with scene() as one:
        plain = one.use(FAR_LINK)
        one.exchange()
        for name in ("TLS, first handshake", "TLS, resumed"):
            link = one.use(FAR_LINK, tls=True)
            one.exchange()
            yield Figure(name, link.octets - plain.octets, "B", None, "beyond plain HTTP")
        yield Figure("  turns after connect, one of them TLS", link.turns, "turns", 2)
        one.write(texts)
        one.frames()
        link = one.use(FAR_LINK, tls=True)
        one.exchange()
        each = link.octets / len(texts)
        name = f"{len(texts)} reports over TLS, resumed, each"
        yield Figure(name, each, "B", None, _arrived(one))


def times(texts: Sequence[Text]) -> Iterator[Figure]:
    """Seconds of a backlog on a bad link that lives for long, for 8 s and for 4 s."""
    for tls, life_s, target in (
        (False, 0.0, 25.0), (False, 8.0, 45.0), (False, 4.0, 90.0),
        (True, 0.0, None), (True, 8.0, 180.0), (True, 4.0, 180.0),
    ):  # fmt: skip
        with scene() as one:
            one.write(texts)
            one.frames()
            yield from _timed(one, texts, life_s, target, tls=tls)
    with scene() as one:
        one.write(texts)
        one.frames()
        one.restart()
        yield from _timed(one, texts, 4.0, None, tls=True, when=", after a power cut")


def _timed(
    one: Scene,
    texts: Sequence[Text],
    life_s: float,
    target: float | None,
    *,
    tls: bool,
    when: str = "",
) -> Iterator[Figure]:
    link = one.use(Link(BAD_LINK.octets_a_s, BAD_LINK.round_trip_s, life_s), tls=tls)
    began_s = time.monotonic()
    done = one.exchange_until_done(_LONGEST_S)
    took_s = time.monotonic() - began_s
    name = f"{len(texts)} reports, 20 kbit/s, 800 ms"
    name += ", TLS" if tls else ""
    name += f", cut every {life_s:.0f} s" if life_s else ""
    note = f"{link.up} B up, {link.connects} connects" + ("" if done else ", NOT COMPLETE")
    yield Figure(name + when, took_s, "s", target, note)
    if life_s:
        # Those that were cut smaller on the way too.
        frames = len(one.pending_sizes())
        twice = sum(size > _FRAMELESS_OCTETS for size in one.arrived_asks) - frames
        # Two are on their way up and their answers on their way down when a link dies.
        most = 2 * (link.connects - 1)
        yield Figure("  frames that arrived twice", max(0, twice), "frames", most, f"of {frames}")


def peers() -> Iterator[Figure]:
    """Others with the same form of corpus over such a relay; measured once, not run here."""
    for name, octets, turns in (
        ("JSON, one POST a report", 705.0, 1_000),
        ("PouchDB 9.0 to express-pouchdb 4.2", 526.7, 44),
        ("Morango 0.8.15, push only", 167.6, 17),
        ("one JSON batch, gzip -9", 75.7, 1),
    ):
        yield Figure(f"peer: {name}, each", octets, "B", None, f"quoted, {turns} turns, no TLS")
    for name, octets in (("PouchDB 9.0", 2_704.0), ("Morango 0.8.15", 22_022.0)):
        yield Figure(f"peer: {name}, nothing new", octets, "B", None, "quoted")


def makings(texts: Sequence[Text], clock: Callable[[], float]) -> Iterator[Figure]:
    """Milliseconds to make a frame of 50 entries, its own reading included: median and worst."""
    entries, opener = _entries(texts)
    log_id = log_of()
    store = _Listed(entries)
    encoder, reader = Encoder(opener), Memory(log_id, entries[0].header.session, 1)
    taken: list[float] = []
    read: list[float] = []
    for first in range(0, len(entries) - 49, 50):
        began_s = clock()
        coded = encoder.code(store, log_id, entries[first : first + 50])
        if isinstance(coded, Coded):
            seal.sign(seal.signing_pair(bytes(32)), "frame", coded.body)
            made_s = clock()
            reader.decode(coded.body, len(coded.run), opener)
            taken.append((made_s - began_s) * 1_000)
            read.append((clock() - made_s) * 1_000)
    taken.sort()
    if taken:
        yield Figure("making a frame of 50, median", taken[len(taken) // 2], "ms", 5, "CPU time")
        half = sorted(read)[len(read) // 2]
        yield Figure("  of it its writer's own reading", half, "ms", None, "CPU time")
        yield Figure("making a frame of 50, worst", taken[-1], "ms", None, "CPU time")


def limits(texts: Sequence[Text]) -> Iterator[Figure]:
    """What general compressors make of the same bodies in one piece, unsealed and unsigned."""
    entries, opener = _entries(texts)
    whole = b"".join(opener.opened(entry) or entry.body for entry in entries)
    squeezed = {
        "xz -9e": lzma.compress(whole, preset=9 | lzma.PRESET_EXTREME),
        "zstd -22": zstandard.ZstdCompressor(level=22).compress(whole),
    }
    for name, octets in squeezed.items():
        yield Figure(
            f"limit {name}, each", len(octets) / len(texts), "B", None, "bodies, one piece"
        )


def _entries(texts: Sequence[Text]) -> tuple[tuple[Entry, ...], Bodies]:
    vault = Keys.of(1).vault()
    written = tuple(events_of(texts, 1, answers=False))
    return entries_of(written, vault, log_of()), Bodies(vault)


class _Listed:
    def __init__(self, entries: Sequence[Entry]) -> None:
        self._all = tuple(entries)

    def entries(self, log_id: LogId, first: int, last: int) -> tuple[Entry, ...]:
        del log_id
        return self._all[first - 1 : last]


def _arrived(one: Scene) -> str:
    return "" if one.arrived() else "NOT ARRIVED"
