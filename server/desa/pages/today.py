"""Hari ini, the list of all reports, and the address that says whether something is new."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request

from server import words
from server.desa.pages.place import OFFICER, the_desk
from server.domain.report import Report, Status
from server.web import live
from server.web.guards import needs

blueprint = Blueprint("pages", __name__)
ROWS_A_PAGE: Final = 30
_URGENCIES: Final = ("darurat", "tinggi", "biasa")
_FILTERS: Final = {name: status for status, name in words.STATUS_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Day:
    """What stands on Hari ini.

    Attributes:
        groups: open reports by urgency, the oldest that nobody took first.
        closed: reports that were closed today.
        waiting: how many open reports nobody took; sealed ones are not the desa's to take.
        urgent: how many of these are urgent.
    """

    groups: tuple[tuple[str, tuple[Report, ...]], ...]
    closed: tuple[Report, ...]
    waiting: int
    urgent: int


def sort_day(reports: Iterable[Report], now_s: int, zone: str) -> Day:
    """Sort reports for Hari ini: what nobody took comes first, before that what can be read."""
    kept = tuple(reports)
    open_ = sorted(
        (report for report in kept if report.status is not Status.CLOSED),
        key=lambda report: (report.status, report.locked or report.sealed, report.received_s),
    )
    today = words.local(now_s, zone).date()
    new = [report for report in open_ if report.status is Status.NEW and not report.sealed]
    return Day(
        groups=tuple(
            (urgency, found)
            for urgency in _URGENCIES
            if (found := tuple(report for report in open_ if report.urgency == urgency))
        ),
        closed=tuple(
            report
            for report in kept
            if report.status is Status.CLOSED
            and words.local(report.updated_s, zone).date() == today
        ),
        waiting=len(new),
        urgent=sum(report.urgency == "darurat" for report in new),
    )


def search(reports: Iterable[Report], status: Status | None, wanted: str) -> tuple[Report, ...]:
    """Reports of a state whose number, words or place hold every word of `wanted`."""
    needles = wanted.casefold().split()
    return tuple(
        report
        for report in reports
        if (status is None or report.status is status)
        and all(needle in _haystack(report) for needle in needles)
    )


@blueprint.get("/")
@needs(OFFICER)
def today() -> str:
    """Open reports by urgency."""
    desk = the_desk()
    day = sort_day(desk.reports(), desk.box().now_s, desk.zone)
    return render_template("today.html", day=day)


@blueprint.get("/laporan")
@needs(OFFICER)
def listing() -> str:
    """All reports, newest first, by state and by words."""
    name = request.args.get("keadaan", "")
    wanted = request.args.get("cari", "")[:100].strip()
    page = request.args.get("hal", 1, type=int)
    found = search(the_desk().reports(), _FILTERS.get(name), wanted)
    pages = max(1, -(-len(found) // ROWS_A_PAGE))
    page = min(max(1, page), pages)
    shown = found[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    return render_template(
        "reports.html",
        reports=shown,
        count=len(found),
        page=page,
        pages=pages,
        chosen=name if name in _FILTERS else "",
        wanted=wanted,
        filters=_FILTERS,
    )


@blueprint.get("/segar")
@needs(OFFICER)
def fresh() -> Response:
    """Whether something that pages show has changed."""
    return live.refresh(the_desk().version())


def _haystack(report: Report) -> str:
    if report.locked or report.sealed:
        return report.ticket
    place = (
        f"rt {report.rt:02}" if report.rt else "",
        f"rw {report.rw:02}" if report.rw else "",
        report.dusun or "",
        report.landmark or "",
    )
    category = words.word(words.CATEGORIES, report.category)
    return " ".join((report.ticket, report.text, category, *place)).casefold()
