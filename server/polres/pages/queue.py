"""The queue of reports of all desas, and the addresses that say whether something is new."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, jsonify, render_template, request

from server.card import BadDesaCode, node_code, node_number
from server.domain.report import Status
from server.polres import lookup
from server.polres.district import District
from server.polres.lookup import DesaLine, ReportFilter, ReportLine
from server.polres.pages.forms import SEARCH_CHARACTERS, one_line
from server.polres.pages.health import Health, health
from server.polres.pages.place import READERS, now_s, the_district
from server.web import live
from server.web.guards import needs

blueprint = Blueprint("queue", __name__)
ROWS: Final = 60
URGENT_MAX: Final = 99
_OPEN: Final = (Status.NEW, Status.TAKEN, Status.FORWARDED)
STATES: Final[dict[str, tuple[str, tuple[Status, ...]]]] = {
    "": ("Belum selesai", _OPEN),
    "baru": ("Belum diambil", (Status.NEW,)),
    "diambil": ("Diambil", (Status.TAKEN,)),
    "diteruskan": ("Diteruskan", (Status.FORWARDED,)),
    "selesai": ("Selesai", (Status.CLOSED,)),
    "semua": ("Semua", tuple(Status)),
}
URGENCIES: Final = ("darurat", "tinggi", "biasa")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the queue shows, as it stands in the address; empty words do not matter."""

    desa: str = ""
    keadaan: str = ""
    tingkat: str = ""
    cari: str = ""

    def query(self) -> dict[str, str]:
        """The parameters of the address that shows the same."""
        named = {
            "desa": self.desa,
            "keadaan": self.keadaan,
            "tingkat": self.tingkat,
            "cari": self.cari,
        }
        return {name: value for name, value in named.items() if value}

    def of(self, desa: str) -> dict[str, str]:
        """The parameters of the address that shows the same of one desa, or of all for ""."""
        return replace(self, desa=desa).query()


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands in the panes beside a report.

    Attributes:
        queue: reports that are wanted, open urgent ones first, then the newest.
        more: there are more than are shown.
        urgent: how many urgent reports nobody took, in all desas.
    """

    wanted: Wanted
    desas: tuple[tuple[DesaLine, Health], ...]
    queue: tuple[ReportLine, ...]
    more: bool
    urgent: int
    version: str


def wanted_from(args: dict[str, str]) -> Wanted:
    """Read the parameters of an address; what is not understood does not matter."""
    state, urgency = args.get("keadaan", ""), args.get("tingkat", "")
    try:
        desa = node_code(node_number(args.get("desa", "")))
    except BadDesaCode:
        desa = ""
    return Wanted(
        desa=desa,
        keadaan=state if state in STATES else "",
        tingkat=urgency if urgency in URGENCIES else "",
        cari=one_line(args.get("cari", "")[:SEARCH_CHARACTERS]),
    )


def order_queue(found: Iterable[ReportLine]) -> tuple[ReportLine, ...]:
    """Each report once: urgent ones that are open on top, then the rest, newest first in both."""
    once = {(line.code, line.report.ticket, line.instance): line for line in found}
    return tuple(
        sorted(once.values(), key=lambda line: (not _burns(line), -line.report.received_s))
    )


def desk_of(district: District, wanted: Wanted, moment_s: int) -> Desk:
    """The panes as they are now; the version is read first, so that no change is missed."""
    version = lookup.etag(district)
    kept = _search(district, wanted)
    return Desk(
        wanted=wanted,
        desas=tuple(
            (line, health(line, moment_s)) for line in lookup.desa_list(district, moment_s)
        ),
        queue=kept[:ROWS],
        more=len(kept) > ROWS,
        urgent=urgent_count(district),
        version=version,
    )


def urgent_count(district: District) -> int:
    """How many urgent reports nobody took; counted up to `URGENT_MAX`."""
    asked = ReportFilter(status=Status.NEW, urgency="darurat", limit=URGENT_MAX)
    return len(lookup.search(district, asked))


def desk() -> Desk:
    """The panes for the address that was called."""
    return desk_of(the_district(), wanted_from(request.args.to_dict()), now_s())


@blueprint.get("/")
@needs(*READERS)
def show() -> str:
    """The queue."""
    return render_template("queue.html", desk=desk(), pane="queue")


@blueprint.get("/segar")
@needs(*READERS)
def fresh() -> Response:
    """Whether something that pages show has changed."""
    return live.refresh(lookup.etag(the_district()))


@blueprint.get("/jaga")
@needs(*READERS)
def watch() -> Response:
    """How many urgent reports nobody took: for the title of a page that lies in the background."""
    return jsonify(darurat=urgent_count(the_district()))


def _search(district: District, wanted: Wanted) -> tuple[ReportLine, ...]:
    asked = ReportFilter(
        code=wanted.desa or None,
        urgency=wanted.tingkat or None,
        text=wanted.cari,
        limit=ROWS + 1,
    )
    found: list[ReportLine] = []
    for status in STATES[wanted.keadaan][1]:
        found += lookup.search(district, replace(asked, status=status))
        if not wanted.tingkat and status in _OPEN:
            # Old urgent ones must not fall out of sight behind many new ones.
            found += lookup.search(district, replace(asked, status=status, urgency="darurat"))
    return order_queue(found)


def _burns(line: ReportLine) -> bool:
    return line.report.urgency == "darurat" and line.report.status in _OPEN
