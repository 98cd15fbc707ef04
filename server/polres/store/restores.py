"""Rows about restores: former logs of a desa, claims, what a backup covers, and evidence."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from server.polres.store.nodes import Cell
from server.polres.store.prepared import Prepared, where
from server.polres.store.tables import projected, schema

_INSTANCES, _CLAIMS, _DURABLE = schema.instances, schema.claims, schema.durable
_CARRIED, _LINEAGE, _EVIDENCE = projected.carried, projected.lineage, schema.evidence
_FORMER = Prepared(select(_INSTANCES).where(where(_INSTANCES, "node", "instance")))
_FORMERS = Prepared(
    select(_INSTANCES).where(where(_INSTANCES, "node")).order_by(_INSTANCES.c.instance)
)
_COVERED = Prepared(select(_DURABLE.c.seq).where(where(_DURABLE, "node", "instance")))
_CARRY = Prepared(insert(_CARRIED).on_conflict_do_nothing())
_PARENTS = Prepared(
    select(_LINEAGE.c.instance, _LINEAGE.c.parent, _LINEAGE.c.common).where(where(_LINEAGE, "node"))
)


@dataclass(frozen=True, slots=True)
class Former:
    """A log of a desa that its box does not write any more; columns as in `schema.instances`."""

    node: int
    instance: int
    public: bytes
    ended_s: int
    revoked_s: int | None
    flagged_from: int | None
    last_contact_s: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A box that asks to go on in a new log; columns as in `schema.claims`."""

    node: int
    public: bytes
    instance: int
    head_seq: int
    head_hash: bytes
    state: str
    by: str | None
    first_s: int
    last_s: int
    decided_s: int | None
    certificate: bytes | None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """What showed that this server was set back, or that another uses its keys."""

    node: int
    kind: str
    at_s: int
    proof: bytes


def former(connection: Connection, node: int, instance: int) -> Former | None:
    """One former log."""
    row = _FORMER.first(connection, of_node=node, of_instance=instance)
    return None if row is None else Former(*row)


def formers(connection: Connection, node: int) -> tuple[Former, ...]:
    """All former logs of a desa, oldest first."""
    return tuple(Former(*row) for row in _FORMERS.run(connection, of_node=node))


def add_former(connection: Connection, made: Former) -> None:
    """Note that a log has ended."""
    connection.execute(
        insert(_INSTANCES)
        .values(
            node=made.node,
            instance=made.instance,
            public=made.public,
            ended_s=made.ended_s,
            revoked_s=made.revoked_s,
            flagged_from=made.flagged_from,
        )
        .on_conflict_do_nothing()
    )


def change_former(connection: Connection, node: int, instance: int, **values: Cell) -> None:
    """Set columns of a former log."""
    connection.execute(
        update(_INSTANCES)
        .where(_INSTANCES.c.node == node, _INSTANCES.c.instance == instance)
        .values(**values)
    )


def claim(connection: Connection, node: int, public: bytes) -> ClaimRow | None:
    """The claim with a key."""
    row = connection.execute(
        select(_CLAIMS).where(_CLAIMS.c.node == node, _CLAIMS.c.public == public)
    ).first()
    return None if row is None else ClaimRow(*row)


def claims(connection: Connection, node: int) -> tuple[ClaimRow, ...]:
    """All claims of a desa, oldest first."""
    rows = connection.execute(
        select(_CLAIMS).where(_CLAIMS.c.node == node).order_by(_CLAIMS.c.first_s, _CLAIMS.c.public)
    )
    return tuple(ClaimRow(*row) for row in rows)


def put_claim(connection: Connection, made: ClaimRow) -> None:
    """Write a claim in place of what stood there."""
    values: dict[str, Cell] = {
        "instance": made.instance,
        "head_seq": made.head_seq,
        "head_hash": made.head_hash,
        "state": made.state,
        "by": made.by,
        "first_s": made.first_s,
        "last_s": made.last_s,
        "decided_s": made.decided_s,
        "certificate": made.certificate,
    }
    statement = insert(_CLAIMS).values(node=made.node, public=made.public, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["node", "public"], set_=values)
    )


def durable(connection: Connection, node: int, instance: int) -> int:
    """Number of the last entry of a log that lies in a backup, 0 when none does."""
    return _COVERED.value(connection, of_node=node, of_instance=instance) or 0


def durables(connection: Connection) -> dict[tuple[int, int], int]:
    """The same of every log, by desa and instance."""
    rows = connection.execute(select(_DURABLE.c.node, _DURABLE.c.instance, _DURABLE.c.seq))
    return {(row.node, row.instance): row.seq for row in rows}


def put_durable(connection: Connection, node: int, instance: int, seq: int, at_s: int) -> None:
    """Note how far a backup covers a log."""
    values = {"seq": seq, "at_s": at_s}
    statement = insert(_DURABLE).values(node=node, instance=instance, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["node", "instance"], set_=values)
    )


def add_evidence(connection: Connection, found: EvidenceRow) -> None:
    """Keep a proof; the same one is kept once."""
    known = select(_EVIDENCE.c.id).where(
        _EVIDENCE.c.kind == found.kind, _EVIDENCE.c.proof == found.proof
    )
    if connection.execute(known).first() is None:
        connection.execute(
            _EVIDENCE.insert().values(
                node=found.node, kind=found.kind, at_s=found.at_s, proof=found.proof
            )
        )


def newest_evidence(connection: Connection, kind: str) -> EvidenceRow | None:
    """The newest proof of a kind."""
    row = connection.execute(
        select(_EVIDENCE.c.node, _EVIDENCE.c.kind, _EVIDENCE.c.at_s, _EVIDENCE.c.proof)
        .where(_EVIDENCE.c.kind == kind)
        .order_by(_EVIDENCE.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else EvidenceRow(*row)


def note_carried(connection: Connection, node: int, instance: int, seq: int, digest: bytes) -> bool:
    """Note an entry that came in a later log; False when it was noted before."""
    return _CARRY.adds(connection, node=node, instance=instance, seq=seq, hash=digest)


def put_parent(connection: Connection, node: int, instance: int, parent: int, common: int) -> None:
    """Note which log a log goes on from."""
    values = {"parent": parent, "common": common}
    statement = insert(_LINEAGE).values(node=node, instance=instance, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["node", "instance"], set_=values)
    )


def parents(connection: Connection, node: int) -> dict[int, tuple[int, int]]:
    """Log -> (the log that it goes on from, up to which entry)."""
    rows = _PARENTS.run(connection, of_node=node)
    return {instance: (parent, common) for instance, parent, common in rows}
