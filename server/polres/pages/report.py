"""One report with its history and the journeys of its orders, and new orders to its desa."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from server.domain.errors import Reason, Refused
from server.domain.report import Move, moves_from
from server.polres import lookup
from server.polres.down.orders import Placed, order_answer, order_status
from server.polres.lookup import ReportLine, Step
from server.polres.pages.forms import AnswerForm, CloseForm, ForwardForm, TakeForm
from server.polres.pages.journey import DONE_OUTCOMES, is_open, journey
from server.polres.pages.place import (
    ORDERERS,
    READERS,
    desa_or_404,
    first_time,
    may,
    not_done,
    now_s,
    the_district,
    who,
)
from server.polres.pages.queue import desk, wanted_from
from server.web.guards import needs

blueprint = Blueprint("report", __name__, url_prefix="/laporan/<code>/<ticket>")
Page = str | tuple[str, int] | Response
_CODES = {Reason.UNKNOWN_TICKET: 404, Reason.WRONG_STATE: 409}
_REFUSALS = {
    Reason.LOCKED: "Isi laporan ini belum terbuka di sini; desa harus tersambung lebih dahulu.",
    Reason.SEALED: "Laporan ini disegel untuk Propam; tidak dapat diperintahkan dari sini.",
    Reason.UNKNOWN_TICKET: "Nomor laporan itu tidak ada di desa ini.",
}


@dataclass(slots=True)
class Sheets:
    """The forms under a report; `refused` is why the one that was sent was not acted upon."""

    answer: AnswerForm = field(default_factory=AnswerForm)
    forward: ForwardForm = field(default_factory=ForwardForm)
    close: CloseForm = field(default_factory=CloseForm)
    sent: str = ""
    refused: str = ""

    def typed(self) -> tuple[str, ...]:
        """What was typed into the form that was sent."""
        form: Form | None = getattr(self, self.sent, None)
        values = () if form is None else form.data.values()
        return tuple(str(value) for value in values if value)


@blueprint.get("")
@needs(*READERS)
def show(code: str, ticket: str) -> str:
    """The report."""
    return _page(code, ticket, Sheets())


@blueprint.post("/ambil")
@needs(*ORDERERS)
def take(code: str, ticket: str) -> Page:
    """Ambil alih."""
    return _order_move(code, ticket, Sheets(sent="take"), TakeForm(request.form), Move.TAKE)


@blueprint.post("/teruskan")
@needs(*ORDERERS)
def forward(code: str, ticket: str) -> Page:
    """Teruskan ke unit atau instansi."""
    form = ForwardForm(request.form)
    sheets = Sheets(forward=form, sent="forward")
    return _order_move(code, ticket, sheets, form, Move.FORWARD, form.to.data or "")


@blueprint.post("/tutup")
@needs(*ORDERERS)
def close(code: str, ticket: str) -> Page:
    """Tutup dengan hasil."""
    form = CloseForm(request.form)
    sheets = Sheets(close=form, sent="close")
    return _order_move(code, ticket, sheets, form, Move.CLOSE, form.result.data or "")


@blueprint.post("/jawab")
@needs(*ORDERERS)
def answer(code: str, ticket: str) -> Page:
    """Jawab pelapor."""
    form = AnswerForm(request.form)
    text = form.text.data or ""
    return _act(
        code,
        ticket,
        Sheets(answer=form, sent="answer"),
        form,
        lambda: order_answer(the_district(), code, ticket, text, by=who(), now_s=now_s()),
    )


def visible(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps that a page shows: what another one tells as well is not told twice.

    The answer that an order caused stands in the order's journey, an SMS that was delivered
    was sent before, and the report itself stands above them all.
    """
    answers = {
        step.text
        for step in steps
        if step.order is not None
        and step.order.kind == "answer"
        and step.order.outcome in DONE_OUTCOMES
    }
    told = {"received": {""}, "answered": answers}
    newest = {_notice(step): step for step in steps if step.kind == "message"}
    return tuple(
        step
        for step in steps
        if step.text not in told.get(step.kind, ())
        and (
            step.kind != "message"
            or (newest[_notice(step)] is step and not step.text.startswith("order:"))
        )
    )


def _notice(step: Step) -> str:
    """What an SMS was about, without how far it came."""
    return step.text.rpartition(" ")[0]


def _order_move(
    code: str, ticket: str, sheets: Sheets, form: Form, move: Move, note: str = ""
) -> Page:
    return _act(
        code,
        ticket,
        sheets,
        form,
        lambda: order_status(the_district(), code, ticket, move, note, by=who(), now_s=now_s()),
    )


def _act(
    code: str, ticket: str, sheets: Sheets, form: Form, step: Callable[[], Placed | Refused]
) -> Page:
    """Order it once, then show the fresh page; a refusal shows why and keeps what was typed."""
    desa_or_404(code)
    if not form.validate():
        return _page(code, ticket, sheets), 422
    if first_time():
        placed = step()
        if isinstance(placed, Refused):
            not_done()
            sheets.refused = _REFUSALS.get(placed.reason, placed.reason.value)
            return _page(code, ticket, sheets), _CODES.get(placed.reason, 422)
        flash("Perintah dibuat. Desa menjalankannya begitu tersambung.", "success")
    query = urlencode(wanted_from(request.args.to_dict()).query())
    here = url_for("report.show", code=code, ticket=ticket)
    return redirect(f"{here}?{query}" if query else here, 303)


def _found(code: str, ticket: str) -> ReportLine:
    desa_or_404(code)
    found = lookup.report(the_district(), code, ticket)
    if found is None:
        abort(404)
    return found


def _page(code: str, ticket: str, sheets: Sheets) -> str:
    panes = desk()
    line = _found(code, ticket)
    report, moment_s = line.report, now_s()
    open_here = not (report.sealed or report.locked)
    steps = () if report.sealed else visible(lookup.history(the_district(), code, ticket))
    pending = {
        step.order.kind
        for step in steps
        if step.order is not None and is_open(step.order, moment_s)
    }
    moves = moves_from(report.status) if open_here and may(ORDERERS) else ()
    return render_template(
        "report.html",
        desk=panes,
        pane="report",
        line=line,
        report=report,
        steps=steps,
        legs=lambda order: journey(order, moment_s),
        sheets=sheets,
        moves=tuple(move for move in moves if move is not Move.REOPEN),
        can_answer=open_here and may(ORDERERS),
        pending=pending,
        desa=desa_or_404(code),
        Move=Move,
    )
