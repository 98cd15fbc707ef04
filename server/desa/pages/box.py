"""Kotak: how modems, credit, clock and road to the Polres are, and unlocking of older sessions."""

from math import ceil
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server import words
from server.desa.desk import Login
from server.desa.pages.figures import EACH, SPANS, Span, figures
from server.desa.pages.forms import UnlockForm
from server.desa.pages.place import OFFICER, give_phone_key, officer, phone_key, the_desk
from server.web.guards import needs
from server.web.way import way

blueprint = Blueprint("box", __name__, url_prefix="/kotak")
MEMORIES: Final = {"SM": "Kartu SIM", "ME": "Modem"}
"""Where a modem keeps texts (3GPP TS 27.005 section 3.2.2)."""


@blueprint.get("")
@needs(OFFICER)
def show() -> str:
    """The state of the box."""
    return _page(UnlockForm())


@blueprint.post("/buka")
@needs(OFFICER)
def unlock() -> str | tuple[str, int] | Response:
    """Open older sessions with passphrase and phone key."""
    form = UnlockForm(request.form)
    if not form.validate():
        return _page(form), 422
    answer = the_desk().login(officer(), form.passphrase.data or "", phone_key())
    if not isinstance(answer, Login):
        wait_s = max(1, ceil(answer))
        return _page(form, f"Kata sandi tidak cocok. Tunggu {wait_s} detik, lalu coba lagi."), 401
    if not answer.phone_key_fits:
        return _page(form, "Kata sandi benar, tetapi HP ini tidak membawa kunci yang cocok."), 422
    flash(_opened(answer), "success")
    there = redirect(url_for("box.show"), 303)
    if answer.phone_key is not None:
        give_phone_key(there, answer.phone_key.hex())
    return there


@blueprint.post("/sim")
@needs(OFFICER)
def accept() -> str | tuple[str, int] | Response:
    """Let a modem send with the SIM that was put into it."""
    refused = the_desk().accept_sim(request.form.get("modem", ""))
    if refused is not None:
        return _page(UnlockForm(), sim_refused=refused.reason.value), 422
    flash("Kartu SIM disetujui. Kotak mengirim lagi dengan kartu ini.", "success")
    return redirect(url_for("box.show"), 303)


@blueprint.post("/cadangkan")
@needs(OFFICER)
def back_up() -> Response:
    """Make a backup now."""
    if the_desk().backups().wanted:
        the_desk().back_up()
        flash("Cadangan dimulai. Jangan cabut flashdisk sampai selesai.", "success")
    return redirect(url_for("box.show", _anchor="cadangan"), 303)


def _opened(answer: Login) -> str:
    if answer.opening:
        return f"{answer.opened} sesi lama sedang dibuka. Laporannya muncul sendiri."
    if answer.opened:
        return f"{answer.opened} sesi lama terbuka. Laporannya dapat dibaca lagi."
    return "Tidak ada sesi yang dapat dibuka dengan kunci Anda."


def _page(form: UnlockForm, refused: str = "", sim_refused: str = "") -> str:
    desk = the_desk()
    box = desk.box()
    wanted = request.args.get("rentang", "")
    span = Span(wanted) if wanted in set(Span) else Span.DAY
    return render_template(
        "box.html",
        form=form,
        refused=refused,
        sim_refused=sim_refused,
        carries_key=phone_key() is not None,
        polres_words=words.word(words.POLRES_STATES, box.polres_state),
        who=officer(),
        code=desk.code,
        way=way(box.backlog.entries, box.backlog.urgent, open_=box.road is not None),
        today=words.local(box.now_s, desk.zone).date(),
        figures=figures(desk.past(), span, box.now_s, desk.zone),
        spans=SPANS,
        each=EACH[span],
        memories=MEMORIES,
        kept=desk.backups(),
    )
