"""Login, logout, and the link that gives a phone its key."""

from math import ceil

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.desa.desk import Login
from server.desa.pages.forms import LoginForm
from server.desa.pages.place import OFFICER, parse_phone_key, phone_key, the_desk
from server.web.guards import Person, local_path, log_in, log_out, needs, person, public

blueprint = Blueprint("login", __name__)
_YEAR_S = 365 * 86_400
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
    log_in(Person(answer.name, OFFICER))
    flash(greeting(answer), "success" if answer.opened or answer.phone_key_fits else "info")
    return redirect(local_path(form.lanjut.data, url_for("pages.today")), 303)


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
    """Give this phone its key; a phone that carries another one is asked first."""
    key = parse_phone_key(text)
    if key is None:
        abort(404)
    kept = phone_key()
    if kept is not None and kept != key:
        return render_template("replace_key.html", text=text)
    return _keep(text)


@blueprint.post("/hp/<text>")
@public
def replace(text: str) -> Response:
    """Put another key in the place of the one that this phone carries."""
    if parse_phone_key(text) is None:
        abort(404)
    return _keep(text)


def greeting(login: Login) -> str:
    """What a login opened."""
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


def _keep(text: str) -> Response:
    flash("Kunci tersimpan di HP ini.", "success")
    answer = redirect(url_for("login.ask"), 303)
    answer.set_cookie(
        current_app.config["PHONE_KEY_COOKIE"],
        text.lower(),
        max_age=_YEAR_S,
        path="/",
        secure=current_app.config["HTTPS"],
        httponly=True,
        samesite="Strict",
    )
    return answer
