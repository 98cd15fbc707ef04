"""What messages on the air say: fixed layouts, as small as they go; pure."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sync.airtime.head import BODY_OCTETS_MAX
from sync.errors import MalformedFrame

SESSION_MARK_OCTETS: Final = 8
SESSIONS_MAX: Final = 5
CREDIT_UNKNOWN: Final = -1
_PIECES_MAX: Final = 4
_PIECE_OCTETS: Final = BODY_OCTETS_MAX - 1 - SESSION_MARK_OCTETS
# run, proof, time
_ASKED: Final = struct.Struct(">32s8sI")
# seq, head, time, backlog, credit, minutes, starts, waiting, flags, signal, run, proof
_BEAT: Final = struct.Struct(">I8sIIiIHHBB32s8s")
_KEYS: Final = struct.Struct(">32s32s")
# counter, seq, state, time
_ACK: Final = struct.Struct(">IIBI")
_LOCKED, _ROADLESS = 1, 2
_SIGNAL_UNKNOWN: Final = 255


@dataclass(frozen=True, slots=True)
class Beat:
    """The heartbeat: how far the node's journal goes, what waits, and how the box is.

    Attributes:
        seq, head: end of the node's log; the first 8 octets of its hash.
        time_s: the node's clock, seconds since 1970 (UTC).
        backlog: entries that the node has no receipt for.
        credit_rp: credit of its SIM in rupiah, -1 for unknown.
        up_min: minutes since its start.
        starts: how often it was started, modulo 65536.
        waiting: texts that wait to go out.
        locked: something waits for session keys.
        roadless: its last exchange failed.
        signal_percent: of its modem, None for unknown.
        run: RAM key of its running session, 32 octets.
        proof: `sync.airtime.sealed.proof` of that key.
    """

    seq: int
    head: bytes
    time_s: int
    backlog: int
    credit_rp: int
    up_min: int
    starts: int
    waiting: int
    locked: bool
    roadless: bool
    signal_percent: int | None
    run: bytes
    proof: bytes

    def pack(self) -> bytes:
        """The 74 octets of the body."""
        signal = _SIGNAL_UNKNOWN if self.signal_percent is None else self.signal_percent
        return _BEAT.pack(
            self.seq,
            self.head,
            self.time_s,
            self.backlog,
            max(CREDIT_UNKNOWN, min(self.credit_rp, 2**31 - 1)),
            self.up_min,
            self.starts % 65_536,
            min(self.waiting, 65_535),
            _LOCKED * self.locked | _ROADLESS * self.roadless,
            signal,
            self.run,
            self.proof,
        )

    @classmethod
    def unpack(cls, body: bytes) -> "Beat":
        """Read a body; what a later version adds behind it is left alone.

        Raises:
            MalformedFrame: it is too short.
        """
        if len(body) < _BEAT.size:
            raise MalformedFrame
        (
            seq,
            head,
            time_s,
            backlog,
            credit_rp,
            up_min,
            starts,
            waiting,
            flags,
            signal,
            run,
            shown,
        ) = _BEAT.unpack(body[: _BEAT.size])
        return cls(
            seq=seq,
            head=head,
            time_s=time_s,
            backlog=backlog,
            credit_rp=credit_rp,
            up_min=up_min,
            starts=starts,
            waiting=waiting,
            locked=bool(flags & _LOCKED),
            roadless=bool(flags & _ROADLESS),
            signal_percent=None if signal == _SIGNAL_UNKNOWN else min(signal, 100),
            run=run,
            proof=shown,
        )


@dataclass(frozen=True, slots=True)
class KeysAsked:
    """Which sessions' keys a node wants back; none: it only tells its run.

    Attributes:
        run, proof: as of `Beat`.
        sessions: the first 8 octets of each session's id, newest first, at most five.
    """

    run: bytes
    proof: bytes
    time_s: int
    sessions: tuple[bytes, ...]

    def pack(self) -> bytes:
        """44 octets and 8 for each session."""
        marks = (session[:SESSION_MARK_OCTETS] for session in self.sessions[:SESSIONS_MAX])
        return _ASKED.pack(self.run, self.proof, self.time_s) + b"".join(marks)

    @classmethod
    def unpack(cls, body: bytes) -> "KeysAsked":
        """Read a body.

        Raises:
            MalformedFrame: it has another length.
        """
        marks, left = divmod(len(body) - _ASKED.size, SESSION_MARK_OCTETS)
        if left or not 0 <= marks <= SESSIONS_MAX:
            raise MalformedFrame
        run, proof, time_s = _ASKED.unpack(body[: _ASKED.size])
        places = range(_ASKED.size, len(body), SESSION_MARK_OCTETS)
        sessions = tuple(body[at : at + SESSION_MARK_OCTETS] for at in places)
        return cls(run, proof, time_s, sessions)


@dataclass(frozen=True, slots=True)
class WrapPiece:
    """A share of the sealed box with a session's keys that the Polres has not got yet.

    Attributes:
        session: the first 8 octets of the session's id.
    """

    session: bytes
    total: int
    number: int
    octets: bytes

    def pack(self) -> bytes:
        """The body of one message."""
        return bytes([self.number << 4 | self.total]) + self.session + self.octets

    @classmethod
    def unpack(cls, body: bytes) -> "WrapPiece":
        """Read a body.

        Raises:
            MalformedFrame: it is no piece, or its numbers cannot be true.
        """
        octets = body[1 + SESSION_MARK_OCTETS :]
        if not octets:
            raise MalformedFrame
        number, total = body[0] >> 4, body[0] & 0x0F
        if not 1 <= number <= total <= _PIECES_MAX:
            raise MalformedFrame
        return cls(body[1 : 1 + SESSION_MARK_OCTETS], total, number, octets)


def split_wrap(session: bytes, box: bytes) -> tuple[WrapPiece, ...]:
    """The pieces of a wrap, two for a usual one.

    Raises:
        MalformedFrame: it is longer than any wrap.
    """
    total = -(-len(box) // _PIECE_OCTETS)
    if not 1 <= total <= _PIECES_MAX:
        raise MalformedFrame
    return tuple(
        WrapPiece(
            session[:SESSION_MARK_OCTETS],
            total,
            number + 1,
            box[number * _PIECE_OCTETS : (number + 1) * _PIECE_OCTETS],
        )
        for number in range(total)
    )


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The keys of one session; sealed under the key of a run alone. The id follows from them."""

    session: bytes
    intake: bytes

    def pack(self) -> bytes:
        """The 64 octets of the body."""
        return _KEYS.pack(self.session, self.intake)

    @classmethod
    def unpack(cls, body: bytes) -> "Keys":
        """Read a body.

        Raises:
            MalformedFrame: it has another length.
        """
        if len(body) != _KEYS.size:
            raise MalformedFrame
        return cls(*_KEYS.unpack(body))


class Heard(IntEnum):
    """What the Polres says to a message; unknown numbers count as `TAKEN`."""

    TAKEN = 0
    NEED_PERSON = 1
    REFUSED = 2
    NOTHING_HELD = 3


@dataclass(frozen=True, slots=True)
class Ack:
    """A message was taken.

    Attributes:
        counter: of the message.
        seq: of the entry that it told of, 0 for none.
    """

    counter: int
    seq: int
    state: Heard
    time_s: int

    def pack(self) -> bytes:
        """The 13 octets of the body."""
        return _ACK.pack(self.counter, self.seq, self.state, self.time_s)

    @classmethod
    def unpack(cls, body: bytes) -> "Ack":
        """Read a body; what a later version adds behind it is left alone.

        Raises:
            MalformedFrame: it is too short.
        """
        if len(body) < _ACK.size:
            raise MalformedFrame
        counter, seq, state, time_s = _ACK.unpack(body[: _ACK.size])
        return cls(counter, seq, Heard(state) if state in set(Heard) else Heard.TAKEN, time_s)
