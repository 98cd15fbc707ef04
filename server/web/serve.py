"""Serves an application over HTTP with waitress: the one door to it."""

import errno
import logging
import threading
from collections.abc import Callable
from typing import Final

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server
from waitress.task import ErrorTask

from server.web.headers import HEADERS, NO_STORE
from server.web.uploads import LARGEST

log = logging.getLogger(__name__)
THREADS: Final = 4
_LOOP_S: Final = 0.25
_HEADER_OCTETS_MAX: Final = 16 * 1024
# Beyond what any body or answer here reaches: waitress would spool it to a temporary file.
_NEVER_OCTETS: Final = 1 << 40


class PortInUse(Exception):
    """Port itu sudah dipakai program lain; hentikan program itu atau pilih port lain."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.sentence = (
            f"Port {port} sudah dipakai program lain; hentikan program itu atau pilih port lain."
        )


class AddressRefused(Exception):
    """Alamat itu tidak dapat dipakai; periksa [web] host dan port di kentongan.toml."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self.sentence = (
            f"Alamat {host} port {port} tidak dapat dipakai; "
            "periksa [web] host dan port di kentongan.toml."
        )


def page_address(host: str, port: int) -> str:
    """Where people open the pages that are served at a host's port."""
    everywhere = host in ("0.0.0.0", "::", "")  # noqa: S104 -- read, not listened on
    return f"http://{'ALAMAT-KOMPUTER-INI' if everywhere else host}:{port}/"


def serve(
    app: Flask,
    host: str,
    port: int,
    stop: threading.Event,
    ready: Callable[[int], object] = lambda _: None,
) -> None:
    """Serve until `stop` is set; returns within a second after it, unfinished requests aside.

    Args:
        app: what to serve; its `MAX_CONTENT_LENGTH` bounds every body.
        host: address to listen on.
        port: TCP port; 0 takes any free one.
        stop: ends the serving.
        ready: called with the port once connections are taken.

    Raises:
        PortInUse: another program listens there.
        AddressRefused: the address is not this machine's, or not allowed.
    """
    sockets: dict[int, object] = {}
    try:
        server = create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=_body_octets_max(app),
            max_request_header_size=_HEADER_OCTETS_MAX,
            inbuf_overflow=_NEVER_OCTETS,
            outbuf_overflow=_NEVER_OCTETS,
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        wasyncore.close_all(sockets)
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(port) from error
        raise AddressRefused(host, port) from error
    taken = _harden(sockets)
    ready(taken)
    log.info("serving", extra={"port": taken})
    try:
        while not stop.is_set():
            wasyncore.loop(timeout=_LOOP_S, map=sockets, count=1)
    finally:
        server.task_dispatcher.shutdown(timeout=2)
        wasyncore.close_all(sockets)


def _body_octets_max(app: Flask) -> int:
    """Somewhat above the site's own limits, whose refusal has words for people."""
    form: int = app.config["MAX_CONTENT_LENGTH"] or 0
    upload: int = app.config.get(LARGEST, 0)
    return max(4 * form, upload * 3 // 2)


def _harden(sockets: dict[int, object]) -> int:
    """Let every listener answer its own refusals with our headers; returns the first's port."""
    listeners = [kept for kept in sockets.values() if isinstance(kept, TcpWSGIServer)]
    for listener in listeners:
        listener.channel_class = _Channel
    port: int = listeners[0].effective_port
    return port


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """What waitress itself refuses carries the same headers as the pages."""

    def execute(self) -> None:
        self.response_headers.extend([*HEADERS.items(), ("Cache-Control", NO_STORE)])
        super().execute()


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ErrorTask
