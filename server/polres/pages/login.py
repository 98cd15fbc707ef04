"""Login and logout."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.polres.accounts import Account, TooSoon, check_user
from server.polres.pages.forms import LoginForm
from server.polres.pages.place import READERS, now_s, the_district
from server.web.guards import Person, local_path, log_in, log_out, needs, person, public

blueprint = Blueprint("login", __name__)
Answer = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Response


@blueprint.get("/masuk")
@public
def ask() -> Answer:
    """The login form."""
    wanted = local_path(request.args.get("lanjut"), "")
    if person() is not None:
        return redirect(wanted or url_for("queue.show"), 303)
    return _form(LoginForm(data={"lanjut": wanted}))


@blueprint.post("/masuk")
@public
def enter() -> Answer:
    """Check account and passphrase."""
    form = LoginForm(request.form)
    if not form.validate():
        return _form(form), 422
    name = (form.name.data or "").lower()
    match check_user(the_district(), name, form.passphrase.data or "", now_s()):
        case Account() as account:
            log_in(Person(account.name, account.role, account.mark))
            flash(f"Selamat bertugas, {account.name}.", "success")
            return redirect(local_path(form.lanjut.data, url_for("queue.show")), 303)
        case TooSoon(wait_s):
            message = f"Terlalu cepat mencoba lagi. Tunggu {wait_s} detik."
            return _form(form, message), 429, {"Retry-After": str(wait_s)}
        case None:
            return _form(
                form, "Nama akun atau kata sandi tidak cocok. Periksa, lalu coba lagi."
            ), 401


@blueprint.post("/keluar")
@needs(*READERS)
def leave() -> Response:
    """Log out."""
    log_out()
    flash("Anda sudah keluar.", "success")
    return redirect(url_for("login.ask"), 303)


def _form(form: LoginForm, refused: str = "") -> str:
    return render_template("login.html", form=form, refused=refused)
