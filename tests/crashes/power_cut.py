"""A disk that a power cut may catch at any call: what it may hold then, octet by octet.

What was synced is there. Of what was not, every block may be as it was after any of its writes
(lost, torn and reordered), lengths and names come in order, and may be behind or ahead.
"""

import contextlib
import itertools
import os
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from disk_calls import Call, Made, Removed, Renamed, Resized, Synced, Written

SECTOR, PAGE = 512, 4096
SHM = Path("/dev/shm")  # noqa: S108 -- a folder of its own is made in it


@dataclass(slots=True)
class Inode:
    """A file: what rests of it, and the calls since then that may be lost."""

    rests: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, Written | Resized]] = field(default_factory=list)
    version: int = 0

    def settle(self) -> None:
        """Everything asked so far rests."""
        for _, call in self.pending:
            _apply(self.rests, call)
        self.version += bool(self.pending)
        self.pending.clear()


@dataclass(frozen=True, slots=True)
class Content:
    """A file of an image: what rests, with some octets laid over it, cut to a length."""

    inode: Inode
    over: tuple[tuple[int, bytes], ...] = ()
    size: int | None = None

    def octets(self) -> bytes:
        """All of it."""
        content = bytearray(self.inode.rests)
        for at, octets in self.over:
            content.extend(bytes(max(0, at - len(content))))
            content[at : at + len(octets)] = octets
        size = len(content) if self.size is None else self.size
        return bytes(content[:size]) + bytes(max(0, size - len(content)))


Image = dict[str, Content]


class Disk:
    """One machine's disk, fed with its calls in order.

    Args:
        found: the files that rest on it at the beginning.
        honest: whether the sync of a file does what it says; that of a folder does.
    """

    def __init__(self, found: Mapping[str, bytes] | None = None, *, honest: bool = True) -> None:
        self.names = {path: Inode(bytearray(one)) for path, one in (found or {}).items()}
        self._rests = dict(self.names)
        self._moves: list[tuple[str, Inode | None]] = []
        self._honest = honest
        self._count = 0

    def take(self, call: Call) -> None:
        """Do what was asked."""
        self._count += 1
        match call:
            case Made(path):
                self._move((path, Inode()))
            case Removed(path):
                self._move((path, None))
            case Renamed(path, to):
                # One step: no cut shows both names, or none.
                self._move((to, self.names[path]))
                self._move((path, None), joined=True)
            case Written(path) | Resized(path):
                self.names[path].pending.append((self._count, call))
            case Synced(path) if path not in self.names:
                self._settle_names(path)
            case Synced(path) if self._honest:
                self.names[path].settle()
            case _:
                pass

    def settle(self) -> None:
        """Everything rests, as after a quiet while."""
        for inode in self.names.values():
            inode.settle()
        self._moves.clear()
        self._rests = dict(self.names)

    def _move(self, move: tuple[str, Inode | None], *, joined: bool = False) -> None:
        self._moves.append(move)
        if joined:
            # Marked by a name that no file has: it belongs to the move before.
            self._moves[-1] = (move[0] + "\0", move[1])
        _name(self.names, *move)

    def _settle_names(self, folder: str) -> None:
        left = []
        for path, inode in self._moves:
            if str(Path(path.rstrip("\0")).parent) == folder:
                _name(self._rests, path.rstrip("\0"), inode)
            else:
                left.append((path, inode))
        self._moves = left

    def choices(self) -> int:
        """How many calls may or may not have come to rest."""
        files = {id(one): one for one in (*self.names.values(), *self._rests.values())}
        return len(self._moves) + sum(len(one.pending) for one in files.values())

    def as_it_runs(self) -> Image:
        """What the running process sees: everything that was asked."""
        return {path: _content(inode, _Kept()) for path, inode in self.names.items()}

    def images(self, chance: random.Random, count: int) -> Iterator[Image]:
        """So many different ones, or all that were found: first the plainest, then at random."""
        seen: set[object] = set()
        made = tries = 0
        while made < count and tries < 4 * count + 4:
            image = self._image(chance, tries)
            tries += 1
            key = tuple((n, id(c.inode), c.over, c.size) for n, c in sorted(image.items()))
            if key not in seen:
                seen.add(key)
                made += 1
                yield image

    def _image(self, chance: random.Random, number: int) -> Image:
        ways = {0: _Lost(), 1: _Kept()}
        way = ways.get(number) or chance.choice((_Torn, _Torn, _Mixed, _Mixed, _Backwards))(
            chance, self._span()
        )
        names = dict(self._rests)
        moves = self._moves[: way.moves(len(self._moves))]
        while len(moves) < len(self._moves) and self._moves[len(moves)][0].endswith("\0"):
            moves = self._moves[: len(moves) + 1]
        for path, inode in moves:
            _name(names, path.rstrip("\0"), inode)
        return {path: _content(inode, way) for path, inode in names.items()}

    def _span(self) -> tuple[int, int]:
        pending = [
            number
            for one in {id(f): f for f in self.names.values()}.values()
            for number, _ in one.pending
        ]
        return (min(pending), max(pending)) if pending else (0, 0)


class _Lost:
    """Nothing that was not synced is there."""

    zeros = False

    def moves(self, _count: int) -> int:
        return 0

    def resizes(self, _number: int) -> bool:
        return False

    def keeps(self, _number: int, _call: Written) -> Sequence[tuple[int, int]]:
        return ()


class _Kept(_Lost):
    """All of it is there, as after a kill."""

    def moves(self, count: int) -> int:
        return count

    def resizes(self, _number: int) -> bool:
        return True

    def keeps(self, _number: int, call: Written) -> Sequence[tuple[int, int]]:
        return ((0, len(call.octets)),)


class _Torn(_Lost):
    """All calls up to one that was cut in the middle, at a sector or a page."""

    def __init__(self, chance: random.Random, span: tuple[int, int]) -> None:
        self._last = chance.randint(*span)
        self._chance = chance
        self._grain = chance.choice((SECTOR, PAGE))
        self._backwards = chance.random() < 0.3

    def moves(self, count: int) -> int:
        return self._chance.randint(0, count)

    def resizes(self, number: int) -> bool:
        return number <= self._last

    def keeps(self, number: int, call: Written) -> Sequence[tuple[int, int]]:
        if number != self._last:
            return ((0, len(call.octets)),) if number < self._last else ()
        pieces = _pieces(call.offset, len(call.octets), self._grain)
        at = self._chance.randint(0, len(pieces))
        return pieces[at:] if self._backwards else pieces[:at]


class _Mixed(_Lost):
    """Every block for itself: of its writes the first few."""

    def __init__(self, chance: random.Random, _span: tuple[int, int]) -> None:
        self._chance = chance
        self._grain = chance.choice((SECTOR, PAGE))
        self._share = chance.choice((0.1, 0.5, 0.9))
        self._missing: set[tuple[str, int]] = set()
        self._resizes = True
        self.zeros = chance.random() < 0.3

    def moves(self, count: int) -> int:
        return self._chance.randint(0, count)

    def resizes(self, _number: int) -> bool:
        self._resizes = self._resizes and self._chance.random() < 0.5
        return self._resizes

    def keeps(self, _number: int, call: Written) -> Sequence[tuple[int, int]]:
        kept = []
        for first, last in _pieces(call.offset, len(call.octets), self._grain):
            block = call.path, (call.offset + first) // self._grain
            if block in self._missing or self._chance.random() > self._share:
                self._missing.add(block)
            else:
                kept.append((first, last))
        return kept


class _Backwards(_Lost):
    """The newest calls are there and the oldest are not."""

    def __init__(self, chance: random.Random, span: tuple[int, int]) -> None:
        self._first = chance.randint(*span)
        self._chance = chance
        self.zeros = chance.random() < 0.5

    def moves(self, count: int) -> int:
        return self._chance.randint(0, count)

    def keeps(self, number: int, call: Written) -> Sequence[tuple[int, int]]:
        return ((0, len(call.octets)),) if number >= self._first else ()


def _content(inode: Inode, way: _Lost) -> Content:
    if not inode.pending:
        return Content(inode)
    over: list[tuple[int, bytes]] = []
    size = longest = len(inode.rests)
    for number, call in inode.pending:
        if isinstance(call, Resized):
            if way.resizes(number):
                size = longest = call.size
                # What lay behind the new end reads as zeros when the file grows again.
                over.append((size, bytes(max(0, len(inode.rests) - size))))
            continue
        longest = max(longest, call.offset + len(call.octets))
        for first, last in way.keeps(number, call):
            over.append((call.offset + first, call.octets[first:last]))
            size = max(size, call.offset + last)
    if way.zeros:
        size = max(size, longest)
    return Content(inode, tuple(over), size)


def _pieces(offset: int, length: int, grain: int) -> list[tuple[int, int]]:
    """Where a write falls into blocks, as places in its octets."""
    edges = range(offset - offset % grain + grain, offset + length, grain)
    ends = [0, *(edge - offset for edge in edges), length]
    return list(itertools.pairwise(ends))


@contextlib.contextmanager
def in_memory() -> Iterator[Path]:
    """A folder that is gone at the end, in memory where there is room: its syncs cost nothing."""
    home = SHM if os.access(SHM, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="kentongan-cut-", dir=home) as folder:
        yield Path(folder)


class Card:
    """A folder that holds one image after the other; only what differs is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[str, tuple[Inode, int, tuple[tuple[int, bytes], ...]]] = {}

    def lay(self, image: Image) -> None:
        """Hold this image, and nothing else."""
        for path in self.folder.rglob("*"):
            name = str(path.relative_to(self.folder))
            if path.is_file() and name not in image:
                path.unlink()
                self._held.pop(name, None)
        for name, content in image.items():
            inode = content.inode
            path = self.folder / name
            held = self._held.get(name)
            if held is None or held[:2] != (inode, inode.version):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.octets())
            elif held[2] or content.over:
                self._mend(path, content, held[2])
            self._held[name] = inode, inode.version, content.over

    def spoiled(self) -> None:
        """Somebody has written into it."""
        self._held.clear()

    def _mend(self, path: Path, content: Content, before: tuple[tuple[int, bytes], ...]) -> None:
        rests = content.inode.rests
        handle = os.open(path, os.O_RDWR)
        try:
            os.ftruncate(handle, len(rests))
            for at, octets in before:
                os.pwrite(handle, rests[at : at + len(octets)], at)
            for at, octets in content.over:
                os.pwrite(handle, octets, at)
            if content.size is not None:
                os.ftruncate(handle, content.size)
        finally:
            os.close(handle)


def _apply(content: bytearray, call: Written | Resized) -> None:
    if isinstance(call, Resized):
        del content[call.size :]
        content.extend(bytes(call.size - len(content)))
        return
    content.extend(bytes(max(0, call.offset - len(content))))
    content[call.offset : call.offset + len(call.octets)] = call.octets


def _name(names: dict[str, Inode], path: str, inode: Inode | None) -> None:
    if inode is None:
        names.pop(path, None)
    else:
        names[path] = inode
