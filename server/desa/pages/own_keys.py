"""Kunci: who may open reports, an officer's own keys, and coming back with a recovery card."""

from math import ceil
from typing import Final

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, url_for
from flask import request as http_request
from werkzeug.wrappers import Response

from server.desa.login import NewOfficer
from server.desa.officers.keydesk import KeyDesk, NotDone, Wait
from server.desa.pages.forms import RecoverForm, UnlockForm
from server.desa.pages.place import OFFICER, give_phone_key, officer, phone_key, the_desk
from server.web.guards import end_other_logins, needs, public

blueprint = Blueprint("own_keys", __name__)
EXTENSION: Final = "kentongan_keys"
Page = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Response


def the_keys() -> KeyDesk:
    """Officers' keys in the running node."""
    keys: KeyDesk = current_app.extensions[EXTENSION]
    return keys


@blueprint.get("/kunci")
@needs(OFFICER)
def show() -> str:
    """Who may open reports, and what an officer can do with his keys."""
    return _page()


@blueprint.post("/kunci/sandi")
@needs(OFFICER)
def passphrase() -> Page:
    """Give the officer who asks another passphrase, and his phone another key."""
    form = UnlockForm(http_request.form)
    if not form.validate():
        return _page(passphrase_form=form), 422
    new = the_keys().change_passphrase(officer(), form.passphrase.data or "", phone_key())
    if isinstance(new, NotDone | Wait):
        words, status = _refusal(new)
        return _page(passphrase_form=form, refused=words), status
    end_other_logins(new.name)
    return _shown("new_passphrase.html", new)


@blueprint.post("/kunci/kartu")
@needs(OFFICER)
def card() -> Page:
    """A new recovery card, to be printed at once."""
    form = UnlockForm(http_request.form)
    if not form.validate():
        return _page(card_form=form), 422
    words = the_keys().make_card(officer(), form.passphrase.data or "", phone_key())
    if isinstance(words, NotDone | Wait):
        told, status = _refusal(words)
        return _page(card_form=form, card_refused=told), status
    return render_template("recovery_card.html", name=officer(), words=words.split(), new=None)


@blueprint.post("/kunci/tutup")
@needs(OFFICER)
def lock() -> Response:
    """Forget at once what no work waits for."""
    count = the_keys().lock()
    done = f"{count} sesi lama dikunci lagi." if count else "Tidak ada yang perlu dikunci."
    flash(done, "success")
    return redirect(url_for("own_keys.show"), 303)


@blueprint.get("/pulihkan")
@public
def ask_recovery() -> str:
    """The form for the words on a recovery card."""
    return _recovery(RecoverForm())


@blueprint.post("/pulihkan")
@public
def recover() -> Page:
    """Let an officer in again: another passphrase, a key for this phone, and another card."""
    form = RecoverForm(http_request.form)
    if not form.validate():
        return _recovery(form), 422
    new = the_keys().recover(form.name.data or "", form.words.data or "")
    if isinstance(new, Wait):
        seconds = max(1, ceil(new.seconds))
        told = f"Nama atau kata di kartu tidak cocok. Tunggu {seconds} detik, lalu coba lagi."
        return _recovery(form, told), 401, {"Retry-After": str(seconds)}
    end_other_logins(new.name)
    return _shown("recovery_card.html", new)


def _shown(template: str, new: NewOfficer) -> Response:
    """A page that is shown once; this phone carries the key from here on."""
    words = new.recovery.split()
    answer = make_response(render_template(template, name=new.name, words=words, new=new))
    give_phone_key(answer, new.phone_key.hex())
    return answer


def _refusal(why: NotDone | Wait) -> tuple[str, int]:
    if isinstance(why, NotDone):
        return why.value, 422
    seconds = max(1, ceil(why.seconds))
    return f"Kata sandi tidak cocok. Tunggu {seconds} detik, lalu coba lagi.", 401


def _recovery(form: RecoverForm, refused: str = "") -> str:
    form.name.choices = [("", "Pilih nama"), *((n, n) for n in the_desk().officers())]
    return render_template("recover.html", form=form, refused=refused)


def _page(
    passphrase_form: UnlockForm | None = None,
    card_form: UnlockForm | None = None,
    refused: str = "",
    card_refused: str = "",
) -> str:
    return render_template(
        "own_keys.html",
        who=officer(),
        keepers=the_keys().keepers(),
        carries_key=phone_key() is not None,
        passphrase_form=passphrase_form or UnlockForm(),
        card_form=card_form or UnlockForm(),
        refused=refused,
        card_refused=card_refused,
    )
