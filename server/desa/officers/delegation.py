"""The key that an officer's sessions are wrapped to: signed by the identity on the Polres' list.

The Polres' root signs the list of identities; an identity signs the key of the day. So keys are
renewed without the Polres, and a key that somebody put on the card gets nothing.
"""

import sqlite3
from dataclasses import dataclass, replace
from typing import Final

from sync import seal
from sync.canonical import pack, row, unpack
from sync.errors import BadSignature, MalformedFrame
from sync.message import envelope, open_envelope
from sync.seal import KeyPair
from sync.session import Recipient, RecipientList, Role

DOMAIN: Final = "officer key"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Addressed:
    """A list as sessions are wrapped to it, and whose keys were changed by somebody else."""

    people: RecipientList
    tampered: tuple[str, ...]


def sign(identity: KeyPair, name: str, key: bytes) -> bytes:
    """An identity's word that sessions are to be wrapped to a key."""
    packed = pack((_VERSION, name, key))
    return envelope(packed, seal.sign(identity, DOMAIN, packed))


def read(identity: bytes, name: str, delegation: bytes) -> bytes:
    """The key that an identity named.

    Raises:
        BadSignature: not signed by that identity, or for another name.
        MalformedFrame: not a delegation.
    """
    packed, signature = open_envelope(delegation)
    seal.verify(identity, DOMAIN, packed, signature)
    version, named, key = row(unpack(packed), int, str, bytes)[:3]
    if version != _VERSION or not isinstance(key, bytes) or len(key) != seal.KEY_OCTETS:
        raise MalformedFrame
    if named != name:
        raise BadSignature
    return key


def addressed(db: sqlite3.Connection, people: RecipientList) -> Addressed:
    """The list with each officer's identity replaced by the key, or keys, that it signed.

    Whoever has no account here keeps the key on the list, which is then one for sessions.
    """
    recipients: list[Recipient] = []
    tampered: list[str] = []
    for person in people.recipients:
        keys = (person.key,) if person.role is not Role.OFFICER else _keys(db, person)
        recipients += [replace(person, key=key) for key in keys]
        if not keys:
            tampered.append(person.name)
    return Addressed(replace(people, recipients=tuple(recipients)), tuple(tampered))


def _keys(db: sqlite3.Connection, person: Recipient) -> tuple[bytes, ...]:
    found = db.execute(
        "select identity, delegation, public, next_delegation from accounts where name = ?",
        (person.name,),
    ).fetchone()
    if found is None:
        return (person.key,)
    identity, delegation, public, coming = map(bytes, found)
    if not identity:
        # An account of before identities: the key on the list is the one for sessions.
        return (person.key,) if public == person.key else ()
    try:
        keys = (read(person.key, person.name, delegation),)
        # While a phone has not shown its new key, what is new is wrapped to both.
        return keys if not coming else (*keys, read(person.key, person.name, coming))
    except (BadSignature, MalformedFrame):
        return ()
