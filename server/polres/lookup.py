"""What pages and commands read: desas, reports, their history and the journeys of orders."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from server.card import node_code, node_number
from server.domain.evolve import LineKind
from server.domain.report import Report, Status, Trust
from server.polres.backlog.hearing import month
from server.polres.backlog.told import NOTHING, Lag, Lags
from server.polres.district import District
from server.polres.down.orders import known
from server.polres.restores.family import flags
from server.polres.store import air, nodes, reports, restores
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from server.polres.store.reports import ContactRow, Kept, OrderRow, TextRow
from sync.chain import LogId
from sync.entry import Log
from sync.message import State
from sync.session import fingerprint

STATUS_WORDS: Final = {
    Status.NEW: "baru",
    Status.TAKEN: "diambil",
    Status.FORWARDED: "diteruskan",
    Status.CLOSED: "selesai",
}
_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """An officer's request that waits for a person; `fingerprint` is what both ends compare."""

    name: str
    fingerprint: str
    instance: int
    seq: int
    asked_s: int


@dataclass(frozen=True, slots=True)
class DesaLine:
    """One desa on the district's screen.

    Attributes:
        last_contact_s: seconds since 1970; None before its card was used.
        backlog: entries that the desa announced and that have not come yet.
        states: what is unusual about it, in Indonesian; empty when all is well.
        keys_reason: why a person must be asked before keys are returned; None when not.
        officers_waiting: requests of officers who wait for a person's leave.
        heard_s: when its box was last heard by SMS, seconds since 1970; None for never.
        lag: since when entries are missing, how far a catch-up is, and by which roads.
    """

    code: str
    name: str
    last_contact_s: int | None
    backlog: int
    reports_open: int
    reports_urgent: int
    states: tuple[str, ...]
    keys_waiting: bool
    keys_reason: str | None
    officers_waiting: tuple[Waiting, ...]
    heard_s: int | None = None
    lag: Lag = NOTHING


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report with its desa.

    Attributes:
        flagged: it came from a box after that was replaced or reported stolen.
        by_air: it came by SMS, and its frame has not come yet.
        instance: of the log which began it: two logs may have drawn the same number.
    """

    code: str
    desa: str
    report: Report
    flagged: bool
    by_air: bool = False
    instance: int = 0


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports are wanted; what is not given does not matter."""

    code: str | None = None
    status: Status | None = None
    urgency: str | None = None
    text: str = ""
    limit: int = _LIMIT


_ALL: Final = ReportFilter()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a report's history; `order` holds the journey of an order of the Polres."""

    kind: str
    by: str | None
    text: str
    at_s: int
    trust: Trust
    order: OrderRow | None = None


def desa_list(district: District, now_s: int = 0) -> tuple[DesaLine, ...]:
    """All desas by code; `now_s` (seconds since 1970) says which month is this one."""
    with district.read() as connection:
        counts = reports.open_counts(connection)
        lags = Lags(connection, month(district, now_s))
        return tuple(_desa(connection, node, counts, lags) for node in nodes.every(connection))


def desa(district: District, code: str, now_s: int = 0) -> DesaLine:
    """One desa.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
    """
    with district.read() as connection:
        counts = reports.open_counts(connection)
        lags = Lags(connection, month(district, now_s))
        return _desa(connection, known(connection, code), counts, lags)


def search(district: District, wanted: ReportFilter = _ALL) -> tuple[ReportLine, ...]:
    """Reports that fit the filter, newest first."""
    with district.read() as connection:
        rows = {node.node: node for node in nodes.every(connection)}
        found = reports.search(
            connection,
            node=None if wanted.code is None else node_number(wanted.code),
            status=wanted.status,
            urgency=wanted.urgency,
            text=wanted.text,
            limit=wanted.limit,
        )
        marks = {number: flags(connection, number) for number in {kept.node for kept in found}}
        by_air = _by_air(connection)
        return tuple(_line(rows[kept.node], kept, marks[kept.node], by_air) for kept in found)


def report(district: District, code: str, ticket: str) -> ReportLine | None:
    """One report.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
    """
    with district.read() as connection:
        node = known(connection, code)
        kept = reports.find(connection, node.node, ticket)
        if kept is None:
            return None
        return _line(node, kept, flags(connection, node.node), _by_air(connection, node.node))


def history(district: District, code: str, ticket: str) -> tuple[Step, ...]:
    """The history of a report with the journeys of the orders about it, as things happened.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
    """
    with district.read() as connection:
        node = known(connection, code)
        orders = reports.orders(connection, node.node, ticket)
        lines = [
            Step(row.kind, row.by, row.text, row.at_s, Trust(row.trust))
            for row in reports.lines(connection, node.node, ticket)
            if row.kind != LineKind.ORDER_DONE
        ]
    return _in_order(lines, [_ordered(order) for order in orders])


def _ordered(order: OrderRow) -> Step:
    answer = order.kind == "answer"
    kind = LineKind.ANSWER_ORDERED if answer else LineKind.STATUS_ORDERED
    text = order.text if answer else f"{order.kind} {order.text}".strip()
    return Step(kind, order.by, text, order.made_s, Trust.NETWORK, order)


def _in_order(lines: list[Step], orders: list[Step]) -> tuple[Step, ...]:
    """The desa's lines in the order of its journal, our orders between them by time.

    The desa's clock may be wrong or set back, so its lines never change places; an order comes
    after the report's first line, and before lines of the same second.
    """
    placed: list[tuple[int, int, Step]] = []
    reached_s = lines[0].at_s if lines else 0
    placed += [(max(order.at_s, reached_s), 1, order) for order in orders]
    for number, step in enumerate(lines):
        reached_s = max(reached_s, step.at_s)
        placed.append((reached_s, 2 if number else 0, step))
    return tuple(step for _, _, step in sorted(placed, key=lambda one: one[:2]))


def texts(district: District, code: str, limit: int = _LIMIT) -> tuple[TextRow, ...]:
    """Texts and calls of a desa that are no reports, newest first.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
    """
    with district.read() as connection:
        return reports.texts(connection, known(connection, code).node, limit)


def contacts(district: District, code: str) -> tuple[ContactRow, ...]:
    """The phone book of a desa.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
    """
    with district.read() as connection:
        return reports.contacts(connection, known(connection, code).node)


def etag(district: District) -> str:
    """A word that changes whenever anything shown changes."""
    with district.read() as connection:
        era = nodes.counter(connection, "era")
        return f"{era}-{nodes.counter(connection, 'changes')}"


def reports_json(district: District) -> tuple[dict[str, str | int | None], ...]:
    """Every report as a flat object, by desa and number; times in ISO 8601, UTC."""
    with district.read() as connection:
        found = reports.search(connection)
    ordered = sorted(found, key=lambda kept: (kept.node, kept.instance, kept.report.seq))
    return tuple(
        {
            "desa": node_code(kept.node),
            "seq": kept.report.seq,
            "ticket": kept.report.ticket,
            "sender": kept.report.sender,
            "text": kept.report.text,
            "category": kept.report.category,
            "urgency": kept.report.urgency,
            "status": STATUS_WORDS[kept.report.status],
            "sent_at": _iso(kept.report.sent_s),
            "received_at": _iso(kept.report.received_s),
        }
        for kept in ordered
    )


def _desa(
    connection: Connection, node: Node, counts: dict[int, tuple[int, int]], lags: Lags
) -> DesaLine:
    held = PolresStore(connection).head(LogId(node.node, Log.UP, node.instance)).seq
    open_count, urgent_count = counts.get(node.node, (0, 0))
    waiting = nodes.waiting_officers(connection, node.node)
    return DesaLine(
        code=node_code(node.node),
        name=node.name,
        last_contact_s=node.last_contact_s,
        backlog=max(0, node.announced_seq - held),
        reports_open=open_count,
        reports_urgent=urgent_count,
        states=_states(
            node,
            nodes.forks(connection, node.node, node.instance),
            asking=any(one.state == "waiting" for one in restores.claims(connection, node.node)),
        ),
        keys_waiting=node.keys_reason is not None and node.revoked_s is None,
        keys_reason=node.keys_reason,
        officers_waiting=tuple(
            Waiting(row.name, fingerprint(row.key), row.instance, row.seq, row.asked_s)
            for row in waiting
        ),
        heard_s=air.get(connection, node.node, node.instance).heard_s,
        lag=lags.of(node, held),
    )


def _states(node: Node, forks: int, *, asking: bool) -> tuple[str, ...]:
    words = []
    if asking:
        words.append("kotak minta izin melanjutkan")
    if node.public is None:
        words.append("kartu belum dipakai")
    if node.revoked_s is not None:
        words.append("dilaporkan hilang")
    if forks:
        words.append("kartu disalin")
    if node.state == State.RESTORED_CARD:
        words.append("kartu lama dipasang lagi")
    return tuple(words)


def _by_air(connection: Connection, node: int | None = None) -> frozenset[tuple[int, int, str]]:
    """Node, instance and ticket of the reports that wait for their frames."""
    waiting = air.provisional(connection, node)
    return frozenset((came.node, came.instance, came.ticket) for came in waiting)


def _line(
    node: Node, kept: Kept, apart: dict[int, int], by_air: frozenset[tuple[int, int, str]]
) -> ReportLine:
    first = apart.get(kept.instance)
    flagged = first is not None and kept.report.seq >= first
    waits = (kept.node, kept.instance, kept.report.ticket) in by_air
    code = node_code(node.node)
    return ReportLine(code, node.name, kept.report, flagged, waits, kept.instance)


def _iso(time_s: int | None) -> str | None:
    return None if time_s is None else datetime.fromtimestamp(time_s, UTC).isoformat()
