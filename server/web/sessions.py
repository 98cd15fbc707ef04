"""Sessions of logged-in people: in RAM only, under a random id, with an end."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Request, Response, current_app, session
from flask.sessions import SessionInterface, SessionMixin

ABSOLUTE_S: Final = 12 * 3_600
SESSIONS_MAX: Final = 512
_USER: Final = "_user_id"
"""Where Flask-Login keeps who it is."""
PASSIVE_HEADER: Final = "X-Segar"
"""Requests that a page makes by itself carry it: they do not count as a person's activity."""


class RamSession(dict[str, Any], SessionMixin):
    """What is known of one browser; `key` is None until something must be remembered."""

    def __init__(self, key: str | None, now_s: float, address: str = "") -> None:
        super().__init__()
        self.key = key
        self.address = address
        self.started_s = now_s
        self.seen_s = now_s
        self.renewed = False


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lives: without activity, and at most."""

    idle_s: int
    absolute_s: int = ABSOLUTE_S


class RamSessions(SessionInterface):
    """Keeps sessions in a dict; the browser holds nothing but the id."""

    def __init__(
        self, cookie: str, lifetime: Lifetime, mono_s: Callable[[], float], *, secure: bool
    ) -> None:
        self._cookie = f"__Host-{cookie}" if secure else cookie
        self._secure = secure
        self._lifetime = lifetime
        self._mono_s = mono_s
        self._kept: dict[str, RamSession] = {}
        self._lock = threading.Lock()

    def open_session(self, app: Flask, request: Request) -> RamSession:  # noqa: ARG002
        """The browser's session, or an empty one that is not kept yet."""
        now_s = self._mono_s()
        key = request.cookies.get(self._cookie, "")
        with self._lock:
            found = self._kept.get(key)
            if found is not None and self._over(found, now_s):
                del self._kept[key]
                found = None
            if found is None:
                return RamSession(None, now_s, request.remote_addr or "")
            if PASSIVE_HEADER not in request.headers:
                found.seen_s = now_s
            return found

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        """Keep what became worth keeping, under a new id where one was asked for."""
        if not isinstance(session, RamSession):
            return
        with self._lock:
            if not session:
                if session.key is not None:
                    self._kept.pop(session.key, None)
                    response.delete_cookie(self._cookie, path="/", secure=self._secure)
                return
            if session.key is not None and not session.renewed:
                return
            if session.key is not None:
                self._kept.pop(session.key, None)
            session.key, session.renewed = secrets.token_urlsafe(32), False
            self._make_room()
            self._kept[session.key] = session
        response.set_cookie(
            self._cookie,
            session.key,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Strict",
        )

    def end(self, who: Callable[[str], bool], but: str | None) -> None:
        """End the sessions of a person, one of them aside."""
        with self._lock:
            for key, kept in list(self._kept.items()):
                if key != but and who(str(kept.get(_USER, ""))):
                    del self._kept[key]

    def _over(self, kept: RamSession, now_s: float) -> bool:
        return (
            now_s - kept.seen_s > self._lifetime.idle_s
            or now_s - kept.started_s > self._lifetime.absolute_s
        )

    def _make_room(self) -> None:
        """Visitors who never logged in go first, of the address that has most of them.

        So nobody empties the forms of others by opening many himself.
        """
        while len(self._kept) >= SESSIONS_MAX:
            visitors = [item for item in self._kept.items() if _USER not in item[1]]
            counted = Counter(kept.address for _, kept in visitors)
            many = [address for address, _ in counted.most_common(1)]
            from_there = [item for item in visitors if [item[1].address] == many]
            key, _ = min(from_there or self._kept.items(), key=lambda item: item[1].seen_s)
            del self._kept[key]


def renew(mono_s: float) -> None:
    """Forget the browser's session and begin another under a new id, as a login must."""
    session.clear()
    current = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    current.renewed = True
    current.started_s = current.seen_s = mono_s


def end_others(who: Callable[[str], bool]) -> None:
    """End the sessions of a person, but not the one that asks."""
    kept = current_app.session_interface
    current = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if isinstance(kept, RamSessions):
        kept.end(who, current.key)
