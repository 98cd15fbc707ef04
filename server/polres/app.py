"""The district server's web application: machine addresses, and the duty desk's pages."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from flask import Flask, Response, request, send_from_directory, url_for

from server import words
from server.polres.accounts import Role, find_user
from server.polres.district import District
from server.polres.down.orders import ANSWER_CHARS_MAX
from server.polres.pages import desa, login, machine, parcel, queue, report
from server.polres.pages.lean import lean
from server.polres.pages.place import EXTENSION, KEEPERS, ROLE_WORDS, Place, may, now_s
from server.polres.restores.restored import notice
from server.polres.rotation.standing import LACKING, is_lacking, standing_now
from server.web import site as web
from server.web.guards import Person, person, public
from server.web.site import BODY_OCTETS_MAX, WORK_IDLE_S, Site, finish, make_site
from sync.message import OCTETS_MAX
from sync.parcel.form import OUTGOING_OCTETS_MAX

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_HERE: Final = Path(__file__).parent
_YEAR_S: Final = 365 * 86_400
_MARKS: Final = {
    path.name: hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
    for path in (_HERE / "static").iterdir()
}


def create_app(
    district: District,
    *,
    hosts: frozenset[str] = LOOPBACK,
    https: bool = False,
    now: Callable[[], float] = time.time,
) -> Flask:
    """The pages and machine addresses over an open Polres server.

    Args:
        district: what the pages read and order.
        hosts: host names under which it may be called, by people and by boxes; others get 421.
        https: True when TLS ends before the pages.
        now: seconds since 1970 (UTC).
    """

    def find(name: str) -> Person | None:
        account = find_user(district, name)
        return None if account is None else Person(account.name, account.role, account.mark)

    app = make_site(
        Site(
            cookie="kentongan_polres",
            templates=_HERE / "templates",
            find=find,
            login="login.ask",
            now_s=lambda: int(now()),
            zone=district.settings.desa.zone,
            hosts=hosts,
            https=https,
            idle_s=WORK_IDLE_S,
            body_octets_max=OCTETS_MAX,
            uploads={parcel.UPLOAD: OUTGOING_OCTETS_MAX},
        )
    )
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_OCTETS_MAX
    # Before the guards, which read the form for its CSRF token.
    app.before_request_funcs.setdefault(None, []).insert(0, _limit_forms)
    app.extensions[EXTENSION] = Place(district, now)
    app.add_url_rule("/static-polres/<path:name>", "polres_static", _static)
    _furnish(app, district)
    for module in (machine, login, queue, report, desa, parcel):
        app.register_blueprint(module.blueprint)
    app.wsgi_app = lean(app.wsgi_app, district, now)  # type: ignore[method-assign,assignment,arg-type]
    return finish(app)


def _furnish(app: Flask, district: District) -> None:
    """What every template may name."""
    app.jinja_env.globals.update(
        asset=_asset,
        polres=district.name,
        server_notice=lambda: notice(district, now_s()),
        exchange_key=lambda: standing_now(district),
        key_lacking=lambda: is_lacking(district),
        lacking_sentence=LACKING,
        person=person,
        role_word=lambda role: ROLE_WORDS[Role(role)],
        states=queue.STATES,
        urgencies=queue.URGENCIES,
        units=words.UNITS,
        results=words.RESULTS,
        answer_septets=ANSWER_CHARS_MAX,
        parcel_octets=OUTGOING_OCTETS_MAX,
        carried=parcel.carried,
        keeper=lambda: may(KEEPERS),
    )


def _limit_forms() -> None:
    """Only boxes send more than a form holds."""
    if request.endpoint not in machine.ENDPOINTS | {parcel.UPLOAD}:
        request.max_content_length = BODY_OCTETS_MAX


@public
def _static(name: str) -> Response:
    """A file of the district pages; its address names its content."""
    answer = send_from_directory(_HERE / "static", name, max_age=_YEAR_S)
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
    return answer


def _asset(name: str) -> str:
    """Address of a file of these pages, or of a shared one."""
    if name in _MARKS:
        return url_for("polres_static", name=name, v=_MARKS[name])
    return web.asset(name)
