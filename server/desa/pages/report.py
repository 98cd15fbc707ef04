"""One report as a conversation, and what an officer may do with it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from server.desa.desk import Line
from server.desa.pages.forms import AnswerForm, CloseForm, ForwardForm, ReopenForm, room
from server.desa.pages.place import OFFICER, officer, the_desk
from server.domain.errors import Reason
from server.domain.report import Move, moves_from
from server.domain.requests import Action, Answer, Close, Forward, Reopen, Take
from server.web.guards import needs
from server.web.once import FIELD
from server.web.site import once_of

blueprint = Blueprint("report", __name__, url_prefix="/laporan/<ticket>")
BESIDE = 30
"""Rows of the list that stands beside a report on a wide screen."""

OVER = "dari"
"""Field with the officer whom the page showed in charge."""

Page = str | tuple[str, int] | Response
_FOLDS = {"answer": "jawab", "forward": "teruskan", "close": "tutup", "reopen": "buka"}
_CODES = {Reason.UNKNOWN_TICKET: 404, Reason.WRONG_STATE: 409}


@dataclass(slots=True)
class Sheets:
    """The forms under a report; `refused` is what was wrong with the one that was sent."""

    answer: AnswerForm = field(default_factory=AnswerForm)
    forward: ForwardForm = field(default_factory=ForwardForm)
    close: CloseForm = field(default_factory=CloseForm)
    reopen: ReopenForm = field(default_factory=ReopenForm)
    sent: str = ""
    refused: str = ""

    def typed(self) -> tuple[str, ...]:
        """What was typed into the form that was sent."""
        form = self._form()
        values = () if form is None else form.data.values()
        return tuple(str(value) for value in values if value)

    def mistake(self) -> str:
        """The first thing that is wrong with what was typed."""
        form = self._form()
        fields = () if form is None else tuple(form)
        return next((str(field.errors[0]) for field in fields if field.errors), "")

    def fold(self) -> str:
        """Address on the page of the form that was sent."""
        return _FOLDS.get(self.sent, "tindakan")

    def _form(self) -> Form | None:
        found: Form | None = getattr(self, self.sent, None)
        return found


@blueprint.get("")
@needs(OFFICER)
def show(ticket: str) -> str:
    """The report."""
    return _page(ticket, Sheets())


@blueprint.post("/ambil")
@needs(OFFICER)
def take(ticket: str) -> Page:
    """Ambil laporan."""
    done, over = "Laporan ini sekarang Anda tangani.", request.form.get(OVER)
    return _act(ticket, Sheets(sent="take"), None, lambda by: Take(ticket, by, over), done)


@blueprint.post("/teruskan")
@needs(OFFICER)
def forward(ticket: str) -> Page:
    """Teruskan."""
    form = ForwardForm(request.form)
    return _act(
        ticket,
        Sheets(forward=form, sent="forward"),
        form,
        lambda by: Forward(ticket, by, form.to.data or "", form.note.data or ""),
        f"Laporan diteruskan ke {form.to.data}.",
    )


@blueprint.post("/jawab")
@needs(OFFICER)
def answer(ticket: str) -> Page:
    """Jawab pelapor."""
    form = AnswerForm(request.form)
    form.parts = the_desk().answer_parts
    return _act(
        ticket,
        Sheets(answer=form, sent="answer"),
        form,
        lambda by: Answer(ticket, by, form.text.data or ""),
        "Jawaban dicatat dan dikirim sebagai SMS.",
    )


@blueprint.post("/tutup")
@needs(OFFICER)
def close(ticket: str) -> Page:
    """Tutup dengan hasil."""
    form = CloseForm(request.form)
    return _act(
        ticket,
        Sheets(close=form, sent="close"),
        form,
        lambda by: Close(ticket, by, form.result.data or ""),
        "Laporan ditutup.",
    )


@blueprint.post("/buka")
@needs(OFFICER)
def reopen(ticket: str) -> Page:
    """Buka lagi."""
    form = ReopenForm(request.form)
    return _act(
        ticket,
        Sheets(reopen=form, sent="reopen"),
        form,
        lambda by: Reopen(ticket, by, form.reason.data or ""),
        "Laporan dibuka lagi.",
    )


def _act(
    ticket: str, sheets: Sheets, form: Form | None, action: Callable[[str], Action], done: str
) -> Page:
    """Do it once, then show the fresh page; a refusal shows why and keeps what was typed."""
    if form is not None and not form.validate():
        return _page(ticket, sheets), 422
    once, mark = once_of(current_app), request.form.get(FIELD, "")
    if once.first(mark):
        refused = the_desk().act(action(officer()))
        if refused is not None:
            once.release(mark)
            sheets.refused = refused.reason.value
            return _page(ticket, sheets), _CODES.get(refused.reason, 422)
        flash(done, "success")
    return redirect(url_for("report.show", ticket=ticket), 303)


def _page(ticket: str, sheets: Sheets) -> str:
    desk = the_desk()
    report = desk.report(ticket)
    if report is None:
        abort(404)
    moves = () if report.sealed or report.locked else moves_from(report.status)
    return render_template(
        "report.html",
        report=report,
        lines=with_ways(desk.history(ticket)),
        beside=desk.reports()[:BESIDE],
        sheets=sheets,
        moves=moves,
        Move=Move,
        side=side,
        answer_parts=desk.answer_parts,
        answer_septets=room(desk.answer_parts),
    )


def with_ways(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, each SMS once with the farthest that it came.

    The SMS of an answer stands beside the answer. Nothing names the answer that a text carried,
    but texts leave and arrive in the order in which they were written.
    """
    shown: list[Line] = []
    for line in lines:
        before = (at for at, other in enumerate(shown) if _went_with(other, line))
        at = next(before, None) if line.kind == "message" else None
        if at is None:
            shown.append(line)
        else:
            shown[at] = replace(shown[at], journey=line.journey)
    return tuple(shown)


def _went_with(other: Line, message: Line) -> bool:
    """Whether a message is the same SMS as another line's, farther on its way."""
    if other.kind == "answered":
        same = message.text.partition(":")[0] in {"jawab", "order"}
    else:
        same = other.kind == "message" and other.text == message.text
    return same and _way(other) < _way(message)


def _way(line: Line) -> int:
    return {None: 0, "sent": 1}.get(line.journey, 2)


def side(line: Line) -> str:
    """Where a line of the history stands: `left` the villager, `right` we, `middle` the system."""
    match line.kind:
        case "note":
            return "left"
        case "answered" | "answer ordered":
            return "right"
        case _:
            return "middle"
