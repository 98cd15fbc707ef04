"""Warga: the phone book of officers, and texts that became no report."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.desa.desk import Contact
from server.desa.pages.forms import ContactForm
from server.desa.pages.place import OFFICER, the_desk
from server.web.guards import needs

blueprint = Blueprint("people", __name__, url_prefix="/warga")
NOTES_SHOWN = 50


@blueprint.get("")
@needs(OFFICER)
def show() -> str:
    """The phone book and the other texts."""
    return _page(ContactForm())


@blueprint.post("/petugas")
@needs(OFFICER)
def put() -> str | tuple[str, int] | Response:
    """Add an officer or change his line; the name tells which."""
    form = ContactForm(request.form)
    if not form.validate():
        return _page(form), 422
    contact = Contact(form.name.data or "", form.role.data or "", form.number.data or "")
    refused = the_desk().set_contact(contact)
    if refused is not None:
        return _page(form, refused.reason.value), 422
    flash(f"{contact.name} tercatat di buku telepon.", "success")
    return redirect(url_for("people.show"), 303)


@blueprint.post("/petugas/hapus")
@needs(OFFICER)
def remove() -> str | tuple[str, int] | Response:
    """Take an officer out of the phone book."""
    name = request.form.get("name", "")
    kept = next((c for c in the_desk().contacts() if c.name == name), None)
    if kept is not None:
        refused = the_desk().set_contact(Contact(kept.name, kept.role, ""))
        if refused is not None:
            return _page(ContactForm(), refused.reason.value), 422
    flash(f"{name} sudah tidak ada di buku telepon.", "success")
    return redirect(url_for("people.show"), 303)


def _page(form: ContactForm, refused: str = "") -> str:
    desk = the_desk()
    notes = desk.notes()
    return render_template(
        "people.html",
        form=form,
        refused=refused,
        contacts=desk.contacts(),
        notes=notes[:NOTES_SHOWN],
        more=max(0, len(notes) - NOTES_SHOWN),
    )
