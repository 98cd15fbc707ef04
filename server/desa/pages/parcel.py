"""Bawa ke Polres: the file that an officer's phone carries there, and the one that comes back."""

from typing import Final

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from server.desa.pages.place import OFFICER, the_desk
from server.desa.parcel.told import taken_sentences
from server.web.guards import needs
from server.web.uploads import uploaded
from sync.errors import SyncError

blueprint = Blueprint("parcel", __name__, url_prefix="/kotak/berkas")
UPLOAD: Final = "parcel.take"
FIELD: Final = "berkas"
OCTETS: Final = "application/octet-stream"


@blueprint.post("/kiriman")
@needs(OFFICER)
def make() -> Response:
    """Unduh berkas kiriman."""
    made = the_desk().make_parcel()
    answer = Response(made.octets, content_type=OCTETS)
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


@blueprint.post("/balasan")
@needs(OFFICER)
def take() -> Response:
    """Masukkan balasan Polres."""
    octets = uploaded(FIELD)
    if not octets:
        flash("Pilih dahulu berkas balasan dari Polres; yang dipilih kosong.", "wrong")
        return _back()
    try:
        told = the_desk().take_parcel(octets)
    except SyncError as error:
        flash(error.sentence, "wrong")
        return _back()
    for sentence in taken_sentences(told):
        flash(sentence, "warn" if sentence == told.trouble else "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("box.show"), 303)
