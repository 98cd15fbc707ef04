"""What answers on bad roads: login pages, hijackers, stuck and careless middle boxes."""

import contextlib
import gzip
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sync.roads.http import CONTENT_TYPE

Talk = Callable[[socket.socket], None]
LOGIN = b"<html><h1>Silakan masuk</h1></html>"


@contextmanager
def answering(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A port where every connection is handed to `talk`, all at once, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def handle(line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            if context is None:
                talk(line)
                return
            with context.wrap_socket(line, server_side=True) as sealed:
                talk(sealed)

    def accept() -> None:
        while True:
            try:
                line, _where = listener.accept()
            except OSError:
                return
            lines.append(line)
            threading.Thread(target=handle, args=(line,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def page(
    body: bytes, status: str = "200 OK", kind: str = CONTENT_TYPE, *lines: str, length: int = -1
) -> bytes:
    """An answer as it goes over the wire."""
    size = len(body) if length < 0 else length
    head = [f"HTTP/1.1 {status}", f"Content-Length: {size}", *lines]
    if kind:
        head.append(f"Content-Type: {kind}")
    return "\r\n".join([*head, "", ""]).encode() + body


def always(octets: bytes) -> Talk:
    """Say the same to every request."""

    def talk(line: socket.socket) -> None:
        while line.recv(65_536):
            line.sendall(octets)

    return talk


def whole_requests(line: socket.socket, count: int) -> bytes:
    """So many requests as they came, read to their ends."""
    file, raw = line.makefile("rb"), b""
    for _ in range(count):
        length = 0
        while (header := file.readline()) not in {b"\r\n", b""}:
            raw += header
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        raw += b"\r\n" + file.read(length)
    return raw


def drip(line: socket.socket) -> None:
    """One octet of an answer that never ends, again and again, until the caller is gone."""
    line.recv(65_536)
    line.sendall(page(b"", length=400_000))
    while not select.select([line], [], [], 0.05)[0] or line.recv(65_536):
        line.sendall(b"x")


def mute(line: socket.socket) -> None:
    """Take everything and say nothing."""
    while line.recv(65_536):
        pass


def half_closed(line: socket.socket) -> None:
    """Say nothing more, but go on listening."""
    line.shutdown(socket.SHUT_WR)
    mute(line)


def half_an_answer(line: socket.socket) -> None:
    """Half of it, then half closed."""
    line.recv(65_536)
    line.sendall(page(b"a" * 40, length=80))
    half_closed(line)


def hung_up(line: socket.socket) -> None:
    """Gone at once."""
    line.close()


STRANGE_PAGES = {
    "a redirect to a login page": always(
        page(b"", "302 Found", "text/html", "Location: http://10.0.0.1/login")
    ),
    "a login page with 200": always(page(LOGIN, kind="text/html; charset=utf-8")),
    "a login page without a type": always(page(LOGIN, kind="")),
    "a login page under our own type": always(page(LOGIN)),
    "511": always(page(LOGIN, "511 Network Authentication Required", "text/html")),
    "a refusal by a proxy": always(page(LOGIN, "403 Forbidden", "text/html")),
    "a page of a proxy that knows no address": always(page(LOGIN, "404 Not Found", "text/html")),
    "a compressed page": always(
        page(gzip.compress(LOGIN), "200 OK", CONTENT_TYPE, "Content-Encoding: gzip")
    ),
    "a page in pieces": always(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),
    "two lengths": always(page(b"abc", "200 OK", CONTENT_TYPE, "Content-Length: 2")),
    "a length of nonsense": always(b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n"),
    "no HTTP at all": always(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "a header without an end": always(b"HTTP/1.1 200 OK\r\n" + b"x" * 20_000),
}
BUSY_PAGES = {
    "503": always(page(b"", "503 Service Unavailable")),
    "503 of a proxy": always(page(LOGIN, "503 Service Unavailable", "text/html")),
    "502": always(page(LOGIN, "502 Bad Gateway", "text/html")),
    "504": always(page(LOGIN, "504 Gateway Timeout", "text/html")),
    "too many": always(page(LOGIN, "429 Too Many Requests", "text/html")),
}
STUCK = {
    "an octet at a time for ever": drip,
    "silence": mute,
    "a length longer than the answer": always(page(b"short", length=500)),
}
ENDED = {
    "a half-closed connection": half_closed,
    "half an answer": half_an_answer,
    "a connection that is closed at once": hung_up,
}
