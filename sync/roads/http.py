"""The HTTP road: posts over one connection that is kept while it lives, many in a row."""

import contextlib
import select
import socket
import ssl
import urllib.parse
from collections.abc import Iterator, Sequence
from typing import Final, Protocol, runtime_checkable

from sync.errors import CardRefused, MalformedFrame, NoRoad, NotEnrolled
from sync.message import OCTETS_MAX
from sync.roads.meter import Meter

EXCHANGE_PATH: Final = "/tukar/v1"
ENROL_PATH: Final = "/daftar/v1"
QUICK_PATH: Final = "/k"
CONTENT_TYPE: Final = "application/vnd.kentongan"
_REFUSALS: Final = {403: NotEnrolled, 409: CardRefused, 410: CardRefused, 400: MalformedFrame}
_HEADER_OCTETS_MAX: Final = 8_192
_CHUNK: Final = 16_384
_AGAIN: Final = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)


class Road(Protocol):
    """Anything that carries one message to the Polres and brings its answer."""

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry `octets` to `path`; raises NoRoad when nothing came back."""


@runtime_checkable
class ManyRoad(Protocol):
    """A road that need not wait for an answer before it carries the next message."""

    def post_all(self, path: str, bodies: Sequence[bytes]) -> Iterator[bytes]:
        """Carry all bodies in a row; gives the answers in order, each as soon as it is there."""


def post_all(road: Road, path: str, bodies: Sequence[bytes]) -> Iterator[bytes]:
    """As `ManyRoad.post_all`, over any road."""
    if isinstance(road, ManyRoad):
        yield from road.post_all(path, bodies)
        return
    for octets in bodies:
        yield road.post(path, octets)


class HttpRoad:
    """HTTP/1.1 to the address on the card; frames are sealed, so `http://` is allowed too."""

    def __init__(self, url: str, timeout_s: float = 60.0) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise NoRoad
        self._secure = parts.scheme == "https"
        usual = 443 if self._secure else 80
        try:
            self._where = (parts.hostname, parts.port or usual)
        except ValueError as error:
            raise NoRoad from error
        self._host = parts.netloc.rpartition("@")[2]
        self._prefix = parts.path.rstrip("/")
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None
        self._came = bytearray()
        self._meter = Meter()

    def post(self, path: str, octets: bytes) -> bytes:
        """One request and its answer.

        Raises:
            NoRoad: no connection, a cut one, or a page that is not our peer's.
            NotEnrolled, CardRefused, MalformedFrame: the Polres refused.
        """
        lines = f"Content-Type: {CONTENT_TYPE}\r\nAccept: {CONTENT_TYPE}\r\n"
        kept = self._socket is not None
        try:
            (answer,) = self._carry([self._request(path, octets, lines)])
        except NoRoad:
            if not kept:
                raise
            # The server closed a connection that nobody used for a while.
            (answer,) = self._carry([self._request(path, octets, lines)])
        status, kind, body = answer
        if kind != CONTENT_TYPE and path != QUICK_PATH:
            self.close()
            raise NoRoad
        if status != 200:
            raise _REFUSALS.get(status, NoRoad)
        return body

    def post_all(self, path: str, bodies: Sequence[bytes]) -> Iterator[bytes]:
        """Many requests without waiting; gives each answer as it comes.

        Raises:
            NoRoad: no connection, or a cut one.
            NotEnrolled, MalformedFrame: the Polres, or a page before it, refused.
        """
        if self._socket is not None and self._is_closed():
            self.close()
        asked = [self._request(path, octets, "") for octets in bodies]
        for status, _kind, body in self._carry(asked):
            if status != 200:
                self.close()
                raise _REFUSALS.get(status, NoRoad)
            yield body

    def take_count(self) -> tuple[int, int]:
        """Octets of HTTP up and down since this was last asked; TLS is not counted."""
        return self._meter.take()

    def close(self) -> None:
        """Close the connection; the next post opens a new one."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._came.clear()

    def _request(self, path: str, octets: bytes, lines: str) -> bytes:
        head = (
            f"POST {self._prefix}{path} HTTP/1.1\r\nHost: {self._host}\r\n{lines}"
            f"Content-Length: {len(octets)}\r\n\r\n"
        )
        return head.encode("ascii", "replace") + octets

    def _carry(self, asked: Sequence[bytes]) -> Iterator[tuple[int, str, bytes]]:
        """Send everything, and give the answers in order."""
        left = memoryview(b"".join(asked))
        missing = len(asked)
        try:
            line = self._open()
            while missing:
                while (answer := _answer(self._came)) is not None:
                    missing -= 1
                    yield answer
                    if not missing:
                        return
                left = self._move(line, left)
        except (OSError, ValueError) as error:
            self.close()
            raise NoRoad from error

    def _move(self, line: socket.socket, left: memoryview) -> memoryview:
        """Wait until something can go or come, and let it."""
        waiting = isinstance(line, ssl.SSLSocket) and line.pending() > 0
        readable, writable, _ = select.select(
            [line], [line] if left else [], [], 0 if waiting else self._timeout_s
        )
        if not (readable or writable or waiting):
            raise TimeoutError
        if writable:
            with contextlib.suppress(*_AGAIN):
                sent = line.send(left[:_CHUNK])
                self._meter.up += sent
                left = left[sent:]
        if readable or waiting:
            try:
                came = line.recv(_CHUNK)
            except _AGAIN:
                return left
            if not came:
                raise ConnectionResetError
            self._meter.down += len(came)
            self._came += came
        return left

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._came.clear()
            line = socket.create_connection(self._where, self._timeout_s)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._secure:
                context = ssl.create_default_context()
                line = context.wrap_socket(line, server_hostname=self._where[0])
            line.setblocking(False)
            self._socket = line
        return self._socket

    def _is_closed(self) -> bool:
        """Whether the other side ended an idle connection: then something is there to read."""
        return self._socket is not None and bool(select.select([self._socket], [], [], 0)[0])


def _answer(came: bytearray) -> tuple[int, str, bytes] | None:
    """Take the first whole answer: status, content type, body; None while it is not all there.

    Raises:
        ValueError: it is no answer of our peer.
    """
    end = came.find(b"\r\n\r\n")
    if end < 0:
        if len(came) > _HEADER_OCTETS_MAX:
            raise ValueError
        return None
    first, *lines = came[:end].decode("latin-1").split("\r\n")
    words = first.split(" ")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    length = headers.get("content-length", "")
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not length.isdecimal():
        raise ValueError
    if int(length) > OCTETS_MAX:
        raise ValueError
    whole = end + 4 + int(length)
    if len(came) < whole:
        return None
    body = bytes(came[end + 4 : whole])
    del came[:whole]
    return int(words[1]), headers.get("content-type", ""), body
