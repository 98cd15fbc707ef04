"""Serves an application over HTTP with waitress: the one door to it."""

import errno
import logging
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer, create_server
from waitress.task import ErrorTask, WSGITask

from server.web import crowd, failures, relay
from server.web.asking import Room
from server.web.crowd import Channel
from server.web.headers import HEADERS, NO_STORE
from server.web.uploads import LARGEST

log = logging.getLogger(__name__)
THREADS: Final = 4
_LOOP_S: Final = 0.25
_SWEEP_S: Final = 5.0
_RETRY_S: Final = 30
_HUNG_UP: Final = select.POLLHUP | select.POLLERR
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
    *,
    tls: Callable[[], ssl.SSLContext] | None = None,
    mono_s: Callable[[], float] = time.monotonic,
) -> None:
    """Serve until `stop` is set; returns within a second after it, unfinished requests aside.

    Args:
        app: what to serve; its `MAX_CONTENT_LENGTH` bounds every body.
        host: address to listen on.
        port: TCP port; 0 takes any free one.
        stop: ends the serving.
        ready: called with the port once connections are taken.
        tls: what to show callers who begin with TLS; the same port takes plain HTTP too.
        mono_s: the clock by which callers are slow.

    Raises:
        PortInUse: another program listens there.
        AddressRefused: the address is not this machine's, or not allowed.
    """
    sockets: dict[int, object] = {}
    limit = crowd.connections()
    server = _listening(app, host, port, sockets, limit)
    taken = _harden(sockets, tls, mono_s)
    ready(taken)
    log.info("serving", extra={"port": taken})
    swept_s = mono_s()
    try:
        while not stop.is_set():
            _turn(sockets)
            if closed := crowd.thin(sockets, limit):
                log.warning("crowded, idle callers closed", extra={"count": closed})
            if mono_s() - swept_s > _SWEEP_S:
                swept_s = mono_s()
                crowd.hurry(sockets, swept_s)
                relay.sweep(sockets, time.monotonic())
    finally:
        server.task_dispatcher.shutdown(timeout=2)
        wasyncore.close_all(sockets)


def _listening(
    app: Flask, host: str, port: int, sockets: dict[int, object], limit: int
) -> TcpWSGIServer:
    try:
        return create_server(
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
            # Every box of a district may keep its connection, and one over TLS counts thrice.
            connection_limit=limit,
            backlog=limit,
        )
    except ValueError as error:
        # What waitress says of a name that no resolver takes.
        raise AddressRefused(host, port) from error
    except OSError as error:
        wasyncore.close_all(sockets)
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(port) from error
        raise AddressRefused(host, port) from error


def _body_octets_max(app: Flask) -> int:
    """Somewhat above the site's own limits, whose refusal has words for people."""
    form: int = app.config["MAX_CONTENT_LENGTH"] or 0
    upload: int = app.config.get(LARGEST, 0)
    return max(4 * form, upload * 3 // 2)


def _turn(sockets: dict[int, object]) -> None:
    """Let every connection that can read or write do so once.

    Unlike `select` it counts no descriptors, and unlike waitress' own `poll` it reads what a
    caller said before he hung up.
    """
    asked = select.poll()
    for number, one in list(sockets.items()):
        assert isinstance(one, wasyncore.dispatcher)  # noqa: S101 -- waitress and we put them there
        flags = select.POLLIN if one.readable() else 0
        if one.writable() and not one.accepting:
            flags |= select.POLLOUT
        if flags:
            asked.register(number, flags)
    for number, flags in asked.poll(_LOOP_S * 1_000):
        one = sockets.get(number)
        if one is not None:
            said = flags & ~_HUNG_UP if flags & select.POLLIN else flags
            wasyncore.readwrite(one, said)


def _harden(
    sockets: dict[int, object],
    tls: Callable[[], ssl.SSLContext] | None,
    clock: Callable[[], float],
) -> int:
    """Let every listener answer its own refusals with our headers; returns the first's port."""

    class OneServers(_Channel):
        mono_s = staticmethod(clock)
        room = Room()

    listeners = [kept for kept in sockets.values() if isinstance(kept, TcpWSGIServer)]
    for listener in listeners:
        listener.channel_class = OneServers if tls is None else _sniffing(sockets, tls, OneServers)
    return int(listeners[0].effective_port)


def _sniffing(
    sockets: dict[int, object], tls: Callable[[], ssl.SSLContext], channel: type[Channel]
) -> Callable[..., object]:
    """What waitress makes of a connection, when that may be TLS."""

    def made(
        server: TcpWSGIServer,
        line: socket.socket,
        address: tuple[str, int],
        adjusted: Adjustments,
        **_map: object,
    ) -> object:
        def carry(carried: socket.socket) -> object:
            # With the caller's own address: the door relays, but it does not hide him.
            return channel(server, carried, address, adjusted, map=sockets)

        return relay.Sniffer(line, sockets, tls(), carry)

    return made


class _Task(WSGITask):  # type: ignore[misc]
    """An answer for machines, which has no type, needs no date either: a link is dear."""

    def build_response_header(self) -> bytes:
        head: bytes = super().build_response_header()
        if any(name.lower() == "content-type" for name, _ in self.response_headers):
            return head
        return b"\r\n".join(one for one in head.split(b"\r\n") if not one.startswith(b"Date:"))


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """What is refused before the pages see it: in words for people, with the pages' headers."""

    def execute(self) -> None:
        error = self.request.error
        page = failures.bare_page(error.code)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend(
            [*HEADERS.items(), ("Cache-Control", NO_STORE), ("Content-Type", failures.PAGE_TYPE)]
        )
        if error.code == HTTPStatus.SERVICE_UNAVAILABLE:
            self.response_headers.append(("Retry-After", str(_RETRY_S)))
        self.set_close_on_finish()
        self.content_length = len(page)
        self.write(page)


class _Channel(Channel):
    task_class = _Task
    error_task_class = _ErrorTask
