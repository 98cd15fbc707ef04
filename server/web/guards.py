"""Who may call which page: every route says it, the rest is refused."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from server.web import sessions

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., object])
_ATTRIBUTE: Final = "kentongan_access"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class UndeclaredRouteError(Exception):
    """Ada halaman yang tidak menyebut siapa yang boleh membukanya; laporkan ke pengembang."""

    sentence = (
        "Ada halaman yang tidak menyebut siapa yang boleh membukanya; laporkan ke pengembang."
    )


@dataclass(frozen=True, slots=True)
class Access:
    """What a route declares: the roles that may call it, or that anybody may.

    `machine` routes carry their own proof (a signature) instead of a form's CSRF token.
    """

    roles: frozenset[str]
    anybody: bool = False
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Who is logged in, in the shape that Flask-Login asks for.

    Attributes:
        mark: tells him from another of his name, or from himself with another passphrase;
            a session that began with another mark is over.
    """

    name: str
    role: str
    mark: str = ""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session remembers: mark and name, looked up again at each request."""
        return f"{self.mark}:{self.name}"


def public(view: View) -> View:
    """Declare that anybody who reaches the address may call this page."""
    return _declare(view, Access(frozenset(), anybody=True))


def machine(view: View) -> View:
    """Declare an address for programs that prove themselves by signature, not by login."""
    return _declare(view, Access(frozenset(), anybody=True, machine=True))


def needs(*roles: str) -> Callable[[View], View]:
    """Declare the roles that may call this page."""
    return lambda view: _declare(view, Access(frozenset(roles)))


def guard(
    app: Flask, find: Callable[[str], Person | None], hosts: frozenset[str], login: str
) -> None:
    """Put the guards before every request of `app`.

    Args:
        app: gets host, origin, login, role and CSRF checks, in this order.
        find: looks a logged-in name up again; None logs him out at once.
        hosts: host names under which the pages may be called; others get 421.
        login: endpoint of the login page.
    """
    manager = LoginManager(app)
    manager.user_loader(lambda kept: _still(kept, find))
    # No Referer is sent anywhere, so Origin and Sec-Fetch-Site take its place below.
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_TIME_LIMIT=None
    )
    csrf = CSRFProtect(app)

    @app.before_request
    def admit() -> Response | None:
        if _host_name(request.host) not in hosts:
            abort(421)
        access = _access(app.view_functions.get(request.endpoint or ""))
        if access is None:
            return None  # Nothing lies at this address: Flask answers 404 or 405.
        if not access.machine:
            if request.method not in _SAFE_METHODS:
                _refuse_foreign_forms()
            if not access.anybody and not current_user.is_authenticated:
                return _send_to_login(login)
            csrf.protect()
        if not access.anybody and current_user.role not in access.roles:
            abort(403)
        return None


def require_declared(app: Flask) -> None:
    """Refuse to go on when a route of `app` declares nobody.

    Raises:
        UndeclaredRouteError: names the endpoints.
    """
    mute = sorted(name for name, view in app.view_functions.items() if _access(view) is None)
    if mute:
        raise UndeclaredRouteError(", ".join(mute))


def person() -> Person | None:
    """Who is logged in."""
    if not current_user.is_authenticated:
        return None
    return Person(current_user.name, current_user.role, current_user.mark)


def log_in(who: Person) -> None:
    """Log somebody in under a new session id."""
    sessions.renew(_mono_s())
    login_user(who)
    log.info("logged in", extra={"role": who.role})


def log_out() -> None:
    """Log out and forget the session."""
    g.forget_pages = True
    logout_user()
    sessions.renew(_mono_s())


def end_other_logins(name: str) -> None:
    """End every login under a name but the one that asks, as its passphrase is another now."""
    sessions.end_others(lambda kept: kept.partition(":")[2] == name)


def local_path(wanted: str | None, default: str) -> str:
    """Where to go after login: `wanted` if it lies on this site, else `default`."""
    if wanted and wanted.startswith("/") and wanted.isprintable():
        parts = urlsplit(wanted.replace("\\", "/"))
        if not parts.scheme and not parts.netloc:
            return wanted
    return default


def _mono_s() -> float:
    clock: Callable[[], float] = current_app.config.get("MONO_S", time.monotonic)
    return clock()


def _still(kept: str, find: Callable[[str], Person | None]) -> Person | None:
    mark, _, name = kept.partition(":")
    found = find(name)
    return found if found is not None and found.mark == mark else None


def _declare(view: View, access: Access) -> View:
    setattr(view, _ATTRIBUTE, access)
    return view


def _access(view: Callable[..., object] | None) -> Access | None:
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Access) else None


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _refuse_foreign_forms() -> None:
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        abort(403)
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc != request.host:
        abort(403)


def _send_to_login(login: str) -> Response:
    if request.method not in _SAFE_METHODS or sessions.PASSIVE_HEADER in request.headers:
        abort(401)
    wanted = request.full_path.rstrip("?")
    query = "" if wanted == "/" else "?" + urlencode({"lanjut": wanted})
    return redirect(url_for(login) + query, 303)
