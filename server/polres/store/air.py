"""Rows of the air road: each instance of a desa as heard by SMS, reports, parts, strays."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, null, select, update
from sqlalchemy.dialects.sqlite import insert

from server.polres.store.nodes import Cell
from server.polres.store.prepared import Prepared, where
from server.polres.store.tables import schema
from sync.airtime.window import Window

_NODES, _REPORTS, _PARTS = schema.air_nodes, schema.air_reports, schema.air_parts
STRAYS_MAX = 1_000
_LANDED = Prepared(
    update(_REPORTS)
    .where(where(_REPORTS, "node", "instance"), _REPORTS.c.seq <= bindparam("last"))
    .where(_REPORTS.c.content.is_not(None))
    .values(content=null())
)
_LANDED_PARTS = Prepared(
    _PARTS.delete().where(where(_PARTS, "node", "instance"), _PARTS.c.seq <= bindparam("last"))
)


@dataclass(frozen=True, slots=True)
class AirRow:
    """An instance of a desa; columns as in `schema.air_nodes`."""

    node: int
    instance: int
    reserved: int = 0
    highest: int = 0
    seen: bytes = b""
    number: str | None = None
    sim: str | None = None
    form: str = "octets"
    heard_s: int | None = None
    beat: bytes | None = None
    beat_s: int | None = None
    run: bytes | None = None
    asked: bytes | None = None
    asked_s: int | None = None


@dataclass(frozen=True, slots=True)
class Provisional:
    """A report that came by SMS and waits for its frame; columns as in `schema.air_reports`."""

    node: int
    instance: int
    seq: int
    ticket: str
    content: bytes
    came_s: int


def get(connection: Connection, node: int, instance: int) -> AirRow:
    """What is known of an instance; an empty row for one that was never heard."""
    row = connection.execute(
        select(_NODES).where(_NODES.c.node == node, _NODES.c.instance == instance)
    ).first()
    return AirRow(node, instance) if row is None else AirRow(*row)


def change(connection: Connection, node: int, instance: int, **values: Cell) -> AirRow:
    """Set columns of an instance; gives its row."""
    row = get(connection, node, instance)
    if not row.seen:
        start = {"reserved": 0, "highest": 0, "seen": Window().pack(), "form": row.form}
        connection.execute(
            insert(_NODES).values(node=node, instance=instance, **start).on_conflict_do_nothing()
        )
    connection.execute(
        update(_NODES).where(_NODES.c.node == node, _NODES.c.instance == instance).values(**values)
    )
    return get(connection, node, instance)


def reserve(connection: Connection, node: int, instance: int, count: int) -> int:
    """Make so many counters ours for ever; gives the first."""
    first = get(connection, node, instance).reserved + 1
    change(connection, node, instance, reserved=first + count - 1)
    return first


def admit(connection: Connection, node: int, instance: int, counter: int) -> bool:
    """Take a counter of a desa once; False when it came before or is too old."""
    row = get(connection, node, instance)
    after = Window.of(row.highest, row.seen).admit(counter)
    if after is None:
        return False
    change(connection, node, instance, highest=after.highest, seen=after.pack())
    return True


def asking(connection: Connection) -> tuple[AirRow, ...]:
    """Instances whose request for keys waits for a person."""
    rows = connection.execute(select(_NODES).where(_NODES.c.asked.is_not(None)))
    return tuple(AirRow(*row) for row in rows)


def sessions_like(connection: Connection, node: int, marks: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Ids of a desa's sessions that begin with one of these marks."""
    column = schema.session_keys.c.session
    found: list[bytes] = []
    for mark in marks:
        begin = func.substr(column, 1, len(mark))
        query = select(column).where(schema.session_keys.c.node == node, begin == mark)
        found += connection.scalars(query)
    return tuple(found)


def add_part(
    connection: Connection, key: tuple[int, int, int], total: int, number: int, octets: bytes
) -> tuple[bytes, ...]:
    """Keep a part of a report (node, instance, seq); gives all parts once none is missing."""
    node, instance, seq = key
    if total == 1:
        return (octets,)
    place = {"node": node, "instance": instance, "seq": seq, "total": total}
    connection.execute(
        insert(_PARTS).values(**place, number=number, octets=octets).on_conflict_do_nothing()
    )
    here = [_PARTS.c[name] == value for name, value in place.items()]
    query = select(_PARTS.c.octets).where(*here).order_by(_PARTS.c.number)
    parts = tuple(connection.scalars(query))
    if len(parts) < total:
        return ()
    connection.execute(_PARTS.delete().where(*here))
    return parts


def add_report(connection: Connection, came: Provisional) -> bool:
    """Keep a report until its frame comes; False when it is known."""
    result = connection.execute(
        insert(_REPORTS)
        .values(
            node=came.node,
            instance=came.instance,
            seq=came.seq,
            ticket=came.ticket,
            content=came.content,
            came_s=came.came_s,
        )
        .on_conflict_do_nothing()
    )
    return result.rowcount > 0


def landed(connection: Connection, node: int, instance: int, seq: int) -> None:
    """Frames up to an entry have come: what the air said of them is dropped."""
    for statement in (_LANDED, _LANDED_PARTS):
        statement.run(connection, of_node=node, of_instance=instance, last=seq)


def provisional(connection: Connection, node: int | None = None) -> tuple[Provisional, ...]:
    """Reports that wait for their frames, of one desa or of all."""
    query = select(_REPORTS).where(_REPORTS.c.content.is_not(None))
    if node is not None:
        query = query.where(_REPORTS.c.node == node)
    return tuple(Provisional(*row) for row in connection.execute(query))


def add_stray(connection: Connection, pdu: str, came_s: int) -> None:
    """Keep an SMS that is no message of a desa; the same one is kept once, the oldest make room."""
    table = schema.strays
    if connection.execute(select(table.c.id).where(table.c.pdu == pdu)).first() is not None:
        return
    connection.execute(table.insert().values(pdu=pdu, came_s=came_s))
    newest = connection.scalar(select(func.max(table.c.id))) or 0
    connection.execute(table.delete().where(table.c.id <= newest - STRAYS_MAX))


def strays(connection: Connection) -> tuple[tuple[str, int], ...]:
    """PDU and time of such SMS, newest first."""
    table = schema.strays
    rows = connection.execute(select(table.c.pdu, table.c.came_s).order_by(table.c.id.desc()))
    return tuple((row.pdu, row.came_s) for row in rows)
