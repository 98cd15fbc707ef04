"""Claims: boxes that ask to go on in a new log, and a person's word about each."""

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import Final

from server.passphrase import aloud
from server.polres.district import District
from server.polres.enrolment import Reply
from server.polres.errors import UnknownClaim
from server.polres.projection import refold
from server.polres.restores.former import as_former, retire
from server.polres.restores.taking_back import take_back
from server.polres.rotation.answering import unopened
from server.polres.store import nodes, restores
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from server.polres.store.restores import ClaimRow, EvidenceRow
from sync import message, seal
from sync.chain import LogId
from sync.enrol import certificate_octets
from sync.entry import Log
from sync.errors import BadSignature, CannotOpen, MalformedFrame
from sync.message import CERTIFICATE_DOMAIN, Certificate
from sync.restores.claim import (
    CLAIM_ANSWER_DOMAIN,
    CLAIM_DOMAIN,
    MARK_OCTETS,
    MARKS_MAX,
    Claim,
    ClaimAnswer,
    Marks,
    Standing,
)

_LOG: Final = logging.getLogger(__name__)
INSTANCE_MAX: Final = 65_535
USED: Final = "used"
_TOLD: Final = {USED: Standing.GRANTED}


@dataclass(frozen=True, slots=True)
class Asked:
    """A box that waits for a person's word.

    Attributes:
        words: four words that its page shows too.
        first_s: when it first asked, seconds since 1970.
        entries: how many stand in the log that it writes.
        current: it speaks with the key of the box that the desa uses now.
    """

    words: str
    state: str
    instance: int
    first_s: int
    last_s: int
    entries: int
    current: bool


def claim(district: District, octets: bytes, now_s: int) -> Reply:
    """Answer a claim's POST.

    Returns:
        200 with the sealed answer; 400 for no claim, 403 for a box that never was a desa's.
    """
    try:
        _, number, packed = district.keys.open_addressed(octets)
    except CannotOpen:
        return unopened(district)
    try:
        asked, signature = message.open_envelope(packed)
        shown = Claim.unpack(asked)
    except MalformedFrame:
        return Reply(400)
    if shown.node != number:
        return Reply(400)
    with district.write() as connection:
        known = nodes.get(connection, number)
        node = None if known is None else _speaker(connection, district, known, shown, now_s)
        if node is None or not _signed(node, asked, signature):
            return Reply(403)
        current = nodes.get(connection, number) or node
        standing, certificate = _judge(connection, district, (node, current), shown, now_s)
        answer = ClaimAnswer(
            standing,
            hashlib.blake2b(asked, digest_size=32).digest(),
            certificate,
            _marks(connection, shown),
        ).pack()
    signed = message.envelope(answer, seal.sign(district.keys.root, CLAIM_ANSWER_DOMAIN, answer))
    return Reply(200, seal.seal_box(shown.ram_key, signed, district.random(32)))


def waiting(connection: Connection, node: Node) -> tuple[Asked, ...]:
    """Boxes of a desa that wait for a person's word, or were refused; oldest first."""
    return tuple(
        Asked(
            words=aloud(row.public),
            state=row.state,
            instance=row.instance,
            first_s=row.first_s,
            last_s=row.last_s,
            entries=row.head_seq,
            current=row.instance == node.instance,
        )
        for row in restores.claims(connection, node.node)
        if row.state != USED
    )


def decide(
    district: District, number: int, words: str, *, go_on: bool, by: str, now_s: int
) -> None:
    """Let the box with these four words go on as the desa's box, or refuse it.

    Raises:
        UnknownClaim: no box with these words waits.
    """
    with district.write() as connection:
        wanted = " ".join(words.replace("-", " ").lower().split())
        for row in restores.claims(connection, number):
            if aloud(row.public) != wanted or row.state == USED:
                continue
            state = Standing.GRANTED if go_on else Standing.REFUSED
            restores.put_claim(connection, replace(row, state=state, by=by, decided_s=now_s))
            return
    raise UnknownClaim


def _signed(node: Node, asked: bytes, signature: bytes) -> bool:
    try:
        seal.verify(node.public or b"", CLAIM_DOMAIN, asked, signature)
    except BadSignature:
        return False
    return True


def _speaker(
    connection: Connection, district: District, node: Node, shown: Claim, now_s: int
) -> Node | None:
    """The desa as the box's log was its own; a box that we forgot in a restore is known again."""
    if shown.instance == node.instance and node.public is not None:
        return node
    found = as_former(connection, node, shown.instance)
    if found is not None or shown.instance < node.instance:
        return found
    packed, signature = shown.certificate
    try:
        seal.verify(district.keys.root.public, CERTIFICATE_DOMAIN, packed, signature)
        made = Certificate.unpack(packed)
    except (BadSignature, MalformedFrame):
        return None
    if (made.node, made.instance) != (shown.node, shown.instance):
        return None
    _LOG.warning("server restored", extra={"node": node.node})
    era = nodes.counter(connection, "era")
    nodes.set_counter(connection, "era", max(era, made.era) + 1)
    proof = EvidenceRow(node.node, "restored", now_s, packed + signature)
    restores.add_evidence(connection, proof)
    return _follow(connection, district, node, made, shown.duty, now_s)


def _judge(
    connection: Connection,
    district: District,
    who: tuple[Node, Node],
    shown: Claim,
    now_s: int,
) -> tuple[str, bytes]:
    """What is said to a box, and its certificate where it may go on."""
    node, current = who
    if node.revoked_s is not None:
        return Standing.REVOKED, b""
    if not shown.public:
        done = node.instance != current.instance or take_back(
            connection, district, current, shown, now_s
        )
        return Standing.SOUND if done else Standing.WAITING, b""
    row = restores.claim(connection, node.node, shown.public)
    if row is not None and row.state == USED:
        return Standing.GRANTED, row.certificate or b""
    if row is None and node.instance == current.instance and _sound(connection, shown):
        return Standing.SOUND, b""
    _, head = shown.logs[-1]
    fresh = ClaimRow(
        node.node, shown.public, shown.instance, head.seq, head.hash,
        Standing.WAITING, None, now_s, now_s, None, None,
    )  # fmt: skip
    row = fresh if row is None else replace(row, head_seq=head.seq, head_hash=head.hash)
    row = replace(row, last_s=now_s)
    if row.state != Standing.GRANTED:
        restores.put_claim(connection, row)
        return row.state, b""
    if current.instance >= INSTANCE_MAX:
        return Standing.REFUSED, b""
    era = nodes.counter(connection, "era")
    made = Certificate(node.node, current.instance + 1, shown.public, era)
    certificate = certificate_octets(made, district.keys.root)
    _follow(connection, district, current, made, shown.duty, now_s)
    if (
        PolresStore(connection).hash_at(LogId(node.node, Log.UP, node.instance), head.seq)
        == head.hash
    ):
        # What it wrote apart is the desa's own again.
        restores.change_former(connection, node.node, node.instance, flagged_from=None)
    restores.put_claim(connection, replace(row, state=USED, certificate=certificate))
    refold(connection, district.keys, nodes.get(connection, node.node) or node)
    return Standing.GRANTED, certificate


def _sound(connection: Connection, shown: Claim) -> bool:
    """Whether what we hold of the box's log is how that log begins."""
    instance, theirs = shown.logs[-1]
    log_id = LogId(shown.node, Log.UP, instance)
    ours = PolresStore(connection).head(log_id)
    if nodes.forks(connection, shown.node, instance):
        return False
    return ours.seq < theirs.seq or ours == theirs


def _follow(
    connection: Connection, district: District, node: Node, made: Certificate, duty: bytes,
    now_s: int,
) -> Node:  # fmt: skip
    """Take a certificate's box as the desa's from here on."""
    retire(connection, node, now_s)
    if nodes.duty(connection, node.node, made.instance) is None:
        hidden = district.keys.hide("duty", node.node, duty)
        nodes.add_duty(connection, node.node, made.instance, hidden)
    nodes.follow(connection, node.node, made.instance, made.public, now_s)
    return nodes.get(connection, node.node) or node


def _marks(connection: Connection, shown: Claim) -> tuple[Marks, ...]:
    """Where we stand in each log that the box shows: the end, and some places before it."""
    store = PolresStore(connection)
    told = []
    for instance, theirs in shown.logs:
        log_id = LogId(shown.node, Log.UP, instance)
        last = min(store.head(log_id).seq, theirs.seq)
        step = max(1, last // MARKS_MAX)
        places = range(last, 0, -step)[:MARKS_MAX]
        hashes = ((seq, store.hash_at(log_id, seq)) for seq in sorted(places))
        at = tuple((seq, digest[:MARK_OCTETS]) for seq, digest in hashes if digest is not None)
        told.append(Marks(instance, at))
    return tuple(told)
