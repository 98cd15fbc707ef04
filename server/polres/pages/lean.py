"""Short asks before the pages: answered without cookies, templates or headers for browsers."""

import logging
from collections.abc import Callable, Iterable
from typing import BinaryIO, Final, cast

from server.polres import quick
from server.polres.district import District
from server.polres.enrolment import Reply
from sync.quick.words import OCTETS_MAX
from sync.roads.http import QUICK_PATH

_LOG: Final = logging.getLogger(__name__)
_REASONS: Final = {200: "200 OK", 400: "400 Bad Request", 403: "403 Forbidden"}
_UNAVAILABLE: Final = "503 Service Unavailable"

Environ = dict[str, object]
Start = Callable[[str, list[tuple[str, str]]], object]
Wsgi = Callable[[Environ, Start], Iterable[bytes]]


def lean(inner: Wsgi, district: District, now: Callable[[], float]) -> Wsgi:
    """Answer asks, and leave everything else to the pages."""

    def call(environ: Environ, start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] != QUICK_PATH or environ["REQUEST_METHOD"] != "POST":
            return inner(environ, start)
        reply = _answer(environ, district, int(now()))
        start(
            _REASONS.get(reply.status, _UNAVAILABLE),
            [("Content-Length", str(len(reply.octets)))],
        )
        return [reply.octets]

    return call


def _answer(environ: Environ, district: District, now_s: int) -> Reply:
    body = environ["wsgi.input"]
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not length.isascii() or not length.isdigit() or int(length) > OCTETS_MAX:
        return Reply(400)
    try:
        octets = cast("BinaryIO", body).read(int(length))
        return quick.ask(district, octets, now_s)
    except Exception as error:  # noqa: BLE001 - whatever it is, the box must keep its frames
        # No traceback: a database error would print the texts that it could not write.
        _LOG.error("ask failed", extra={"error": type(error).__name__})
        return Reply(503)
