"""Berkas desa: a file that was carried here, and the return that goes back with its bearer."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from server.domain.report import Trust
from server.polres.down.orders import known
from server.polres.errors import PolresError
from server.polres.pages.place import KEEPERS, desa_or_404, now_s, the_district, who
from server.polres.parcel import giving, taking
from server.polres.parcel.told import taken_sentences
from server.polres.store import parcels
from server.web.guards import needs
from server.web.uploads import uploaded
from sync.errors import SyncError
from sync.message import State

blueprint = Blueprint("parcel", __name__, url_prefix="/berkas")
UPLOAD: Final = "parcel.take"
FIELD: Final = "berkas"
OCTETS: Final = "application/octet-stream"


@blueprint.post("")
@needs(*KEEPERS)
def take() -> Response:
    """Masukkan berkas dari desa; taking the same file in again changes nothing."""
    octets = uploaded(FIELD)
    if not octets:
        return _refused("Pilih dahulu berkas kiriman dari desa; yang dipilih kosong.")
    try:
        told = taking.take(the_district(), octets, who(), now_s())
    except (SyncError, PolresError) as error:
        return _refused(error.sentence)
    for sentence in taken_sentences(told):
        flash(sentence, "success" if told.state == State.OK and not told.stale else "warn")
    return redirect(url_for("desa.show", code=told.code, _anchor="berkas"), 303)


@blueprint.post("/<code>/balasan")
@needs(*KEEPERS)
def give(code: str) -> Response:
    """Unduh berkas balasan."""
    desa_or_404(code)
    try:
        name, octets = giving.file_for(the_district(), code, now_s())
    except PolresError as error:
        flash(error.sentence, "wrong")
        return redirect(url_for("desa.show", code=code), 303)
    answer = Response(octets, content_type=OCTETS)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@dataclass(frozen=True, slots=True)
class Carried:
    """The newest file of a desa.

    Attributes:
        made_s: when it was made, by the box's clock, and whether that was sure.
        given_s: when its return was last downloaded, None for never.
    """

    made_s: int
    sure: bool
    taken_s: int
    taken_by: str
    reports: int
    given_s: int | None


def carried(code: str) -> Carried | None:
    """The newest file of a desa's present box."""
    with the_district().read() as connection:
        node = known(connection, code)
        row = parcels.get(connection, node.node)
    if row is None or row.instance != node.instance:
        return None
    asked = taking.asked_in(row)
    return Carried(
        made_s=asked.time_s,
        sure=asked.trust >= Trust.SMSC,
        taken_s=row.taken_s,
        taken_by=row.taken_by,
        reports=row.reports,
        given_s=row.given_s,
    )


def _refused(sentence: str) -> Response:
    flash(sentence, "wrong")
    return redirect(url_for("desa.listing"), 303)
