"""Taking in the file that came back from the Polres."""

import contextlib

from server.desa import keys as key_files
from server.desa import orders
from server.desa.backlog import meters
from server.desa.backlog.meters import FILE
from server.desa.exchange import rotation
from server.desa.node import Node
from server.desa.parcel.told import TakenIn
from server.domain.clock import not_before
from sync import announcement, peers
from sync.enrol import read_certificate
from sync.errors import CardRefused, SyncError
from sync.exchange import Speaker
from sync.message import State
from sync.parcel import carry, form
from sync.parcel.errors import Forged
from sync.parcel.form import Kind, Letter, Parcel
from sync.parcel.letter import open_return


def take(node: Node, octets: bytes, now_s: float) -> TakenIn:
    """Take in a return; taking it in again, or an older one later, changes nothing.

    Raises:
        ParcelError: nothing was changed.
    """
    parcel = form.unpack(octets)
    _expect_ours(node, parcel)
    told = TakenIn()
    with node.database.lock:
        for letter in parcel.letters:
            if letter.kind is Kind.KEY:
                told.key |= _key(node, letter, now_s)
            elif letter.kind is Kind.CERTIFICATE:
                _certificate(node, letter)
            else:
                _answer(node, letter, told, now_s)
        told.waiting = len(orders.waiting(node))
        meters.note(node, FILE, now_s, down=len(octets), well=not told.older)
        if told.orders or told.opened or not told.older:
            node.projection.touch()
    return told


def _expect_ours(node: Node, parcel: Parcel) -> None:
    """Check that a file is a return for this desa, by a key of its Polres that is known or inside.

    Raises:
        NotReturn, OtherDesa, OtherPolres: it is not.
    """
    keys = node.keys
    inside: list[bytes] = []
    for octets in form.letters_of(parcel, Kind.KEY):
        with contextlib.suppress(SyncError):
            inside.append(announcement.read(octets, keys.card.root).public)
    form.expect_return(parcel, keys.card.node, keys.exchange, *keys.earlier, *inside)


def _key(node: Node, letter: Letter, now_s: float) -> bool:
    """A newer exchange key of the Polres; an older one changes nothing."""
    try:
        return rotation.take(node, letter.octets, now_s)
    except SyncError as error:
        raise Forged from error


def _answer(node: Node, letter: Letter, told: TakenIn, now_s: float) -> None:
    identity, pinned = node.keys.identity, node.keys.pinned
    made = open_return(letter.octets, pinned.root, identity.duty, pinned.node)
    speaker = Speaker(node.ledger.log_id, identity.signing, node.vault.ram, pinned)
    with node.database.write() as db:
        before = peers.receipt(db)
        taken = carry.take(db, made, speaker, node.parcel_runs)
    held = before[0].head.seq if before and before[0].log_id == node.ledger.log_id else 0
    if taken.newest:
        told.older = False
        told.acked += max(0, taken.acked - held)
        told.trouble = "" if taken.state == State.OK else orders.trouble(taken.state)
        node.health.sync_state = taken.state
    node.clock = not_before(node.clock, now_s, made.time_s)
    told.orders += len(taken.orders)
    own = [keys for keys in taken.keys if node.ledger.learn(keys) and keys.intake is not None]
    if own:
        told.opened += len(own)
        orders.unlocked(node, "Polres", len(own), now_s)
    orders.apply(node, now_s)


def _certificate(node: Node, letter: Letter) -> None:
    """The answer to the card's one-time code, when it came on this road first."""
    keys = node.keys
    with node.database.read() as db:
        if peers.certificate(db, keys.pinned) is not None:
            return
    public = keys.identity.signing.public
    try:
        made = read_certificate(letter.octets, keys.card.root, keys.card.node, public)
    except SyncError as error:
        raise Forged from error
    if made.instance != keys.card.instance:
        raise CardRefused
    with node.database.write() as db:
        peers.keep_certificate(db, letter.octets)
    node.keys = key_files.forget_code(node.directory, keys)
