"""What two servers say in one exchange: enrolment, request, answer, and the signed receipt."""

from dataclasses import dataclass

from sync.canonical import Value, items_in, octets_in, pack, row, unpack
from sync.chain import Head, LogId
from sync.entry import HASH_OCTETS, Log
from sync.errors import MalformedFrame

VERSION = 1
REQUEST_DOMAIN = "request"
ANSWER_DOMAIN = "answer"
RECEIPT_DOMAIN = "receipt"
CERTIFICATE_DOMAIN = "certificate"
OCTETS_MAX = 512 * 1024


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a server says it holds of a log: signed, and shown to it again by its peer.

    Attributes:
        era: rises whenever the server was restored from a backup.
        time_s: the signer's clock, seconds since 1970.
    """

    log_id: LogId
    era: int
    head: Head
    time_s: int

    def pack(self) -> bytes:
        """Canonical octets, the message of the signature."""
        return pack(
            (
                VERSION,
                self.log_id.node,
                int(self.log_id.log),
                self.log_id.instance,
                self.era,
                self.head.seq,
                self.head.hash,
                self.time_s,
            )
        )

    @classmethod
    def unpack(cls, octets: bytes) -> "Receipt":
        """Read a receipt.

        Raises:
            MalformedFrame: not a receipt of this version.
        """
        fields = row(unpack(octets), int, int, int, int, int, int, bytes, int)
        version, node, log, instance, era, seq, digest, time_s = fields[:8]
        if version != VERSION or log not in (0, 1) or len(octets_in(digest)) != HASH_OCTETS:
            raise MalformedFrame
        log_id = LogId(_int(node), Log(_int(log)), _int(instance))
        return cls(log_id, _int(era), Head(_int(seq), octets_in(digest)), _int(time_s))


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A node's first words; `proof` is the one-time code's authenticator over the rest."""

    node: int
    public: bytes
    duty_key: bytes
    proof: bytes

    def pack(self) -> bytes:
        """Canonical octets."""
        return pack((VERSION, self.node, self.public, self.duty_key, self.proof))

    @classmethod
    def unpack(cls, octets: bytes) -> "Enrolment":
        """Read an enrolment.

        Raises:
            MalformedFrame: not one of this version.
        """
        fields = row(unpack(octets), int, int, bytes, bytes, bytes)
        if fields[0] != VERSION or any(len(octets_in(key)) != 32 for key in fields[2:4]):
            raise MalformedFrame
        return cls(
            _int(fields[1]), octets_in(fields[2]), octets_in(fields[3]), octets_in(fields[4])
        )


@dataclass(frozen=True, slots=True)
class Certificate:
    """The root's word that a node key speaks for a desa, with the instance it may write."""

    node: int
    instance: int
    public: bytes
    era: int

    def pack(self) -> bytes:
        """Canonical octets, the message of the signature."""
        return pack((VERSION, self.node, self.instance, self.public, self.era))

    @classmethod
    def unpack(cls, octets: bytes) -> "Certificate":
        """Read a certificate.

        Raises:
            MalformedFrame: not one of this version.
        """
        fields = row(unpack(octets), int, int, int, bytes, int)
        if fields[0] != VERSION:
            raise MalformedFrame
        return cls(_int(fields[1]), _int(fields[2]), octets_in(fields[3]), _int(fields[4]))


@dataclass(frozen=True, slots=True)
class Request:
    """What a node brings into an exchange.

    Attributes:
        ram_key: X25519 key of the running session; its private half is only in RAM.
        receipt: the last signed receipt that the node holds (receipt, signature), or empty.
        head: the node's own head of its log.
        evidence: the chain's hash where the last receipt stands, in the node's own log.
        down: where the node stands in the Polres' log.
        wraps: (session, wrap to the Polres) of the sessions in `frames` and of `wanted`.
        wanted: sessions whose keys the node asks back, because they still owe something.
        frames: packed frames of the node's log, oldest first.
        unit_wraps: (session, wrap to Propam) of the same sessions; the Polres cannot open them.
    """

    node: int
    instance: int
    ram_key: bytes
    time_s: int
    trust: int
    receipt: tuple[bytes, bytes]
    head: Head
    evidence: bytes
    down_instance: int
    down: Head
    wraps: tuple[tuple[bytes, bytes], ...]
    wanted: tuple[bytes, ...]
    frames: tuple[bytes, ...]
    unit_wraps: tuple[tuple[bytes, bytes], ...] = ()

    def pack(self) -> bytes:
        """Canonical octets, the message of the node's signature."""
        return pack(
            (
                VERSION,
                self.node,
                self.instance,
                self.ram_key,
                self.time_s,
                self.trust,
                self.receipt,
                (self.head.seq, self.head.hash),
                self.evidence,
                self.down_instance,
                (self.down.seq, self.down.hash),
                self.wraps,
                self.wanted,
                self.frames,
                self.unit_wraps,
            )
        )

    @classmethod
    def unpack(cls, octets: bytes) -> "Request":
        """Read a request.

        Raises:
            MalformedFrame: not one of this version.
        """
        kinds = (int, int, int, bytes, int, int, tuple, tuple, bytes, int)
        fields = row(unpack(octets), *kinds, tuple, tuple, tuple, tuple, tuple)
        if fields[0] != VERSION or len(octets_in(fields[3])) != 32:
            raise MalformedFrame
        return cls(
            node=_int(fields[1]),
            instance=_int(fields[2]),
            ram_key=octets_in(fields[3]),
            time_s=_int(fields[4]),
            trust=_int(fields[5]),
            receipt=_pair(fields[6]),
            head=_head(fields[7]),
            evidence=octets_in(fields[8]),
            down_instance=_int(fields[9]),
            down=_head(fields[10]),
            wraps=tuple(_pair(item) for item in items_in(fields[11])),
            wanted=tuple(octets_in(item) for item in items_in(fields[12])),
            frames=tuple(octets_in(item) for item in items_in(fields[13])),
            unit_wraps=tuple(_pair(item) for item in items_in(fields[14])),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Polres gives back in the same turn.

    Attributes:
        state: one of the `State` words below.
        request: hash of the request that it answers, so that no old answer serves again.
        receipt: (receipt, signature) for the node's log.
        acks: (last seq, authenticator) for each frame that was taken.
        down_wraps: (session, sealed box to `ram_key`) for the sessions in `down`.
        down: packed frames of the Polres' log, oldest first.
        keys: opened wraps that the Polres returns, or none.
        durable: number of the last entry of the node's log that lies in a backup of the Polres.
        announced: the signed announcement of another exchange key than the request was sealed to.
    """

    state: str
    request: bytes
    time_s: int
    receipt: tuple[bytes, bytes]
    acks: tuple[tuple[int, bytes], ...]
    down_instance: int
    down_wraps: tuple[tuple[bytes, bytes], ...]
    down: tuple[bytes, ...]
    keys: tuple[bytes, ...]
    durable: int = 0
    announced: bytes = b""

    def pack(self) -> bytes:
        """Canonical octets, the message of the Polres' signature."""
        return pack(
            (
                VERSION,
                self.state,
                self.request,
                self.time_s,
                self.receipt,
                self.acks,
                self.down_instance,
                self.down_wraps,
                self.down,
                self.keys,
                # A desa of an earlier version, and a Polres without a backup, do without.
                *((self.durable,) if self.durable or self.announced else ()),
                *((self.announced,) if self.announced else ()),
            )
        )

    @classmethod
    def unpack(cls, octets: bytes) -> "Answer":
        """Read an answer.

        Raises:
            MalformedFrame: not one of this version.
        """
        kinds = (int, str, bytes, int, tuple, tuple, int, tuple, tuple, tuple)
        fields = row(unpack(octets), *kinds)
        if fields[0] != VERSION:
            raise MalformedFrame
        return cls(
            state=str(fields[1]),
            request=octets_in(fields[2]),
            time_s=_int(fields[3]),
            receipt=_pair(fields[4]),
            acks=tuple(_ack(item) for item in items_in(fields[5])),
            down_instance=_int(fields[6]),
            down_wraps=tuple(_pair(item) for item in items_in(fields[7])),
            down=tuple(octets_in(item) for item in items_in(fields[8])),
            keys=tuple(octets_in(item) for item in items_in(fields[9])),
            durable=_int(fields[10]) if len(fields) > 10 else 0,
            announced=octets_in(fields[11]) if len(fields) > 11 else b"",
        )


class State:
    """Words of `Answer.state`."""

    OK = "ok"
    FORK = "fork"
    RESTORED_CARD = "restored card"
    REVOKED = "revoked"
    KEYS_NEED_PERSON = "keys need person"
    REPLACED = "replaced"


def envelope(message: bytes, signature: bytes) -> bytes:
    """A message with its signature, before it is sealed."""
    return pack((message, signature))


def open_envelope(octets: bytes) -> tuple[bytes, bytes]:
    """Message and signature of an envelope.

    Raises:
        MalformedFrame: not an envelope.
    """
    return _pair(unpack(octets))


def _int(value: Value) -> int:
    if not isinstance(value, int):
        raise MalformedFrame
    return value


def _pair(value: Value) -> tuple[bytes, bytes]:
    left, right = row(value, bytes, bytes)[:2]
    return octets_in(left), octets_in(right)


def _ack(value: Value) -> tuple[int, bytes]:
    seq, authenticator = row(value, int, bytes)[:2]
    return _int(seq), octets_in(authenticator)


def _head(value: Value) -> Head:
    seq, digest = row(value, int, bytes)[:2]
    if len(octets_in(digest)) != HASH_OCTETS:
        raise MalformedFrame
    return Head(_int(seq), octets_in(digest))
