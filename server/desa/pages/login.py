"""Login, logout, and the link that gives a phone its key."""

from math import ceil

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.desa.desk import Login
from server.desa.pages.forms import LoginForm
from server.desa.pages.place import OFFICER, give_phone_key, parse_phone_key, phone_key, the_desk
from server.web.guards import Person, local_path, log_in, log_out, needs, person, public
from sync.session import fingerprint

blueprint = Blueprint("login", __name__)
_CONSENT = "ganti"
Answer = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Response


@blueprint.get("/masuk")
@public
def ask() -> Answer:
    """The login form."""
    wanted = local_path(request.args.get("lanjut"), "")
    if person() is not None:
        return redirect(wanted or url_for("pages.today"), 303)
    return _form(LoginForm(data={"lanjut": wanted}))


@blueprint.post("/masuk")
@public
def enter() -> Answer:
    """Check name and passphrase; the key of this phone opens older sessions besides."""
    form = LoginForm(request.form)
    if not form.validate():
        return _form(form), 422
    name = form.name.data or ""
    answer = the_desk().login(name, form.passphrase.data or "", phone_key())
    if not isinstance(answer, Login):
        wait_s = max(1, ceil(answer))
        message = f"Nama atau kata sandi tidak cocok. Tunggu {wait_s} detik, lalu coba lagi."
        return _form(form, message), 401, {"Retry-After": str(wait_s)}
    log_in(Person(answer.name, OFFICER, the_desk().mark(answer.name)))
    flash(greeting(answer), "success" if answer.opened or answer.phone_key_fits else "info")
    there = redirect(local_path(form.lanjut.data, url_for("pages.today")), 303)
    if answer.phone_key is not None:
        give_phone_key(there, answer.phone_key.hex())
    return there


@blueprint.post("/keluar")
@needs(OFFICER)
def leave() -> Response:
    """Log out and forget what the browser kept of the pages."""
    log_out()
    flash("Anda sudah keluar. Kunci HP tetap tersimpan di HP ini.", "success")
    return redirect(url_for("login.ask"), 303)


@blueprint.get("/hp/<text>")
@public
def carry(text: str) -> Answer:
    """Ask whether this phone shall carry the key; a link alone changes nothing.

    A link on a foreign page comes without the Strict cookie, so that the key which the phone
    carries cannot be seen here; the form that this page sends brings it.
    """
    return _offer(text, _other_key(text))


@blueprint.post("/hp/<text>")
@public
def keep(text: str) -> Answer:
    """Give this phone its key; for another one's place, after asking about exactly that one."""
    other = _other_key(text)
    if other is not None and request.form.get(_CONSENT) != fingerprint(other):
        return _offer(text, other), 409
    flash("Kunci tersimpan di HP ini.", "success")
    answer = redirect(url_for("login.ask"), 303)
    give_phone_key(answer, text.lower())
    return answer


def greeting(login: Login) -> str:
    """What a login opened."""
    if login.opening:
        return f"Selamat bertugas, {login.name}. {login.opened} sesi lama sedang dibuka."
    if login.opened:
        return f"Selamat bertugas, {login.name}. {login.opened} sesi lama ikut terbuka."
    if login.phone_key_fits:
        return f"Selamat bertugas, {login.name}."
    return (
        f"Selamat bertugas, {login.name}. HP ini tanpa kunci yang cocok: "
        "laporan dari sesi lama tetap terkunci."
    )


def _form(form: LoginForm, refused: str = "") -> str:
    form.name.choices = [("", "Pilih nama"), *((n, n) for n in the_desk().officers())]
    return render_template(
        "login.html", form=form, refused=refused, carries_key=phone_key() is not None
    )


def _other_key(text: str) -> bytes | None:
    """The key that this phone carries, when it is not the one that the link spells."""
    wanted, kept = parse_phone_key(text), phone_key()
    if wanted is None:
        abort(404)
    return None if kept == wanted else kept


def _offer(text: str, other: bytes | None) -> str:
    if other is None:
        return render_template("keep_key.html", text=text)
    return render_template(
        "replace_key.html", text=text, field=_CONSENT, consent=fingerprint(other)
    )
