"""Rows about exchange keys after the first: those our root announced, and who uses which."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from server.polres.store.prepared import Prepared, where
from server.polres.store.tables import schema

_KEYS, _USES = schema.exchange_keys, schema.exchange_uses
_EVERY = Prepared(select(_KEYS).order_by(_KEYS.c.number.desc()))
_USE = Prepared(select(_USES).where(where(_USES, "node", "instance")))


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An announced key; columns as in `schema.exchange_keys`."""

    number: int
    announced: bytes
    noted_s: int


@dataclass(frozen=True, slots=True)
class UseRow:
    """What a box uses.

    Attributes:
        heard: number of the key under which it was last heard.
        taken: the newest number that its journal says it took, 0 for the first.
        seq: number of the entry that says so.
    """

    node: int
    instance: int
    heard: int = 0
    taken: int = 0
    seq: int = 0


def every(connection: Connection) -> tuple[KeyRow, ...]:
    """All announced keys, newest first."""
    return tuple(KeyRow(*row) for row in _EVERY.run(connection))


def add(connection: Connection, row: KeyRow) -> bool:
    """Note an announced key; False when it is known."""
    statement = insert(_KEYS).values(
        number=row.number, announced=row.announced, noted_s=row.noted_s
    )
    return bool(connection.execute(statement.on_conflict_do_nothing()).rowcount)


def use(connection: Connection, node: int, instance: int) -> UseRow:
    """What a box uses; the first key where nothing is known."""
    row = _USE.first(connection, of_node=node, of_instance=instance)
    return UseRow(node, instance) if row is None else UseRow(*row)


def uses(connection: Connection) -> dict[tuple[int, int], UseRow]:
    """What is known of each box, by desa and instance."""
    rows = (UseRow(*row) for row in connection.execute(select(_USES)))
    return {(row.node, row.instance): row for row in rows}


def heard(connection: Connection, node: int, instance: int, number: int) -> None:
    """Note under which key a box was heard."""
    before = use(connection, node, instance)
    if before.heard != number:
        _put(connection, UseRow(node, instance, number, before.taken, before.seq))


def took(connection: Connection, node: int, instance: int, number: int, seq: int) -> None:
    """Note that a box's journal says that it took a key; an older entry changes nothing."""
    before = use(connection, node, instance)
    if number > before.taken:
        _put(connection, UseRow(node, instance, before.heard, number, seq))


def _put(connection: Connection, row: UseRow) -> None:
    values = {"heard": row.heard, "taken": row.taken, "seq": row.seq}
    statement = insert(_USES).values(node=row.node, instance=row.instance, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["node", "instance"], set_=values)
    )
