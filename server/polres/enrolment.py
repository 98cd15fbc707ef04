"""Enrolment of desas: making their cards, and the exchange in which a card is used."""

import base64
from dataclasses import dataclass, replace
from typing import Final

from server.card import Card, node_number
from server.polres.district import District
from server.polres.keys import Random
from server.polres.restores.former import retire
from server.polres.store import nodes
from server.polres.store.engine import Connection
from server.polres.store.nodes import CardRow
from sync import message, seal
from sync.enrol import certificate_octets, enrolment_proof
from sync.errors import CannotOpen, MalformedFrame
from sync.message import Certificate, Enrolment

CARD_S: Final = 7 * 24 * 3_600
TRIES: Final = 10
_CODE_OCTETS: Final = 13
_CODE_LETTERS: Final = 20


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the gate: HTTP status and body (empty for refusals)."""

    status: int
    octets: bytes = b""


def enroll(
    district: District,
    code: str,
    name: str,
    url: str,
    *,
    now_s: int,
    random: Random | None = None,
    restore: bool = False,
) -> Card:
    """Make the card of a desa: its code works once, for 7 days.

    For a desa that is known, the new card's use raises its instance and ends the old key. With
    `restore` it also carries the duty keys of the desa's boxes, which open their backups.

    Raises:
        BadDesaCode: not a desa's code.
    """
    node, keys = node_number(code), district.keys
    secret = make_code(random or district.random)
    with district.write() as connection:
        row = nodes.get(connection, node)
        if row is None:
            people, instance = keys.people(node, 1, ()), 1
            nodes.add(connection, node, name, people)
        else:
            people, instance = row.people, row.instance + 1
            nodes.change(connection, node, name=name)
        duties = _duties(connection, district, node, instance) if restore else ()
        hidden = district.keys.hide("card", node, secret.encode())
        nodes.put_card(connection, CardRow(node, hidden, now_s + CARD_S, 0, None, None))
    packed, signature = message.open_envelope(people)
    return Card(
        node=node,
        name=name,
        url=url,
        code=secret,
        expires_s=now_s + CARD_S,
        root=keys.root.public,
        exchange=keys.exchange.public,
        announced=keys.announcement(),
        propam=keys.propam,
        people=packed,
        people_signature=signature,
        instance=instance,
        door=district.door.ensure(district.random, now_s).pack(),
        duties=duties,
    )


def _duties(
    connection: Connection, district: District, node: int, instance: int
) -> tuple[tuple[int, bytes], ...]:
    """The duty keys of a desa's boxes before this instance, newest first."""
    hidden = [(one, nodes.duty(connection, node, one)) for one in range(instance - 1, 0, -1)]
    return tuple(
        (one, district.keys.reveal("duty", node, content))
        for one, content in hidden
        if content is not None
    )


def make_code(random: Random) -> str:
    """A one-time code: 20 letters of base32, 100 bits."""
    return base64.b32encode(random(_CODE_OCTETS)).decode()[:_CODE_LETTERS]


def admit(district: District, octets: bytes, now_s: int) -> Reply:
    """Answer an enrolment's POST.

    Returns:
        200 with the certificate; 400 for no enrolment, or one that is sealed to no key which is
        held here (with the announcement of the newest where there is one), 403 for an unknown
        desa or a wrong code, 409 for a card that was used with another key, 410 for one that ran
        out and for wrong codes after the tenth.
    """
    try:
        _, number, packed = district.keys.open_addressed(octets)
        asked = Enrolment.unpack(packed)
    except CannotOpen:
        # A card may name a key that is gone; what is public may be shown to anybody.
        return Reply(400, district.keys.announcement())
    except MalformedFrame:
        return Reply(400)
    if asked.node != number:
        return Reply(400)
    with district.read() as connection:
        known = nodes.card(connection, number)
    if known is None:
        return Reply(403)
    with district.write() as connection:
        card = nodes.card(connection, number)
        if card is None:
            return Reply(403)
        secret = district.keys.reveal("card", number, card.code).decode()
        proof = enrolment_proof(secret, number, asked.public, asked.duty_key)
        status = judge(card, asked.public, now_s, proven=seal.same(proof, asked.proof))
        if status == 403 and card.tries < TRIES:
            nodes.put_card(connection, replace(card, tries=card.tries + 1))
        if status != 200:
            return Reply(status)
        return Reply(200, card.certificate or _use(connection, district, card, asked, now_s))


def judge(card: CardRow, public: bytes, now_s: int, *, proven: bool) -> int:
    """The HTTP status of an enrolment with a desa's current card.

    Wrong proofs never end a card: anybody who holds the public exchange key can send them, from
    the box's own network too. Its code of 100 bits is not guessed; after ten wrong ones, wrong
    ones alone are turned away without being counted.
    """
    if card.public is None and now_s > card.expires_s:
        return 410
    if not proven:
        return 410 if card.public is None and card.tries >= TRIES else 403
    if card.public is not None and card.public != public:
        return 409
    return 200


def _use(
    connection: Connection, district: District, card: CardRow, asked: Enrolment, now_s: int
) -> bytes:
    node = nodes.get(connection, card.node)
    instance = 1 if node is None else node.instance + 1
    era = nodes.counter(connection, "era")
    made = Certificate(card.node, instance, asked.public, era)
    certificate = certificate_octets(made, district.keys.root)
    nodes.put_card(connection, replace(card, public=asked.public, certificate=certificate))
    if node is not None:
        retire(connection, node, now_s)
    duty = district.keys.hide("duty", card.node, asked.duty_key)
    nodes.add_duty(connection, card.node, instance, duty)
    nodes.follow(connection, card.node, instance, asked.public, now_s)
    return certificate
