"""Claims: a box that the Polres does not follow any more asks to go on in a new log."""

from dataclasses import dataclass, field
from typing import Final

from sync.canonical import Value, count_in, items_in, octets_in, pack, row, unpack
from sync.chain import Head
from sync.entry import HASH_OCTETS
from sync.errors import MalformedFrame

VERSION: Final = 1
CLAIM_DOMAIN: Final = "claim"
CLAIM_ANSWER_DOMAIN: Final = "claim answer"
CLAIM_PATH: Final = "/lanjut/v1"
MARK_OCTETS: Final = 8
MARKS_MAX: Final = 64
"""Marks of one log in an answer; what lies between two of them is carried and known again."""
LOGS_MAX: Final = 16


class Standing:
    """Words of `ClaimAnswer.standing`."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    SOUND = "sound"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a box shows and asks.

    Attributes:
        instance: of the log that it writes now, signed with that log's key.
        public: Ed25519 key that it made for the log to come; its four words are read out. Empty
            when it only asks what the Polres holds.
        duty: its duty key, which a Polres that was set back may have lost.
        ram_key: X25519 key of its running session, which the answer is sealed to.
        certificate: (certificate, signature) of the log that it writes now, or empty octets.
        logs: (instance, head) of its own logs, oldest first, the one it writes now last.
        down: packed frames of the Polres' log that it holds, for a Polres that was set back.
        down_keys: contents of wraps of their sessions, as far as its run knows them.
    """

    node: int
    instance: int
    public: bytes
    duty: bytes
    ram_key: bytes
    time_s: int
    certificate: tuple[bytes, bytes]
    logs: tuple[tuple[int, Head], ...]
    down: tuple[bytes, ...] = ()
    down_keys: tuple[bytes, ...] = field(default=(), repr=False)

    def pack(self) -> bytes:
        """Canonical octets, the message of the box's signature."""
        logs = tuple((instance, head.seq, head.hash) for instance, head in self.logs)
        return pack(
            (
                VERSION,
                self.node,
                self.instance,
                self.public,
                self.duty,
                self.ram_key,
                self.time_s,
                self.certificate,
                logs,
                self.down,
                self.down_keys,
            )
        )

    @classmethod
    def unpack(cls, octets: bytes) -> "Claim":
        """Read a claim.

        Raises:
            MalformedFrame: not one of this version.
        """
        kinds = (int, int, int, bytes, bytes, bytes, int, tuple, tuple, tuple, tuple)
        fields = row(unpack(octets), *kinds)
        if fields[0] != VERSION or any(len(octets_in(key)) != 32 for key in fields[4:6]):
            raise MalformedFrame
        if len(octets_in(fields[3])) not in (0, 32):
            raise MalformedFrame
        certificate = row(fields[7], bytes, bytes)
        logs = tuple(_log(item) for item in items_in(fields[8]))
        if not logs or len(logs) > LOGS_MAX or logs[-1][0] != fields[2]:
            raise MalformedFrame
        return cls(
            node=count_in(fields[1]),
            instance=count_in(fields[2]),
            public=octets_in(fields[3]),
            duty=octets_in(fields[4]),
            ram_key=octets_in(fields[5]),
            time_s=count_in(fields[6]),
            certificate=(octets_in(certificate[0]), octets_in(certificate[1])),
            logs=logs,
            down=tuple(octets_in(item) for item in items_in(fields[9])),
            down_keys=tuple(octets_in(item) for item in items_in(fields[10])),
        )


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the Polres stands in one log of a box: (number, first octets of the hash) of some."""

    instance: int
    at: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What the Polres says to a claim.

    Attributes:
        standing: one of the words of `Standing`.
        claim: hash of the claim that it answers.
        certificate: envelope of the new certificate when it was granted, else empty.
        marks: what the Polres holds of the box's logs.
    """

    standing: str
    claim: bytes
    certificate: bytes
    marks: tuple[Marks, ...]

    def pack(self) -> bytes:
        """Canonical octets, the message of the Polres' signature."""
        marks = tuple((one.instance, one.at) for one in self.marks)
        return pack((VERSION, self.standing, self.claim, self.certificate, marks))

    @classmethod
    def unpack(cls, octets: bytes) -> "ClaimAnswer":
        """Read an answer.

        Raises:
            MalformedFrame: not one of this version.
        """
        fields = row(unpack(octets), int, str, bytes, bytes, tuple)
        if fields[0] != VERSION:
            raise MalformedFrame
        return cls(
            standing=str(fields[1]),
            claim=octets_in(fields[2]),
            certificate=octets_in(fields[3]),
            marks=tuple(_marks(item) for item in items_in(fields[4])),
        )


def _log(value: Value) -> tuple[int, Head]:
    fields = row(value, int, int, bytes)
    if len(octets_in(fields[2])) != HASH_OCTETS:
        raise MalformedFrame
    return count_in(fields[0]), Head(count_in(fields[1]), octets_in(fields[2]))


def _marks(value: Value) -> Marks:
    fields = row(value, int, tuple)
    at = (row(item, int, bytes) for item in items_in(fields[1]))
    return Marks(count_in(fields[0]), tuple((count_in(one[0]), octets_in(one[1])) for one in at))
