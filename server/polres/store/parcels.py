"""Rows about files that were carried here: the newest of each desa."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from server.polres.store.tables import schema

_PARCELS = schema.parcels


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """The newest file of a desa; columns as in `schema.parcels`.

    Attributes:
        head_seq: number of the desa's newest entry when it was made.
        request: the packed request without frames and wraps.
        state: what the desa is to be told, a word of `message.State`.
        agreed: 1 when our log to the desa continues what it holds, else 0.
        refused: number of an entry whose frame was not taken, 0 for none.
        reports: how many reports were new with it.
        given_s: when its return was last made, None for never.
    """

    node: int
    instance: int
    head_seq: int
    request: bytes
    state: str
    agreed: int
    refused: int
    taken_s: int
    taken_by: str
    reports: int
    given_s: int | None = None


def get(connection: Connection, node: int) -> ParcelRow | None:
    """The newest file of a desa."""
    row = connection.execute(select(_PARCELS).where(_PARCELS.c.node == node)).first()
    return None if row is None else ParcelRow(*row)


def put(connection: Connection, row: ParcelRow) -> None:
    """Keep a desa's newest file in place of the one before."""
    values = {
        "node": row.node,
        "instance": row.instance,
        "head_seq": row.head_seq,
        "request": row.request,
        "state": row.state,
        "agreed": row.agreed,
        "refused": row.refused,
        "taken_s": row.taken_s,
        "taken_by": row.taken_by,
        "reports": row.reports,
        "given_s": row.given_s,
    }
    statement = insert(_PARCELS).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=["node"], set_=values))


def given(connection: Connection, node: int, at_s: int) -> None:
    """Note that a return was made."""
    connection.execute(update(_PARCELS).where(_PARCELS.c.node == node).values(given_s=at_s))
