"""Sessions: the keys of one run of a node, and who gets which of them wrapped."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from sync.canonical import pack, row, unpack
from sync.entry import SESSION_OCTETS
from sync.errors import MalformedFrame

LIST_DOMAIN = "recipients"
_VERSION = 1


class Role(StrEnum):
    """Who a recipient is; decides which keys are wrapped to it."""

    POLRES = "polres"
    PROPAM = "propam"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One holder of an X25519 key on the list that the Polres root signed."""

    role: Role
    name: str
    key: bytes


@dataclass(frozen=True, slots=True)
class RecipientList:
    """Who may open the sessions of one desa; only a list signed by the pinned root is used."""

    node: int
    version: int
    recipients: tuple[Recipient, ...]

    def pack(self) -> bytes:
        """Canonical octets, the message of the root's signature."""
        people = tuple((r.role.value, r.name, r.key) for r in self.recipients)
        return pack((_VERSION, self.node, self.version, people))

    @classmethod
    def unpack(cls, octets: bytes) -> "RecipientList":
        """Read a list.

        Raises:
            MalformedFrame: not a list of this version.
        """
        fields = row(unpack(octets), int, int, int, tuple)
        version, node, number, people = fields[:4]
        if version != _VERSION or not isinstance(people, tuple):
            raise MalformedFrame
        recipients = []
        for person in people:
            role, name, key = row(person, str, str, bytes)[:3]
            if not isinstance(key, bytes) or len(key) != 32:
                raise MalformedFrame
            try:
                recipients.append(Recipient(Role(str(role)), str(name), key))
            except ValueError as error:
                raise MalformedFrame from error
        return cls(int(str(node)), int(str(number)), tuple(recipients))

    def key_of(self, role: Role) -> bytes | None:
        """The first key of a role."""
        return next((r.key for r in self.recipients if r.role is role), None)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The three keys of a session, in RAM only; any of them may be unknown to this holder.

    Attributes:
        session: opens what officers and the Polres may read.
        intake: opens parts and unread texts; wrapped to the Polres alone.
        unit: opens complaints about officials; wrapped to Propam alone.
    """

    id: bytes
    session: bytes | None
    intake: bytes | None
    unit: bytes | None

    def secrets(self) -> tuple[bytes, ...]:
        """The keys that are known, most used first."""
        return tuple(key for key in (self.session, self.intake, self.unit) if key is not None)

    def joined(self, other: "SessionKeys") -> "SessionKeys":
        """What two holders of one session know together."""
        return SessionKeys(
            self.id,
            self.session or other.session,
            self.intake or other.intake,
            self.unit or other.unit,
        )


def session_id(session_key: bytes) -> bytes:
    """16 octets of BLAKE2b(session key)."""
    return hashlib.blake2b(session_key, digest_size=SESSION_OCTETS).digest()


def fingerprint(key: bytes) -> str:
    """A public key as people compare it by phone: four groups of four hexadecimal digits.

    The first 8 octets of BLAKE2b-64 over the key, e.g. `3F2A 91C0 77D4 0B1E`.
    """
    digits = hashlib.blake2b(key, digest_size=8).hexdigest().upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def from_seeds(session_key: bytes, intake_key: bytes, unit_key: bytes) -> SessionKeys:
    """A new session of three fresh random keys of 32 octets each."""
    return SessionKeys(session_id(session_key), session_key, intake_key, unit_key)


@dataclass(frozen=True, slots=True)
class Wrap:
    """A plain wrap, to be sealed to `recipient` before it touches a disk."""

    recipient: Recipient
    content: bytes


def wraps_for(keys: SessionKeys, people: RecipientList, started_s: int) -> tuple[Wrap, ...]:
    """What each recipient of the list gets of a session's keys."""
    return tuple(wrap_for(keys, person, started_s) for person in people.recipients)


def wrap_for(keys: SessionKeys, person: Recipient, started_s: int) -> Wrap:
    """What one recipient gets of a session's keys."""
    return Wrap(person, _wrap_content(keys, person.role, started_s))


def wrap_of(keys: SessionKeys) -> bytes:
    """What an officer would get of a session's keys, without the time when it began."""
    return _wrap_content(keys, Role.OFFICER, 0)


def _wrap_content(keys: SessionKeys, role: Role, started_s: int) -> bytes:
    given = {
        Role.POLRES: SessionKeys(keys.id, keys.session, keys.intake, None),
        Role.OFFICER: SessionKeys(keys.id, keys.session, None, None),
        Role.PROPAM: SessionKeys(keys.id, None, None, keys.unit),
    }[role]
    return pack((_VERSION, keys.id, given.session, given.intake, given.unit, started_s))


def read_wrap(content: bytes) -> tuple[SessionKeys, int]:
    """The keys in an opened wrap, and when the session began (seconds since 1970).

    Raises:
        MalformedFrame: not a wrap, or a session key that is not the session's.
    """
    fields = unpack(content)
    if not isinstance(fields, tuple) or len(fields) != 6 or fields[0] != _VERSION:
        raise MalformedFrame
    _, identity, session, intake, unit, started_s = fields
    if not isinstance(identity, bytes) or not isinstance(started_s, int):
        raise MalformedFrame
    for key in (session, intake, unit):
        if key is not None and not (isinstance(key, bytes) and len(key) == 32):
            raise MalformedFrame
    known = [key if isinstance(key, bytes) else None for key in (session, intake, unit)]
    if known[0] is not None and session_id(known[0]) != identity:
        raise MalformedFrame
    return SessionKeys(identity, *known), started_s
