"""Making the file that is carried to the Polres."""

from typing import Final

from server import lookup
from server.card import node_code
from server.desa import sessions
from server.desa.backlog import meters
from server.desa.backlog.meters import FILE
from server.desa.exchange import short
from server.desa.keys import USED_CODE
from server.desa.node import Node
from server.desa.parcel.told import Made
from sync import peers
from sync.enrol import enrolment_octets
from sync.exchange import Speaker
from sync.parcel import carry, form
from sync.parcel.carry import Moment
from sync.parcel.form import Kind, Letter, Parcel, Way
from sync.store import SqliteStore

RUNS_MAX: Final = 400
"""RAM keys of this process for which a return may still come; a run lasts a day at most."""


def make(node: Node, now_s: float) -> Made:
    """Pack all that the Polres has not signed for, as far as one file has room.

    The RAM key is remembered until the process ends, so that the return opens after days too.
    """
    keys, stamp = node.keys, node.stamp(now_s)
    with node.database.write() as db:
        speaker = Speaker(node.ledger.log_id, keys.identity.signing, node.vault.ram, keys.pinned)
        letters = _enrolment(node) if peers.certificate(db, keys.pinned) is None else ()
        if keys.announcement:
            # For a Polres that was set back to before it made this key.
            letters = (*letters, Letter(Kind.KEY, keys.announcement))
        room = form.OUTGOING_OCTETS_MAX - sum(
            len(one.octets) + form.LETTER_HEAD_OCTETS for one in letters
        )
        wanted = sessions.wanted(
            db, node.vault, lookup.open_locked(node.projection.db), node.ledger.lineage
        )
        code = short.code_of(node, SqliteStore(db))
        moment = Moment(stamp.wall_s, int(stamp.trust))
        outgoing = carry.compose(db, speaker, wanted, moment, node.random, code, room)
        node.parcel_runs[speaker.ram.public] = speaker.ram
        while len(node.parcel_runs) > RUNS_MAX:
            del node.parcel_runs[next(iter(node.parcel_runs))]
    parcel = Parcel(
        Way.TO_POLRES,
        keys.card.node,
        form.mark_of(keys.pinned.exchange),
        (*letters, *outgoing.letters),
    )
    packed = form.pack(parcel)
    meters.note(node, FILE, now_s, up=len(packed))
    node.projection.touch()
    carried = outgoing.last - outgoing.first + 1 if outgoing.first else 0
    return Made(
        name=f"kiriman-{node_code(keys.card.node)}{form.SUFFIX}",
        octets=packed,
        entries=carried,
        left=outgoing.head - outgoing.last if outgoing.last else 0,
    )


def _enrolment(node: Node) -> tuple[Letter, ...]:
    """The card's one-time code, for a box that has never had another road."""
    keys = node.keys
    if keys.card.code == USED_CODE:
        return ()
    octets = enrolment_octets(
        keys.card.node,
        keys.identity.signing.public,
        keys.identity.duty,
        code=keys.card.code,
        exchange=keys.exchange,
        seed=node.random(32),
    )
    return (Letter(Kind.ENROLMENT, octets),)
