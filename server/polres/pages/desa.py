"""All desas, and one desa with its box, its officers, and what a person must decide about it."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as http_request
from werkzeug.wrappers import Response

from server import words
from server.card import node_number
from server.passphrase import aloud
from server.polres import lookup
from server.polres.air.beats import Heartbeat, heartbeat
from server.polres.down import officers, orders
from server.polres.errors import (
    DesaClosed,
    NotListed,
    SeveralOfficers,
    UnknownClaim,
    UnknownOfficer,
)
from server.polres.lookup import DesaLine
from server.polres.pages.health import FRESH_S, Health, health
from server.polres.pages.place import (
    KEEPERS,
    LISTERS,
    READERS,
    desa_or_404,
    first_time,
    may,
    now_s,
    the_district,
    who,
)
from server.polres.pages.queue import desk
from server.polres.restores import claims
from server.polres.restores.claims import Asked
from server.polres.rotation.standing import waits
from server.polres.store import backups, news, nodes, restores
from server.polres.store.backups import BackupRow
from server.polres.store.news import NewsRow
from server.polres.store.restores import Former
from server.web.guards import needs
from server.web.way import way

blueprint = Blueprint("desa", __name__, url_prefix="/desa")
TEXTS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Box:
    """A desa's box as the Polres knows it; times in seconds since 1970 (UTC).

    Attributes:
        instance: how many boxes the desa has had; 0 before its card was used.
        granted_until_s: until when a person's leave to return keys is good, by `granted_by`.
        officers: names on the signed list.
        words: four words that the box shows too; "" before its card was used.
        asking: boxes that ask to go on as the desa's.
        formers: boxes that the desa used before and that called since then.
        forked_s: when a second history of the box's log was found.
        air: what its last heartbeat by SMS told; None before the first.
        backup: how the box said that its backup stands, None where it said nothing;
            `backup_why` says in words what hinders the next one.
        news: what the desa told of its officers' keys and of what it erased, newest first.
    """

    desa: DesaLine
    health: Health
    instance: int
    enrolled_s: int | None
    revoked_s: int | None
    granted_until_s: int | None
    granted_by: str | None
    officers: tuple[str, ...]
    words: str
    asking: tuple[Asked, ...]
    formers: tuple[Former, ...]
    forked_s: int | None
    air: Heartbeat | None
    backup: BackupRow | None = None
    backup_why: str = ""
    news: tuple[NewsRow, ...] = ()
    older_key: bool = False


def box_of(code: str) -> Box:
    """The box of a desa, or the page that says that there is none."""
    line, moment_s, district = desa_or_404(code), now_s(), the_district()
    with district.read() as connection:
        node = orders.known(connection, code)
        backup = backups.get(connection, node.node)
        air = heartbeat(connection, node)
        told = news.newest(connection, node.node)
        older_key = waits(connection, district, node)
        asking = claims.waiting(connection, node)
        formers = tuple(
            one
            for one in restores.formers(connection, node.node)
            if one.last_contact_s is not None and one.last_contact_s > one.ended_s
        )
        forked_s = nodes.forked_s(connection, node.node, node.instance)
    until_s = node.grant_until_s
    granted = until_s is not None and moment_s < until_s
    return Box(
        desa=line,
        health=health(line, moment_s),
        instance=node.instance,
        enrolled_s=node.enrolled_s,
        revoked_s=node.revoked_s,
        granted_until_s=until_s if granted else None,
        granted_by=node.grant_by if granted else None,
        officers=tuple(officer.name for officer in officers.officers(node.people)),
        backup=backup,
        backup_why=words.word(words.BACKUP_WHY, backup.why) if backup is not None else "",
        air=air,
        news=told,
        older_key=older_key,
        words="" if node.public is None else aloud(node.public),
        asking=asking,
        formers=formers,
        forked_s=forked_s,
    )


@blueprint.get("")
@needs(*READERS)
def listing() -> str:
    """All desas."""
    return render_template("desas.html", desk=desk(), pane="desa")


@blueprint.get("/<code>")
@needs(*READERS)
def show(code: str) -> str:
    """One desa."""
    return _page("desa.html", code)


@blueprint.get("/<code>/hilang")
@needs(*KEEPERS)
def ask_lost(code: str) -> str:
    """What it means to report a box stolen, and whether that is meant."""
    return _page("lost.html", code)


@blueprint.post("/<code>/hilang")
@needs(*KEEPERS)
def report_lost(code: str) -> Response:
    """Tandai kotak hilang."""
    desa_or_404(code)
    if first_time():
        orders.revoke(the_district(), code, now_s())
        flash("Kotak ditandai hilang. Tidak ada kunci dan perintah lagi untuknya.", "success")
    return redirect(url_for("desa.show", code=code), 303)


@blueprint.post("/<code>/lanjut")
@needs(*KEEPERS)
def go_on(code: str) -> str | tuple[str, int] | Response:
    """Izinkan kotak melanjutkan, atau tolak."""
    desa_or_404(code)
    form = http_request.form
    allowed = form.get("decision", "") == "yes"
    if first_time():
        try:
            number = node_number(code)
            words = form.get("words", "")
            claims.decide(the_district(), number, words, go_on=allowed, by=who(), now_s=now_s())
        except UnknownClaim as error:
            return _page("desa.html", code, error.sentence), 409
        done = "boleh melanjutkan; ia mulai begitu menghubungi lagi" if allowed else "ditolak"
        flash(f"Kotak {words} {done}.", "success")
    return redirect(url_for("desa.show", code=code), 303)


@blueprint.post("/<code>/kunci")
@needs(*KEEPERS)
def grant(code: str) -> str | tuple[str, int] | Response:
    """Izinkan kunci sesi kembali."""
    if not desa_or_404(code).keys_waiting:
        return _page("desa.html", code, "Kotak ini sudah tidak menunggu kunci."), 409
    if first_time():
        try:
            orders.grant_keys(the_district(), code, who(), now_s())
        except DesaClosed as error:
            return _page("desa.html", code, error.sentence), 409
        flash("Diizinkan. Kunci kembali begitu kotak menghubungi, paling lama 30 menit.", "success")
    return redirect(url_for("desa.show", code=code), 303)


@blueprint.post("/<code>/petugas")
@needs(*LISTERS)
def approve(code: str) -> str | tuple[str, int] | Response:
    """Setujui petugas."""
    name, chosen = _asked_for()
    desa_or_404(code)
    if first_time():
        try:
            officers.approve_officer(the_district(), code, name, who(), now_s(), chosen)
        except (UnknownOfficer, SeveralOfficers) as error:
            return _page("desa.html", code, error.sentence), 409
        flash(f"{name} disetujui. Daftar petugas yang baru turun ke desa.", "success")
    return redirect(url_for("desa.show", code=code), 303)


@blueprint.post("/<code>/petugas/tolak")
@needs(*LISTERS)
def refuse(code: str) -> str | tuple[str, int] | Response:
    """Tolak petugas."""
    name, chosen = _asked_for()
    desa_or_404(code)
    if first_time():
        try:
            officers.refuse_officer(the_district(), code, name, who(), now_s(), chosen)
        except (UnknownOfficer, SeveralOfficers) as error:
            return _page("desa.html", code, error.sentence), 409
        flash(f"Permintaan {name} ditolak.", "success")
    return redirect(url_for("desa.show", code=code), 303)


@blueprint.post("/<code>/petugas/cabut")
@needs(*LISTERS)
def drop(code: str) -> str | tuple[str, int] | Response:
    """Cabut petugas."""
    name, _ = _asked_for()
    desa_or_404(code)
    if first_time():
        try:
            officers.drop_officer(the_district(), code, name, who(), now_s())
        except NotListed as error:
            return _page("desa.html", code, error.sentence), 409
        flash(f"{name} dicabut. Daftar petugas yang baru turun ke desa.", "success")
    return redirect(url_for("desa.show", code=code), 303)


def _asked_for() -> tuple[str, str]:
    """Name and fingerprint of the request that the person saw."""
    form = http_request.form
    return form.get("name", ""), form.get("fingerprint", "")


def _page(template: str, code: str, refused: str = "") -> str:
    panes, district, box = desk(), the_district(), box_of(code)
    silent_s = now_s() - (box.desa.last_contact_s or 0)
    return render_template(
        template,
        desk=panes,
        pane="desa",
        box=box,
        way=way(box.desa.backlog, 0, open_=silent_s <= FRESH_S),
        refused=refused,
        contacts=lookup.contacts(district, code),
        texts=lookup.texts(district, code, TEXTS_SHOWN),
        keeper=may(KEEPERS),
        lister=may(LISTERS),
    )
