"""A web application with everything that both sites share; each adds its own pages."""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

from flask import Flask, Response, request, send_from_directory, url_for
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined

from server.web import failures, filters, guards, headers, live, uploads
from server.web.guards import Person
from server.web.once import FIELD, Once
from server.web.sessions import Lifetime, RamSessions

log = logging.getLogger(__name__)
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
_HERE: Final = Path(__file__).parent
BODY_OCTETS_MAX: Final = 64 * 1024
IDLE_S: Final = 15 * 60
WORK_IDLE_S: Final = 60 * 60
"""Idle time of a site in work mode, where the same person sits before it all day."""
_YEAR_S: Final = 365 * 86_400
_ONCE: Final = "kentongan_once"


@dataclass(frozen=True, slots=True)
class Site:
    """What one site is.

    Attributes:
        cookie: name of its session cookie; sites on one host need different ones.
        templates: folder of its own templates, which come before the shared ones.
        find: looks a logged-in name up at each request.
        login: endpoint of its login page.
        now_s: seconds since 1970 (UTC), as the node believes them.
        zone: WIB, WITA or WIT.
        hosts: host names under which it may be called.
        https: True when TLS ends before it: cookies are then for HTTPS alone.
        idle_s: seconds without activity that end a session.
        body_octets_max: largest request.
        uploads: endpoints that take a file, with the octets of the largest one.
    """

    cookie: str
    templates: Path
    find: Callable[[str], Person | None]
    login: str
    now_s: Callable[[], int]
    zone: str
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "::1"})
    https: bool = False
    idle_s: int = IDLE_S
    body_octets_max: int = BODY_OCTETS_MAX
    uploads: Mapping[str, int] = field(default_factory=dict)
    mono_s: Callable[[], float] = field(default=time.monotonic)


class _App(Flask):
    """An application that tells of a fault its place alone: addresses may hold a phone's key."""

    def log_exception(self, exc_info: ExcInfo | tuple[None, None, None]) -> None:
        """One line of a fault."""
        log.error("page failed", exc_info=exc_info, extra={"endpoint": request.endpoint})


def make_site(site: Site) -> Flask:
    """A Flask application with guards, sessions, headers, filters, error pages and static files.

    Add the pages, then call `finish`.
    """
    app = _App("server.web", root_path=str(_HERE), static_folder=None)
    uploads.install(app, site.uploads)
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),  # signs CSRF tokens; sessions end with the process
        MAX_CONTENT_LENGTH=site.body_octets_max,
        MAX_FORM_MEMORY_SIZE=site.body_octets_max,
        MAX_FORM_PARTS=64,
        MONO_S=site.mono_s,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(site.templates), FileSystemLoader(_HERE / "templates")]
    )
    app.url_map.merge_slashes = False  # a page has one address, and nothing leads elsewhere
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.session_interface = RamSessions(
        site.cookie, Lifetime(site.idle_s), site.mono_s, secure=site.https
    )
    once = Once()
    app.extensions[_ONCE] = once
    headers.protect(app)
    guards.guard(app, site.find, site.hosts, site.login)
    filters.install(app, site.now_s, site.zone)
    failures.install(app)
    app.add_url_rule("/static/<path:name>", "static", static)
    app.jinja_env.globals.update(asset=asset, once=once.mark, once_field=FIELD, tag=live.tag)
    return app


def finish(app: Flask) -> Flask:
    """Check that every route says who may call it.

    Raises:
        UndeclaredRouteError: names those that do not.
    """
    guards.require_declared(app)
    return app


def once_of(app: Flask) -> Once:
    """The one-time marks of an application's forms."""
    found = app.extensions[_ONCE]
    assert isinstance(found, Once)  # noqa: S101 - make_site put it there
    return found


@guards.public
def static(name: str) -> Response:
    """A shared file; its address names its content, so browsers keep it for a year."""
    answer = send_from_directory(_HERE / "static", name, max_age=_YEAR_S)
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
    return answer


def asset(name: str) -> str:
    """Address of a shared file, with a mark of its content."""
    return url_for("static", name=name, v=_MARKS[name])


_MARKS: Final = {
    path.name: hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
    for path in (_HERE / "static").iterdir()
}
