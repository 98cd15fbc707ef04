"""Asking the Polres to go on in a new log, when it does not follow the old one any more."""

import hashlib
import sqlite3
from dataclasses import replace

from server.desa.exchange import rotation
from server.desa.node import Node
from server.desa.restores import carrying, successor
from server.passphrase import aloud
from sync import frame, message, peers, seal
from sync.chain import LogId
from sync.enrol import addressed, read_certificate
from sync.entry import Log
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
from sync.session import wrap_of
from sync.store import SqliteStore

LOST = frozenset({State.FORK, State.RESTORED_CARD, State.REPLACED})
"""States in which a box must ask before the Polres takes what it writes."""
DOWN_OCTETS_MAX = 64 * 1024
DOWN_OCTETS_READ = 16 * 1024 * 1024
_ERA = "era that was answered"
_NEVER = bytes([255]) * 8


def ask(node: Node, road: Road, now_s: float) -> str:
    """Ask once; where a person has allowed it, the box goes on in its new log.

    Returns:
        The standing of the claim, one of the words of `Standing`.

    Raises:
        NoRoad, NotEnrolled, SyncError: nothing was changed.
    """
    pair = successor.pending(node.directory, node.random)
    card = node.keys.card
    answer = _post(node, road, _claim(node, pair.public, now_s).pack(), now_s)
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
    """After the Polres was set back, show it what it may have lost: former logs, its own orders.

    Raises:
        NoRoad, NotEnrolled, SyncError: nothing was changed; it is asked again.
    """
    with node.database.read() as db:
        receipt, seen = peers.receipt(db), peers.value(db, _ERA) or _octets(0)
        if receipt is None or seen == _octets(receipt[0].era):
            return
        frames = _down_frames(SqliteStore(db), node.ledger.log_id.node)
    known = {frame.unpack(packed).session: None for packed in frames}
    keys = tuple(found for one in known if (found := node.vault.knows(one)) is not None)
    shown = replace(
        _claim(node, b"", now_s),
        down=frames,
        down_keys=tuple(wrap_of(one) for one in keys if one.session is not None),
    )
    answer = _post(node, road, shown.pack(), now_s)
    carrying.again(node, answer.marks, now_s)
    if answer.standing != Standing.SOUND:
        return
    with node.database.write() as db:
        peers.remember(db, _ERA, _octets(receipt[0].era))


def show_all(db: sqlite3.Connection) -> None:
    """The next exchange shows the Polres what it may lack; inside the caller's transaction."""
    peers.remember(db, _ERA, _NEVER)


def _down_frames(store: SqliteStore, number: int) -> tuple[bytes, ...]:
    """The end of what the box holds of the Polres' logs, as much as a claim carries, in order."""
    held: list[bytes] = []
    # The newest may have begun after the restore: what was lost stands in the one before.
    for instance in store.instances(number, Log.DOWN)[-2:]:
        log_id = LogId(number, Log.DOWN, instance)
        held += map(frame.pack, store.frames_after(log_id, 0, DOWN_OCTETS_READ))
    chosen: list[bytes] = []
    size = 0
    for packed in reversed(held):
        size += len(packed)
        if chosen and size > DOWN_OCTETS_MAX:
            break
        chosen.append(packed)
    return tuple(reversed(chosen))


def _octets(era: int) -> bytes:
    return era.to_bytes(8, "big")


def _post(node: Node, road: Road, packed: bytes, now_s: float) -> ClaimAnswer:
    signature = seal.sign(node.keys.identity.signing, CLAIM_DOMAIN, packed)
    told = message.envelope(packed, signature)

    def make() -> bytes:
        return addressed(node.keys.card.node, node.keys.exchange, told, node.random(32))

    return _open(node, rotation.posted(node, road, CLAIM_PATH, make, now_s), packed)


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
