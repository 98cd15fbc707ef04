"""Rows of the projection: reports, history, texts, contacts and the journeys of orders."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from server.domain.report import Report, Status
from server.polres.store.prepared import Prepared, where
from server.polres.store.tables import projected, schema
from sync.entry import Header, Log

_REPORTS, _HISTORY, _OUTGOING = projected.reports, projected.history, projected.outgoing
_ORDERS, _TEXTS, _CONTACTS = projected.orders, projected.texts, projected.contacts
_ENTRIES = schema.entries
_REPORT_COLUMNS = tuple(_REPORTS.columns.keys())
_YES = tuple(column.name for column in _REPORTS.columns if isinstance(column.type, Boolean))
_SEQ_MAX: Final = 2**63 - 1
_REPORT_FIELDS = tuple(field.name for field in fields(Report))
_SEARCHED = ("ticket", "sender", "text", "category", "dusun", "landmark", "officer")
Key = tuple[int, int, int]
"""Node, instance and number of an entry."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A report with its place: desa, and the instance of the log that began it."""

    node: int
    instance: int
    report: Report


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of the history; columns as in `projected.history`."""

    node: int
    instance: int
    seq: int
    ticket: str | None
    kind: str
    at_s: int
    trust: int
    by: str | None
    text: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order and how far it came; columns as in `projected.orders`."""

    node: int
    instance: int
    seq: int
    ticket: str
    kind: str
    text: str
    by: str
    made_s: int
    expires_s: int
    reached_desa_s: int | None
    outcome: str | None
    sms_outcome: str | None


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text that is no report; columns as in `projected.texts`."""

    node: int
    instance: int
    seq: int
    sender: str
    text: str
    reason: str
    received_s: int


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A line of a desa's phone book."""

    node: int
    name: str
    role: str
    number: str


_LINE_FIELDS = tuple(field.name for field in fields(LineRow))
# Statements of every entry are put together once: that costs more than to carry them out.
_FIND = Prepared(
    select(_REPORTS)
    .where(where(_REPORTS, "node", "ticket"))
    .order_by(_REPORTS.c.instance.desc())
    .limit(1)
)
_FIND_IN = Prepared(
    select(_REPORTS).where(
        where(_REPORTS, "node", "ticket", "instance"),
        _REPORTS.c.seq.between(bindparam("first"), bindparam("last")),
    )
)
_SAME = Prepared(
    select(_REPORTS)
    .where(where(_REPORTS, "node", "sender", "sent_s", "text"))
    .order_by(_REPORTS.c.instance, _REPORTS.c.seq)
)
_INSERT, _SENT = insert(_REPORTS), insert(_OUTGOING)
_PUT = Prepared(
    _INSERT.on_conflict_do_update(
        index_elements=["node", "instance", "ticket"],
        set_={name: _INSERT.excluded[name] for name in _REPORT_FIELDS},
    )
)
_ADD_LINE = Prepared(_HISTORY.insert())
_OPEN = Prepared(
    select(_ENTRIES.c.header)
    .join(
        _HISTORY,
        and_(
            _HISTORY.c.node == _ENTRIES.c.node,
            _HISTORY.c.instance == _ENTRIES.c.instance,
            _HISTORY.c.seq == _ENTRIES.c.seq,
        ),
    )
    .join(
        _REPORTS,
        and_(_REPORTS.c.node == _HISTORY.c.node, _REPORTS.c.ticket == _HISTORY.c.ticket),
    )
    .where(
        where(_ENTRIES, "node"),
        _ENTRIES.c.log == int(Log.UP),
        _REPORTS.c.status != int(Status.CLOSED),
    )
    .distinct()
)
_LOCKED = Prepared(
    select(_HISTORY.c.seq)
    .where(where(_HISTORY, "node"), _HISTORY.c.kind == "sealed", _HISTORY.c.text == "locked")
    .limit(1)
)
_PUT_OUTGOING = Prepared(
    _SENT.on_conflict_do_update(
        index_elements=["node", "ticket", "notice"],
        set_={name: _SENT.excluded[name] for name in ("outcome", "at_s")},
    )
)
_ORDERS_OF = Prepared(
    select(_ORDERS).where(where(_ORDERS, "node")).order_by(_ORDERS.c.instance, _ORDERS.c.seq)
)


def clear(connection: Connection, node: int) -> None:
    """Throw away the projection of one desa."""
    for table in projected.PROJECTION:
        connection.execute(table.delete().where(table.c.node == node))


def find(connection: Connection, node: int, ticket: str) -> Kept | None:
    """The report with a ticket; the newest instance when there were several."""
    row = _FIND.first(connection, of_node=node, of_ticket=ticket)
    return None if row is None else _kept(row)


def find_in(
    connection: Connection, node: int, ticket: str, instance: int, span: tuple[int, int | None]
) -> Kept | None:
    """The report with a ticket that one log began, by an entry from `span[0]` to `span[1]`."""
    first, last = span[0], _SEQ_MAX if span[1] is None else span[1]
    place = {"of_node": node, "of_ticket": ticket, "of_instance": instance}
    row = _FIND_IN.first(connection, **place, first=first, last=last)
    return None if row is None else _kept(row)


def same_text(connection: Connection, node: int, report: Report) -> tuple[Kept, ...]:
    """Reports of a desa with the same text of the same sender, stamped with the same second."""
    if report.sender is None or report.sent_s is None:
        return ()
    text = {"of_sender": report.sender, "of_sent_s": report.sent_s, "of_text": report.text}
    return tuple(_kept(row) for row in _SAME.run(connection, of_node=node, **text))


def search(
    connection: Connection,
    *,
    node: int | None = None,
    status: Status | None = None,
    urgency: str | None = None,
    text: str = "",
    limit: int | None = None,
) -> tuple[Kept, ...]:
    """Reports that fit all that is given, newest first; `text` is looked for in every word."""
    chosen = select(_REPORTS)
    if node is not None:
        chosen = chosen.where(_REPORTS.c.node == node)
    if status is not None:
        chosen = chosen.where(_REPORTS.c.status == int(status))
    if urgency is not None:
        chosen = chosen.where(_REPORTS.c.urgency == urgency)
    for word in text.split():
        columns = (_REPORTS.c[name] for name in _SEARCHED)
        chosen = chosen.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    order = (_REPORTS.c.received_s.desc(), _REPORTS.c.node, _REPORTS.c.seq.desc())
    rows = connection.execute(chosen.order_by(*order).limit(limit))
    return tuple(_kept(row) for row in rows)


def open_counts(connection: Connection) -> dict[int, tuple[int, int]]:
    """(open, open and urgent) reports of each desa that has any."""
    urgent = func.sum(case((_REPORTS.c.urgency == "darurat", 1), else_=0))
    rows = connection.execute(
        select(_REPORTS.c.node, func.count(), urgent)
        .where(_REPORTS.c.status != int(Status.CLOSED))
        .group_by(_REPORTS.c.node)
    )
    return {node: (count, urgent_count) for node, count, urgent_count in rows}


def put(connection: Connection, kept: Kept) -> None:
    """Write a report in place of what stood there."""
    values = {name: getattr(kept.report, name) for name in _REPORT_FIELDS}
    values |= {"status": int(kept.report.status), "urgency": str(kept.report.urgency)}
    values |= {"category": str(kept.report.category), "node": kept.node, "instance": kept.instance}
    _PUT.run(connection, **values)


def add_line(connection: Connection, line: LineRow) -> None:
    """Add a line of the history."""
    _ADD_LINE.run(connection, **{name: getattr(line, name) for name in _LINE_FIELDS})


def lines(connection: Connection, node: int, ticket: str) -> tuple[LineRow, ...]:
    """The history of a report, in the order of its entries."""
    rows = connection.execute(
        select(_HISTORY)
        .where(_HISTORY.c.node == node, _HISTORY.c.ticket == ticket)
        .order_by(_HISTORY.c.instance, _HISTORY.c.seq)
    )
    return tuple(LineRow(*row) for row in rows)


def open_entries(connection: Connection, node: int) -> tuple[Header, ...]:
    """Headers of a desa's entries about its reports that are not closed."""
    return tuple(Header.unpack(packed) for (packed,) in _OPEN.run(connection, of_node=node))


def has_locked(connection: Connection, node: int) -> bool:
    """Whether the projection of a desa holds entries whose session key was missing."""
    return _LOCKED.first(connection, of_node=node) is not None


def put_outgoing(
    connection: Connection, node: int, ticket: str, notice: str, *, outcome: str, at_s: int
) -> None:
    """How far a text to the villager came."""
    values = {"ticket": ticket, "notice": notice, "outcome": outcome, "at_s": at_s}
    _PUT_OUTGOING.run(connection, node=node, **values)


def outgoing(connection: Connection, node: int, ticket: str) -> tuple[tuple[str, str, int], ...]:
    """(notice, outcome, time) of the texts to the villager, oldest first."""
    rows = connection.execute(
        select(_OUTGOING.c.notice, _OUTGOING.c.outcome, _OUTGOING.c.at_s)
        .where(_OUTGOING.c.node == node, _OUTGOING.c.ticket == ticket)
        .order_by(_OUTGOING.c.at_s, _OUTGOING.c.notice)
    )
    return tuple((row.notice, row.outcome, row.at_s) for row in rows)


def put_contact(connection: Connection, contact: ContactRow) -> None:
    """Write a line of the phone book; an empty number removes it."""
    connection.execute(
        _CONTACTS.delete().where(_CONTACTS.c.node == contact.node, _CONTACTS.c.name == contact.name)
    )
    if contact.number:
        connection.execute(
            _CONTACTS.insert().values(
                node=contact.node, name=contact.name, role=contact.role, number=contact.number
            )
        )


def contacts(connection: Connection, node: int) -> tuple[ContactRow, ...]:
    """The phone book of a desa by name."""
    rows = connection.execute(
        select(_CONTACTS).where(_CONTACTS.c.node == node).order_by(_CONTACTS.c.name)
    )
    return tuple(ContactRow(*row) for row in rows)


def add_text(connection: Connection, text: TextRow) -> None:
    """Keep a text that is no report."""
    connection.execute(_TEXTS.insert().values(**asdict(text)))


def texts(connection: Connection, node: int, limit: int) -> tuple[TextRow, ...]:
    """Texts of a desa that are no reports, newest first."""
    rows = connection.execute(
        select(_TEXTS)
        .where(_TEXTS.c.node == node)
        .order_by(_TEXTS.c.instance.desc(), _TEXTS.c.seq.desc())
        .limit(limit)
    )
    return tuple(TextRow(*row) for row in rows)


def add_order(connection: Connection, order: OrderRow) -> None:
    """Note an order that was written into our log."""
    connection.execute(
        _ORDERS.insert().values(
            node=order.node,
            instance=order.instance,
            seq=order.seq,
            ticket=order.ticket,
            kind=order.kind,
            text=order.text,
            by=order.by,
            made_s=order.made_s,
            expires_s=order.expires_s,
        )
    )


def close_order(connection: Connection, key: Key, outcome: str, reached_s: int) -> None:
    """The desa's receipt for an order; the first one says when it reached the desa."""
    order = connection.execute(select(_ORDERS).where(_order_is(key))).first()
    if order is not None:
        reached_s = reached_s if order.reached_desa_s is None else order.reached_desa_s
        connection.execute(
            update(_ORDERS).where(_order_is(key)).values(outcome=outcome, reached_desa_s=reached_s)
        )


def set_order_sms(connection: Connection, key: Key, outcome: str) -> None:
    """How far the text that an order caused has come."""
    connection.execute(update(_ORDERS).where(_order_is(key)).values(sms_outcome=outcome))


def orders(connection: Connection, node: int, ticket: str | None = None) -> tuple[OrderRow, ...]:
    """Orders to a desa, oldest first; of one report when a ticket is named."""
    found = (OrderRow(*row) for row in _ORDERS_OF.run(connection, of_node=node))
    return tuple(one for one in found if ticket in (None, one.ticket))


def _order_is(key: Key) -> ColumnElement[bool]:
    node, instance, seq = key
    return and_(_ORDERS.c.node == node, _ORDERS.c.instance == instance, _ORDERS.c.seq == seq)


def _kept(row: Sequence[Any]) -> Kept:
    values = dict(zip(_REPORT_COLUMNS, row, strict=True))
    node, instance = values.pop("node"), values.pop("instance")
    values["status"] = Status(values["status"])
    values |= {name: bool(values[name]) for name in _YES}
    return Kept(node, instance, Report(**values))
