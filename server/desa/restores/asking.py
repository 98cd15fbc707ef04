"""Asking the Polres to go on in a new log, when it does not follow the old one any more."""

import hashlib

from server.desa.node import Node
from server.desa.restores import carrying, successor
from server.passphrase import aloud
from sync import message, peers, seal
from sync.enrol import addressed, read_certificate
from sync.errors import BadSignature
from sync.message import State
from sync.restores.claim import (
    CLAIM_ANSWER_DOMAIN,
    CLAIM_DOMAIN,
    CLAIM_PATH,
    LOGS_MAX,
    Claim,
    ClaimAnswer,
    Standing,
)
from sync.roads.http import Road
from sync.store import SqliteStore

LOST = frozenset({State.FORK, State.RESTORED_CARD, State.REPLACED})
"""States in which a box must ask before the Polres takes what it writes."""
_ERA = "era of former logs"


def ask(node: Node, road: Road, now_s: float) -> str:
    """Ask once; where a person has allowed it, the box goes on in its new log.

    Returns:
        The standing of the claim, one of the words of `Standing`.

    Raises:
        NoRoad, NotEnrolled, SyncError: nothing was changed.
    """
    pair = successor.pending(node.directory, node.random)
    card = node.keys.card
    answer = _post(node, road, _claim(node, pair.public, now_s).pack())
    node.health.claim = answer.standing
    node.health.claim_words = aloud(pair.public)
    if answer.standing == Standing.GRANTED:
        made = read_certificate(answer.certificate, card.root, card.node, pair.public)
        if made.instance <= node.ledger.log_id.instance:
            raise BadSignature
        carrying.go_on(node, answer.certificate, made, answer.marks, now_s)
        node.health.claim = node.health.claim_words = ""
    return answer.standing


def check(node: Node, road: Road, now_s: float) -> None:
    """Ask what the Polres holds of former logs, once after each time that it was set back.

    Raises:
        NoRoad, NotEnrolled, SyncError: nothing was changed; it is asked again.
    """
    if len(node.ledger.lineage.logs) == 1:
        return
    with node.database.read() as db:
        receipt, seen = peers.receipt(db), peers.value(db, _ERA)
    if receipt is None or seen == _octets(receipt[0].era):
        return
    packed = _claim(node, b"", now_s).pack()
    answer = _post(node, road, packed)
    carrying.again(node, answer.marks, now_s)
    with node.database.write() as db:
        peers.remember(db, _ERA, _octets(receipt[0].era))


def _octets(era: int) -> bytes:
    return era.to_bytes(8, "big")


def _post(node: Node, road: Road, packed: bytes) -> ClaimAnswer:
    signature = seal.sign(node.keys.identity.signing, CLAIM_DOMAIN, packed)
    card = node.keys.card
    octets = addressed(
        card.node, card.exchange, message.envelope(packed, signature), node.random(32)
    )
    return _open(node, road.post(CLAIM_PATH, octets), packed)


def trouble(node: Node) -> str:
    """What people must do while the box waits for a person at the Polres; "" when it does not."""
    words = node.health.claim_words
    match node.health.claim:
        case Standing.WAITING:
            return (
                f"Kotak menunggu izin Polres. Telepon Polres, bacakan empat kata ini: {words}. "
                "Laporan tetap diterima dan tersimpan di sini."
            )
        case Standing.REFUSED:
            return (
                f"Polres menolak kotak ini melanjutkan (empat kata: {words}). Telepon Polres; "
                "jangan hapus apa pun, laporan masih tersimpan di sini."
            )
        case _:
            return ""


def _claim(node: Node, public: bytes, now_s: float) -> Claim:
    with node.database.read() as db:
        store = SqliteStore(db)
        logs = tuple(
            (log_id.instance, store.head(log_id)) for log_id, _ in node.ledger.lineage.logs
        )
        certificate = peers.certificate_pair(db)
    log_id = node.ledger.log_id
    return Claim(
        node=log_id.node,
        instance=log_id.instance,
        public=public,
        duty=node.keys.identity.duty,
        ram_key=node.vault.ram.public,
        time_s=node.stamp(now_s).wall_s,
        certificate=certificate,
        logs=logs[-LOGS_MAX:],
    )


def _open(node: Node, octets: bytes, asked: bytes) -> ClaimAnswer:
    body, signature = message.open_envelope(seal.open_box(node.vault.ram, octets))
    seal.verify(node.keys.pinned.root, CLAIM_ANSWER_DOMAIN, body, signature)
    answer = ClaimAnswer.unpack(body)
    if answer.claim != hashlib.blake2b(asked, digest_size=32).digest():
        raise BadSignature
    return answer
