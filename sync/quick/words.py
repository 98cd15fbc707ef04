"""What a run asks in short and what the Polres answers, under the key that both share."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from sync import seal
from sync.canonical import Value, pack, row, unpack
from sync.chain import LogId
from sync.errors import CannotOpen, MalformedFrame
from sync.frame import CODEC_STORED, Frame

MARK_OCTETS: Final = 8
DOWN_MARK_OCTETS: Final = 4
NONCE_OCTETS: Final = 8
OCTETS_MAX: Final = 80 * 1024
RUN_OCTETS: Final = 9
_TAG: Final = 16
_FORM_MAX: Final = 15
_U32: Final = range(2**32)
_NODE: Final = 5
_SIGNATURE: Final = 64
_SESSION: Final = 16
_BEGIN: Final = struct.Struct(">BI")
_DOWN: Final = struct.Struct(">HI4s")
_HEAD: Final = struct.Struct(">I8s")
# first, count, codec and dictionary (four bits each), how far back the prefix begins (24 bits)
_FRAME: Final = struct.Struct(">IBBBH")


class Wish(IntFlag):
    """What an ask holds or wants."""

    NONE = 0
    FRAME = 1
    RECEIPT = 2
    DOWN = 4
    SAME_SESSION = 8


class State(IntEnum):
    """What the Polres says: taken, or that it must be said in a whole exchange."""

    OK = 0
    WHOLE = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a log stands: number and the first octets of the chain's hash."""

    seq: int
    mark: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """One message of a run.

    Attributes:
        shown_s: time of the last answer that the node read.
        wish: what it wants beside the ack.
        down_instance: instance of the Polres' log that the node holds; only with `DOWN`.
        down: where the node stands in it.
        head: the node's own head; only without a frame.
        frame: a kept frame of the node's log.
    """

    shown_s: int
    wish: Wish
    down_instance: int = 0
    down: Mark = Mark(0, bytes(DOWN_MARK_OCTETS))
    head: Mark = Mark(0, bytes(MARK_OCTETS))
    frame: Frame | None = None

    def pack(self) -> bytes:
        """Octets before they are sealed.

        Raises:
            MalformedFrame: the frame is of no kind that a short ask has room for.
        """
        try:
            return self._packed()
        except struct.error as error:
            raise MalformedFrame from error

    def _packed(self) -> bytes:
        parts = [_BEGIN.pack(self.wish, self.shown_s)]
        if self.wish & Wish.DOWN:
            parts.append(_DOWN.pack(self.down_instance, self.down.seq, self.down.mark))
        one = self.frame
        if one is None:
            return b"".join([*parts, _HEAD.pack(self.head.seq, self.head.mark)])
        back = one.first - one.prefix if one.prefix else 0
        if max(one.codec, one.dictionary) > _FORM_MAX:
            raise MalformedFrame
        form = one.codec << 4 | one.dictionary
        parts.append(_FRAME.pack(one.first, one.count, form, back >> 16, back & 0xFFFF))
        if not self.wish & Wish.SAME_SESSION:
            parts.append(one.session)
        return b"".join([*parts, one.signature, one.body])


class _Cursor:
    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at = 0

    def take(self, count: int) -> bytes:
        found = self.octets[self.at : self.at + count]
        if len(found) != count:
            raise MalformedFrame
        self.at += count
        return found

    def rest(self) -> bytes:
        return self.take(len(self.octets) - self.at)


def read_ask(octets: bytes, log_id: LogId, session_of: Callable[[int], bytes | None]) -> Ask:
    """Read an ask.

    Args:
        octets: what `Ask.pack` gave.
        log_id: the log of the run's node.
        session_of: session of the entry with a number, which the next frame need not name again.

    Raises:
        MalformedFrame: cut or impossible.
    """
    cursor = _Cursor(octets)
    number, shown_s = _BEGIN.unpack(cursor.take(_BEGIN.size))
    wish = Wish(number)
    down_instance, down = 0, Mark(0, bytes(DOWN_MARK_OCTETS))
    if wish & Wish.DOWN:
        down_instance, seq, mark = _DOWN.unpack(cursor.take(_DOWN.size))
        down = Mark(seq, mark)
    if not wish & Wish.FRAME:
        head = Mark(*_HEAD.unpack(cursor.take(_HEAD.size)))
        if cursor.rest():
            raise MalformedFrame
        return Ask(shown_s, wish, down_instance, down, head)
    first, count, form, high, low = _FRAME.unpack(cursor.take(_FRAME.size))
    codec, dictionary, back = form >> 4, form & 0xF, high << 16 | low
    session = session_of(first - 1) if wish & Wish.SAME_SESSION else cursor.take(_SESSION)
    if session is None or not first or not count or back >= first:
        raise MalformedFrame
    if codec == CODEC_STORED and (back or dictionary):
        raise MalformedFrame
    signature = cursor.take(_SIGNATURE)
    one = Frame(
        log_id, codec, first, count, session, cursor.rest(), signature,
        dictionary, first - back if codec else 0,
    )  # fmt: skip
    return Ask(shown_s, wish, down_instance, down, frame=one)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Polres says to one ask.

    Attributes:
        time_s: its clock; rises strictly for each node.
        acked: where it stands in the node's log: the ack, keyed by the seal around it.
        era: of the receipt.
        signature: of the receipt that these values make, when one was wanted.
        down: packed frames of the Polres' log.
        down_wraps: (session, sealed box to the run) for the sessions in `down`.
        announced: the signed announcement of another exchange key than the ask was sealed to.
    """

    state: State
    time_s: int
    acked: Mark
    era: int = 0
    signature: bytes = b""
    down: tuple[bytes, ...] = ()
    down_wraps: tuple[tuple[bytes, bytes], ...] = ()
    announced: bytes = b""

    def pack(self) -> bytes:
        """Octets before they are sealed."""
        short: tuple[Value, ...] = (int(self.state), self.time_s, self.acked.seq, self.acked.mark)
        if self.signature or self.down or self.down_wraps or self.announced:
            short = (*short, self.era, self.signature)
        if self.down or self.down_wraps or self.announced:
            short = (*short, self.down, self.down_wraps)
        if self.announced:
            short = (*short, self.announced)
        return pack(short)

    @classmethod
    def unpack(cls, octets: bytes) -> "Answer":
        """Read an answer.

        Raises:
            MalformedFrame: not one.
        """
        fields = row(unpack(octets), int, int, int, bytes)
        fields = (*fields, *(0, b"", (), (), b"")[len(fields) - 4 :])
        match fields[:9]:
            case (
                int(state), int(time_s), int(seq), bytes(mark), int(era), bytes(signature),
                tuple(down), tuple(wraps), bytes(announced),
            ):  # fmt: skip
                if state not in (State.OK, State.WHOLE) or not (time_s in _U32 and seq in _U32):
                    raise MalformedFrame
                frames = tuple(one for one in down if isinstance(one, bytes))
                pairs = []
                for wrap in wraps:
                    named, box = row(wrap, bytes, bytes)[:2]
                    if isinstance(named, bytes) and isinstance(box, bytes):
                        pairs.append((named, box))
                return cls(
                    State(state), time_s, Mark(seq, mark), era, signature, frames, tuple(pairs),
                    announced,
                )  # fmt: skip
            case _:
                raise MalformedFrame


def run_of(octets: bytes) -> tuple[int, bytes]:
    """Which run a sealed ask names: the node's number, and the first octets of its RAM key."""
    return int.from_bytes(octets[:_NODE], "big"), octets[_NODE:RUN_OCTETS]


def is_ask(octets: bytes) -> bool:
    """Whether these octets are as many as the shortest ask has, and no more than the longest."""
    least = RUN_OCTETS + NONCE_OCTETS + _BEGIN.size + _HEAD.size + _TAG
    return least <= len(octets) <= OCTETS_MAX


def seal_ask(key: bytes, node: int, run: bytes, nonce: bytes, plain: bytes) -> bytes:
    """An ask as it travels: the run's name, a fresh nonce of 8 octets, and the sealed octets.

    Args:
        key: `seal.shared_key` of the run's RAM key and the Polres' exchange key.
        node: the node's number.
        run: the run's public RAM key.
        nonce: 8 fresh random octets.
        plain: the packed ask.
    """
    name = node.to_bytes(_NODE, "big") + run[: RUN_OCTETS - _NODE]
    return name + nonce + seal.seal_message(seal.derive(key, "quick up"), nonce, name, plain)


def open_ask(key: bytes, octets: bytes) -> bytes:
    """The packed ask in what `seal_ask` gave.

    Raises:
        CannotOpen: another key, or changed.
    """
    name, nonce = octets[:RUN_OCTETS], nonce_of(octets)
    sealed = octets[RUN_OCTETS + NONCE_OCTETS :]
    return seal.open_message(seal.derive(key, "quick up"), nonce, name, sealed)


def nonce_of(octets: bytes) -> bytes:
    """The nonce of a sealed ask."""
    return octets[RUN_OCTETS : RUN_OCTETS + NONCE_OCTETS]


def seal_answer(key: bytes, asked: bytes, nonce: bytes, plain: bytes) -> bytes:
    """An answer as it travels; it belongs to the ask with the nonce `asked` alone."""
    return nonce + seal.seal_message(seal.derive(key, "quick down"), nonce, asked, plain)


def open_answer(key: bytes, asked: bytes, octets: bytes) -> bytes:
    """The packed answer.

    Raises:
        CannotOpen: another key or another ask's answer, or changed.
    """
    if len(octets) < NONCE_OCTETS:
        raise CannotOpen
    nonce, sealed = octets[:NONCE_OCTETS], octets[NONCE_OCTETS:]
    return seal.open_message(seal.derive(key, "quick down"), nonce, asked, sealed)
