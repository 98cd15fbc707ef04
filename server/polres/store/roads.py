"""Rows about roads: what each carried in a month, its last contact, and since when a desa lags."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from server.polres.store.prepared import Prepared, where
from server.polres.store.tables import schema

_MONTHS, _CONTACTS, _LAGS = schema.road_months, schema.road_contacts, schema.lags
_MONTH, _CONTACT = insert(_MONTHS), insert(_CONTACTS)
_COUNT = Prepared(
    _MONTH.on_conflict_do_update(
        index_elements=["node", "road", "month"],
        set_={name: _MONTHS.c[name] + _MONTH.excluded[name] for name in ("up", "down")},
    )
)
_TOUCH = Prepared(
    _CONTACT.on_conflict_do_update(
        index_elements=["node", "road"], set_={"last_s": _CONTACT.excluded.last_s}
    )
)
_LAG = Prepared(insert(_LAGS).on_conflict_do_nothing())
_LAG_NO_MORE = Prepared(_LAGS.delete().where(where(_LAGS, "node")))


@dataclass(frozen=True, slots=True)
class RoadRow:
    """One road of a desa: its last contact (seconds since 1970) and the octets of a month."""

    road: str
    last_s: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class LagRow:
    """Entries that a desa announced have not come: since when, and after which one."""

    since_s: int
    base_seq: int


def count(connection: Connection, node: int, road: str, month: int, up: int, down: int) -> None:
    """Add octets to a month."""
    _COUNT.run(connection, node=node, road=road, month=month, up=up, down=down)


def touch(connection: Connection, node: int, road: str, at_s: int) -> None:
    """A desa was heard over a road."""
    _TOUCH.run(connection, node=node, road=road, last_s=at_s)


def every(connection: Connection, month: int) -> dict[int, tuple[RoadRow, ...]]:
    """By desa the roads that it was heard over, the latest first."""
    rows = connection.execute(
        select(_CONTACTS.c.node, _CONTACTS.c.road, _CONTACTS.c.last_s, _MONTHS.c.up, _MONTHS.c.down)
        .outerjoin(
            _MONTHS,
            (_MONTHS.c.node == _CONTACTS.c.node)
            & (_MONTHS.c.road == _CONTACTS.c.road)
            & (_MONTHS.c.month == month),
        )
        .order_by(_CONTACTS.c.node, _CONTACTS.c.last_s.desc(), _CONTACTS.c.road)
    )
    found: dict[int, tuple[RoadRow, ...]] = {}
    for node, road, last_s, up, down in rows:
        found[node] = (*found.get(node, ()), RoadRow(road, last_s, up or 0, down or 0))
    return found


def lags(connection: Connection) -> dict[int, LagRow]:
    """The desas that lag."""
    rows = connection.execute(select(_LAGS.c.node, _LAGS.c.since_s, _LAGS.c.base_seq))
    return {node: LagRow(since_s, base_seq) for node, since_s, base_seq in rows}


def lags_from(connection: Connection, node: int, since_s: int, base_seq: int) -> None:
    """A desa begins to lag; when it does already, the earlier moment stays."""
    _LAG.run(connection, node=node, since_s=since_s, base_seq=base_seq)


def lags_no_more(connection: Connection, node: int) -> None:
    """Everything that a desa announced is here."""
    _LAG_NO_MORE.run(connection, of_node=node)
