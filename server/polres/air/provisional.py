"""Urgent reports by SMS among those of the journals, until their frames come."""

from dataclasses import replace

from server.air import reports as said
from server.domain.reading.labels import Urgency
from server.domain.report import Status
from server.polres.store import air, reports
from server.polres.store.air import Provisional
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.reports import Kept
from sync.airtime.reports import AirReport, join
from sync.chain import LogId
from sync.entry import Log
from sync.errors import MalformedFrame


def show(
    connection: Connection, node: int, instance: int, report: AirReport, pieces: tuple[bytes, ...],
    now_s: int,
) -> bool:  # fmt: skip
    """Keep and show a report that came by SMS; False when its frame or itself came before.

    Raises:
        MalformedFrame: it names no ticket that there can be.
    """
    shown = said.shown(report)
    if report.seq <= PolresStore(connection).head(LogId(node, Log.UP, instance)).seq:
        return False
    came = Provisional(node, instance, report.seq, shown.ticket, b"".join(pieces), now_s)
    if not air.add_report(connection, came):
        return False
    _put(connection, node, instance, report)
    return True


def restore(connection: Connection, node: int) -> None:
    """Show them again after the projection of a desa was folded anew."""
    for came in air.provisional(connection, node):
        try:
            _put(connection, node, came.instance, join(came.seq, (came.content,)))
        except MalformedFrame:
            continue


def _put(connection: Connection, node: int, instance: int, report: AirReport) -> None:
    """Put it where its frame will put it; of a report that is open it changes only the words."""
    shown = said.shown(report)
    kept = reports.find(connection, node, shown.ticket)
    same = kept is not None and kept.instance == instance
    if kept is None or not same or kept.report.status is Status.CLOSED:
        reports.put(connection, Kept(node, instance, shown))
        return
    if kept.report.sealed:
        return
    after = replace(
        kept.report,
        urgency=str(Urgency.DARURAT),
        locked=False,
        sender=shown.sender,
        text=shown.text,
        category=shown.category,
        rt=shown.rt,
        rw=shown.rw,
    )
    reports.put(connection, Kept(node, instance, after))
