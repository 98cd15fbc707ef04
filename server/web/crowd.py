"""Many callers at once: who dawdles is told so, and where it is crowded the idle make room."""

import logging
import resource
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from typing import Final

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from server.web import relay
from server.web.asking import Asking, Refusal, Room

log = logging.getLogger(__name__)
HEAD_S: Final = 30.0
"""How long a caller may take for the head of a request."""
OCTETS_A_SECOND: Final = 100
"""A body may come as slowly as this: a link of the second generation carries more."""
TAKE_S: Final = 60.0
"""How long a caller may take nothing of his answer."""
_CONNECTIONS_MAX: Final = 4_096
_FILES_OF_OURS: Final = 256
"""Descriptors that calls never take: database, modems, card and sticks need theirs."""


def connections() -> int:
    """How many connections the process may hold, by the descriptors that it is granted."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _CONNECTIONS_MAX
    # A caller may keep two: his connection, and the file that he is sent.
    return min(_CONNECTIONS_MAX, max((soft - _FILES_OF_OURS) // 2, soft // 4))


class _Discreet(logging.LoggerAdapter[logging.Logger]):
    """What waitress tells of a connection, without the address that was asked for."""

    def process(
        self, msg: object, kwargs: MutableMapping[str, object]
    ) -> tuple[object, MutableMapping[str, object]]:
        """Leave out what it quotes."""
        return str(msg).partition(" while serving ")[0], kwargs


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when its caller keeps us waiting.

    Attributes:
        asked_s: when the request began that is not complete yet.
        idle_s: when the connection began, or its last answer was made.
        took_s: when the caller last took something of an answer.
    """

    mono_s: Callable[[], float] = time.monotonic
    room = Room()
    logger = _Discreet(log)
    request: Asking | None

    def __init__(self, server: TcpWSGIServer, *rest: object, **named: object) -> None:
        self.parser_class = partial(Asking, self.room)
        self.asked_s = self.idle_s = self.took_s = self.mono_s()
        self._began: Asking | None = None
        super().__init__(server, *rest, **named)

    def received(self, data: bytes) -> bool:
        """Take what came, and note when a request begins."""
        taken: bool = super().received(data)
        if self.request is not self._began:
            self._began, self.asked_s = self.request, self.mono_s()
        return taken

    def service(self) -> None:
        """Answer one request."""
        super().service()
        self.idle_s = self.took_s = self.mono_s()

    def _flush_some(self, do_close: bool = True) -> bool:  # noqa: FBT001, FBT002 -- waitress calls it so
        sent: bool = super()._flush_some(do_close)
        if sent:
            self.took_s = self.mono_s()
        return sent

    def del_channel(self, map: object = None) -> None:  # noqa: A002 -- waitress names it so
        """The connection ends, also with half a request."""
        if self.request is not None:
            self.request.release()
        super().del_channel(map)

    def handle_error(self) -> None:
        """A fault of one connection ends that connection; what it quotes stays unsaid."""
        log.error("connection ended by a fault", exc_info=sys.exc_info())
        self.handle_close()

    def hurry(self, now_s: float) -> None:
        """Refuse a request that comes too slowly, and leave who takes nothing of his answer."""
        if self.total_outbufs_len and not self.requests and now_s - self.took_s > TAKE_S:
            self.handle_close()
            return
        with self.requests_lock:
            late = self.request
            if late is None or self.requests or now_s - self.asked_s <= patience_s(late):
                return
            late.refuse(Refusal(408, "Request Timeout"))
            self.requests.append(late)
            self.request = self._began = None
            self.server.add_task(self)


def patience_s(asking: Asking) -> float:
    """How long a request may have taken until now; longer the more of its body came."""
    return HEAD_S + asking.body_bytes_received / OCTETS_A_SECOND


def hurry(sockets: Mapping[int, object], now_s: float) -> None:
    """Refuse all requests that come too slowly, and end answers that nobody takes."""
    for one in list(sockets.values()):
        if isinstance(one, Channel):
            one.hurry(now_s)


def thin(sockets: Mapping[int, object], limit: int) -> int:
    """Near the limit, close who said nothing for longest; returns how many were closed."""
    if len(sockets) < limit * 7 // 8:
        return 0
    idle = [
        (one.idle_s, one.handle_close)
        for one in sockets.values()
        if isinstance(one, Channel) and not one.requests
    ]
    idle += relay.unopened(sockets)
    closed = 0
    for _since_s, close in sorted(idle, key=lambda caller: caller[0]):
        if len(sockets) < limit * 3 // 4:
            break
        close()
        closed += 1
    return closed
