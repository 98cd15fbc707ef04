"""SMS keluar: every outgoing text with its state and, in plain words, the reason for it."""

from typing import Final

from flask import Blueprint, render_template, request

from server import words
from server.desa.desk import OutboxLine
from server.desa.pages.place import OFFICER, the_desk
from server.web.guards import needs
from sms.outbox import State

blueprint = Blueprint("outbox", __name__, url_prefix="/keluar")
ROWS_A_PAGE: Final = 30
FILTERS: Final = {
    "menunggu": ("Menunggu", (State.QUEUED, State.RESERVED, State.SUBMITTING, State.UNKNOWN)),
    "terkirim": ("Terkirim", (State.SENT,)),
    "sampai": ("Sampai", (State.DELIVERED,)),
    "ditahan": ("Ditahan", (State.WITHHELD,)),
    "kedaluwarsa": ("Kedaluwarsa", (State.EXPIRED,)),
    "gagal": ("Gagal", (State.FAILED,)),
}
_MARKS: Final = {
    State.SENT: "taken",
    State.DELIVERED: "closed",
    State.WITHHELD: "bad",
    State.EXPIRED: "bad",
    State.FAILED: "bad",
}
_NAMES: Final = {
    State.RESERVED: "sedang dikirim",
    State.SUBMITTING: "sedang dikirim",
    State.UNKNOWN: "mungkin terkirim",
    State.SENT: "terkirim",
    State.DELIVERED: "sampai",
    State.WITHHELD: "ditahan",
    State.EXPIRED: "kedaluwarsa",
    State.FAILED: "gagal",
}
_UNDELIVERED: Final = "jaringan tidak dapat mengantarkannya"


@blueprint.get("")
@needs(OFFICER)
def show() -> str:
    """The newest outgoing texts, all or those in one state."""
    wanted = request.args.get("keadaan", "")
    chosen = wanted if wanted in FILTERS else ""
    found = the_desk().outbox(FILTERS[chosen][1] if chosen else ())
    readable = [line for line in found if not line.official]
    pages = max(1, -(-len(readable) // ROWS_A_PAGE))
    page = min(max(1, request.args.get("hal", 1, type=int)), pages)
    return render_template(
        "outbox.html",
        lines=readable[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE],
        count=len(readable),
        page=page,
        pages=pages,
        sealed=len(found) - len(readable),
        chosen=chosen,
        filters={name: title for name, (title, _) in FILTERS.items()},
        told=lambda line: told(line, the_desk().zone),
        mark=lambda line: _MARKS.get(line.state, "new"),
        state_name=lambda line: _NAMES.get(line.state, "menunggu"),
    )


def told(line: OutboxLine, zone: str) -> str:
    """What became of a text and when: "terkirim 08.46, sampai 08.47", "ditahan: ...".

    Times are known of this run alone; of older texts the day on which they were written stands
    beside.
    """

    def at(word: str, at_s: int | None) -> str:
        return word if at_s is None else f"{word} {words.local(at_s, zone):%H.%M}"

    match line.state:
        case State.SENT:
            return at("terkirim", line.sent_s)
        case State.DELIVERED if line.sent_s is not None:
            return f"{at('terkirim', line.sent_s)}, {at('sampai', line.arrived_s)}"
        case State.DELIVERED:
            return at("sampai", line.arrived_s)
        case State.RESERVED | State.SUBMITTING:
            return line.reason
        case State.FAILED:
            return f"gagal: {line.reason or _UNDELIVERED}"
        case State.UNKNOWN:
            return f"mungkin terkirim, diulang sekali; {line.reason}"
        case State.QUEUED if line.reason.startswith("menunggu"):
            return line.reason
        case _:
            return f"{_NAMES.get(line.state, 'menunggu')}: {line.reason}"
