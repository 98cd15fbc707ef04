"""What the checks look at: both sides' tables at the end of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from server import lookup
from server.domain.report import ERASED, Report, Status
from server.polres import lookup as polres_lookup
from server.polres.district import District
from server.polres.lookup import ReportLine
from server.polres.store.journals import PolresStore
from server.simulation.world.air import Text
from server.simulation.world.box import Box
from server.simulation.world.template import code_of
from server.simulation.world.world import World
from sync.chain import LogId, follow, genesis
from sync.entry import Entry
from sync.errors import SyncError
from sync.store import SqliteStore

SAME = "SMS yang sama"
_MANY = 100_000


@dataclass(frozen=True, slots=True)
class Side:
    """A report as one side shows it."""

    ticket: str
    text: str
    sealed: bool
    merged: bool
    report: Report


def owed(world: World, box: Box, sort: str) -> list[Text]:
    """Texts of a sort that a box's modem took whole, and that no lost card took away."""
    return [
        one
        for one in world.air.texts
        if one.box == box.number and one.sort == sort and one.came >= set(one.pdus) and one.sure
    ]


def written(world: World, box: Box, sort: str) -> set[str]:
    """All texts of a sort that were ever written to a box."""
    return {one.words for one in world.air.texts if one.box == box.number and one.sort == sort}


def at_desa(box: Box) -> list[Side]:
    """Reports as the box shows them."""
    return [_side(one) for one in lookup.reports(box.node.projection.db)]


def at_polres(world: World, box: Box) -> list[Side]:
    """Reports of a box as the Polres shows them."""
    return [_side(line.report) for line in lines(world, box)]


def awaits_keys(box: Box) -> bool:
    """Whether an officer who came back with his card still waits for keys of earlier sessions."""
    db = box.node.database.connection
    return db.execute("select 1 from lost limit 1").fetchone() is not None


def awaited(world: World, box: Box) -> set[str]:
    """Texts that such keys will show: the Polres has them, and the box has them locked."""
    if not awaits_keys(box):
        return set()
    locked = {one.ticket for one in at_desa(box) if one.report.locked}
    return {one.text for one in at_polres(world, box) if one.ticket in locked}


def lines(world: World, box: Box) -> tuple[ReportLine, ...]:
    """The same with what the Polres knows of them."""
    wanted = polres_lookup.ReportFilter(code=code_of(box.number), limit=_MANY)
    return polres_lookup.search(world.polres.district, wanted)


def _side(report: Report) -> Side:
    merged = (report.result or "").startswith(SAME)
    return Side(report.ticket, report.text, report.sealed, merged, report)


def has_erased(box: Box) -> bool:
    """Whether the rules of retention gave up anything at a box."""
    return any(one.report.category == ERASED for one in at_desa(box))


def closed(world: World, box: Box) -> set[str]:
    """Texts of reports that the Polres knows as closed."""
    found = at_polres(world, box)
    return {one.text for one in found if one.report.status is Status.CLOSED}


def up_log(box: Box) -> tuple[LogId, tuple[Entry, ...]]:
    """A box's own log."""
    log_id = box.node.ledger.log_id
    return log_id, box_entries(box, log_id)


def box_entries(box: Box, log_id: LogId) -> tuple[Entry, ...]:
    """What a box holds of a log."""
    store = SqliteStore(box.node.database.connection)
    return store.entries(log_id, 1, store.head(log_id).seq)


def polres_entries(district: District, log_id: LogId) -> tuple[Entry, ...]:
    """What the Polres holds of a log."""
    with district.read() as connection:
        store = PolresStore(connection)
        return store.entries(log_id, 1, store.head(log_id).seq)


def unbroken(log_id: LogId, entries: Sequence[Entry]) -> bool:
    """Whether they continue each other from the log's beginning."""
    try:
        follow(log_id, genesis(log_id), entries)
    except SyncError:
        return False
    return True


def is_plain(world: World) -> bool:
    """Whether nothing was ever set back or copied in this world."""
    return not world.polres.restores and not any(box.copies or box.stolen for box in world.boxes)
