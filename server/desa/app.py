"""The village node's web application: the shared foundation with the village pages on it."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask, g, request

from server import words
from server.desa.desk import Box, Desk
from server.desa.officers.keydesk import KeyDesk
from server.desa.pages import box as box_page
from server.desa.pages import login, outbox, own_keys, parcel, people, report, today
from server.desa.pages.place import EXTENSION, OFFICER, phone_key, phone_key_name
from server.web.guards import Person, person
from server.web.sessions import PASSIVE_HEADER
from server.web.site import IDLE_S, Site, finish, make_site
from sync.parcel.form import RETURN_OCTETS_MAX

_WORDS = {
    "modems": words.MODEMS,
    "units": words.UNITS,
    "results": words.RESULTS,
    "parcel_octets": RETURN_OCTETS_MAX,
    "credit": words.credit,
    "credit_short": words.credit_short,
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def create_app(
    desk: Desk,
    *,
    hosts: frozenset[str] = LOOPBACK,
    https: bool = False,
    idle_s: int = IDLE_S,
    keys: KeyDesk | None = None,
) -> Flask:
    """The pages over a running node.

    Args:
        desk: what the pages read and do.
        hosts: host names under which the pages may be called; others get 421.
        https: True when TLS ends before the pages.
        idle_s: seconds without activity that end a login.
        keys: officers' own keys, told of all that officers do; without it no pages for them.
    """

    def find(name: str) -> Person | None:
        mark = desk.mark(name)
        return Person(name, OFFICER, mark) if mark else None

    def box() -> Box:
        if "box" not in g:
            g.box = desk.box()
        kept: Box = g.box
        return kept

    digits = "".join(filter(str.isdigit, desk.code))
    app = make_site(
        Site(
            cookie=f"kentongan_{digits}",
            templates=Path(__file__).parent / "templates",
            find=find,
            login="login.ask",
            now_s=lambda: box().now_s,
            zone=desk.zone,
            hosts=hosts,
            https=https,
            idle_s=idle_s,
            uploads={parcel.UPLOAD: RETURN_OCTETS_MAX},
        )
    )
    app.config.update(PHONE_KEY_COOKIE=phone_key_name(desk.code), HTTPS=https)
    _add_desk(app, desk, box)
    _add_keys(app, keys)
    if keys is not None:
        _notice_officers(app, keys)
    return finish(app)


def _notice_officers(app: Flask, keys: KeyDesk) -> None:
    """Tell what officers do; after the guards, so that nobody counts whose login is over."""

    @app.before_request
    def notice() -> None:
        passive = PASSIVE_HEADER in request.headers or request.endpoint == "static"
        who = None if passive else person()
        if who is not None:
            keys.seen(who.name, phone_key())


def _add_desk(app: Flask, desk: Desk, box: Callable[[], Box]) -> None:
    """The village pages; `box` gives the state of the box as one request sees it."""
    app.extensions[EXTENSION] = desk
    app.jinja_env.globals.update(desa=desk.desa, box=box, version=desk.version, **_WORDS)
    app.jinja_env.globals.update(parcel=desk.parcel)
    for module in (login, today, report, people, box_page, outbox, parcel):
        app.register_blueprint(module.blueprint)


def _add_keys(app: Flask, keys: KeyDesk | None) -> None:
    """The pages of officers' own keys."""
    erasures = tuple if keys is None else keys.erasures
    app.jinja_env.globals.update(has_keys=keys is not None, erasures=erasures)
    if keys is not None:
        app.extensions[own_keys.EXTENSION] = keys
        app.register_blueprint(own_keys.blueprint)
