"""The letters of a parcel: a signed request, and the Polres' return for a box that restarted."""

from dataclasses import dataclass
from typing import Final

from sync import message, seal
from sync.canonical import Value, count_in, items_in, octets_in, pack, row, unpack
from sync.errors import BadSignature, CannotOpen, MalformedFrame
from sync.message import Request
from sync.parcel.errors import Forged
from sync.seal import KeyPair

VERSION: Final = 1
REQUEST_DOMAIN: Final = "parcel request"
RETURN_DOMAIN: Final = "parcel return"
"""Not those of an exchange: who carries a parcel can neither post it nor play an answer back."""
_SALT_OCTETS: Final = 16


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A sealed box that a run of the node or an officer opens with the key `recipient`."""

    session: bytes
    recipient: bytes
    box: bytes


@dataclass(frozen=True, slots=True)
class Return:
    """What the Polres gives back on the parcel road.

    Attributes:
        state: one of the words of `message.State`.
        run: public RAM key of the run whose parcel was taken in last.
        receipt: (receipt, signature) for the node's log; it is the ack of all that came.
        refused: number of an entry whose frame was not taken and is to be issued anew, else 0.
        wraps: keys of the sessions in `down`, for the run and for the officers on the list.
        down: packed frames of the Polres' log, oldest first.
        keys: contents of wraps that the Polres returns, each sealed to the run, or none.
    """

    state: str
    run: bytes
    time_s: int
    receipt: tuple[bytes, bytes]
    refused: int
    down_instance: int
    wraps: tuple[Wrapped, ...]
    down: tuple[bytes, ...]
    keys: tuple[bytes, ...]

    def pack(self) -> bytes:
        """Canonical octets, the message of the Polres' signature."""
        return pack(
            (
                VERSION,
                self.state,
                self.run,
                self.time_s,
                self.receipt,
                self.refused,
                self.down_instance,
                tuple((one.session, one.recipient, one.box) for one in self.wraps),
                self.down,
                self.keys,
            )
        )

    @classmethod
    def unpack(cls, octets: bytes) -> "Return":
        """Read a return.

        Raises:
            MalformedFrame: not one of this version.
        """
        kinds = (int, str, bytes, int, tuple, int, int, tuple, tuple, tuple)
        fields = row(unpack(octets), *kinds)
        if fields[0] != VERSION:
            raise MalformedFrame
        receipt = row(fields[4], bytes, bytes)
        return cls(
            state=str(fields[1]),
            run=octets_in(fields[2]),
            time_s=count_in(fields[3]),
            receipt=(octets_in(receipt[0]), octets_in(receipt[1])),
            refused=count_in(fields[5]),
            down_instance=count_in(fields[6]),
            wraps=tuple(_wrapped(item) for item in items_in(fields[7])),
            down=tuple(octets_in(item) for item in items_in(fields[8])),
            keys=tuple(octets_in(item) for item in items_in(fields[9])),
        )


def seal_request(request: Request, signing: KeyPair, exchange: bytes, seed: bytes) -> bytes:
    """A letter to the Polres: the signed request in a sealed box to its exchange key."""
    body = request.pack()
    signature = seal.sign(signing, REQUEST_DOMAIN, body)
    return seal.seal_box(exchange, message.envelope(body, signature), seed)


@dataclass(frozen=True, slots=True)
class Asked:
    """An opened request: its octets, the signature, and both as they lay in the box."""

    request: Request
    body: bytes
    signature: bytes
    envelope: bytes

    def is_by(self, public: bytes) -> bool:
        """Whether the holder of a signing key signed it for this road."""
        try:
            seal.verify(public, REQUEST_DOMAIN, self.body, self.signature)
        except BadSignature:
            return False
        return True


def open_request(exchange: KeyPair, octets: bytes) -> Asked:
    """What lies in a letter to the Polres; who signed it is still to be checked.

    Raises:
        Forged: no request for this Polres.
    """
    try:
        opened = seal.open_box(exchange, octets)
        body, signature = message.open_envelope(opened)
        return Asked(Request.unpack(body), body, signature, opened)
    except (CannotOpen, MalformedFrame, OverflowError) as error:
        raise Forged from error


def seal_return(made: Return, root: KeyPair, duty: bytes, node: int, salt: bytes) -> bytes:
    """A letter to a desa, hidden under the key that both have since enrolment.

    A run's RAM key may be gone when the file arrives, so it is not what hides the letter; what
    is secret in it has boxes of its own. `salt` has 16 fresh octets.
    """
    body = made.pack()
    plain = message.envelope(body, seal.sign(root, RETURN_DOMAIN, body))
    key = seal.derive(duty, "parcel", node, salt)
    return salt + seal.seal_message(key, bytes(8), b"parcel", plain)


def open_return(octets: bytes, root: bytes, duty: bytes, node: int) -> Return:
    """Read a letter of the Polres.

    Raises:
        Forged: not the Polres' for this desa.
    """
    salt, sealed = octets[:_SALT_OCTETS], octets[_SALT_OCTETS:]
    try:
        plain = seal.open_message(
            seal.derive(duty, "parcel", node, salt), bytes(8), b"parcel", sealed
        )
        body, signature = message.open_envelope(plain)
        seal.verify(root, RETURN_DOMAIN, body, signature)
        return Return.unpack(body)
    except (CannotOpen, BadSignature, MalformedFrame, OverflowError) as error:
        raise Forged from error


def _wrapped(value: Value) -> Wrapped:
    session, recipient, box = row(value, bytes, bytes, bytes)[:3]
    return Wrapped(octets_in(session), octets_in(recipient), octets_in(box))
