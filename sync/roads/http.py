"""The HTTP road: posts over one connection that is kept while it lives, many in a row."""

import contextlib
import select
import socket
import ssl
import time
import urllib.parse
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, Protocol, runtime_checkable

from sync.errors import NoRoad, RoadEnded, RoadStuck, StrangeServer
from sync.roads.answer import Answer, expect_ours, take_answer
from sync.roads.meter import Meter
from sync.roads.tls import RECORD_OCTETS, Trust

EXCHANGE_PATH: Final = "/tukar/v1"
ENROL_PATH: Final = "/daftar/v1"
QUICK_PATH: Final = "/k"
KEY_PATH: Final = "/kunci/v1"
CONTENT_TYPE: Final = "application/vnd.kentongan"
_WHOLE_KINDS: Final = frozenset({CONTENT_TYPE})
# Short answers name no type; a proxy may name one that says as little.
_SHORT_KINDS: Final = frozenset({"", CONTENT_TYPE, "application/octet-stream"})
_CHUNK: Final = 16_384
# What the system holds for us is out of sight: little of it, so that waiting stays honest.
_HELD_OCTETS: Final = 16_384
# A road that carries less than this in its whole time-out is stuck, however often it drips.
_PROGRESS_OCTETS: Final = 1_024
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


@runtime_checkable
class SecureRoad(Protocol):
    """A road that can be told whom it may speak with over TLS."""

    def trust(self, whom: Trust) -> None:
        """Speak with nobody else."""


def post_all(road: Road, path: str, bodies: Sequence[bytes]) -> Iterator[bytes]:
    """As `ManyRoad.post_all`, over any road."""
    if isinstance(road, ManyRoad):
        yield from road.post_all(path, bodies)
        return
    for octets in bodies:
        yield road.post(path, octets)


class HttpRoad:
    """HTTP/1.1 to the address on the card; frames are sealed, so `http://` is allowed too."""

    def __init__(self, url: str, timeout_s: float = 60.0, trust: Trust | None = None) -> None:
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
        self._trust = trust
        self._socket: socket.socket | None = None
        self._came = bytearray()
        self._meter = Meter()

    def trust(self, whom: Trust) -> None:
        """Over `https://`, speak with nobody else."""
        self._trust = whom

    def post(self, path: str, octets: bytes) -> bytes:
        """One request and its answer.

        Raises:
            NoRoad: no connection, a cut or stuck one, or a page that is not our peer's.
            NotEnrolled, CardRefused, MalformedFrame: the Polres refused.
        """
        lines = f"Content-Type: {CONTENT_TYPE}\r\nAccept: {CONTENT_TYPE}\r\n"
        (answer,) = self._carry([self._request(path, octets, lines)])
        return self._expect(answer, _SHORT_KINDS if path == QUICK_PATH else _WHOLE_KINDS)

    def post_all(self, path: str, bodies: Sequence[bytes]) -> Iterator[bytes]:
        """Many requests without waiting; gives each answer as it comes.

        Raises:
            NoRoad: no connection, a cut or stuck one, or a page that is not our peer's.
            NotEnrolled, MalformedFrame: the Polres, or a page before it, refused.
        """
        if self._socket is not None and self._is_closed():
            self.close()
        for answer in self._carry([self._request(path, octets, "") for octets in bodies]):
            yield self._expect(answer, _SHORT_KINDS)

    def take_count(self) -> tuple[int, int]:
        """Octets of HTTP up and down since this was last asked; TLS is not counted."""
        return self._meter.take()

    def close(self) -> None:
        """Close the connection; the next post opens a new one."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._came.clear()

    def _expect(self, answer: Answer, kinds: frozenset[str]) -> bytes:
        try:
            return expect_ours(answer, kinds)
        except NoRoad:
            self.close()
            raise

    def _request(self, path: str, octets: bytes, lines: str) -> bytes:
        head = (
            f"POST {self._prefix}{path} HTTP/1.1\r\nHost: {self._host}\r\n{lines}"
            f"Content-Length: {len(octets)}\r\n\r\n"
        )
        return head.encode("ascii", "replace") + octets

    def _carry(self, asked: Sequence[bytes]) -> Iterator[Answer]:
        """Send everything, and give the answers in order.

        A server or proxy that closes after each answer is called again for the rest: each
        connection brings at least one answer. One that was closed while nobody used it is not
        counted.
        """
        missing, kept = len(asked), self._socket is not None
        while missing:
            try:
                for answer in self._carry_once(asked[len(asked) - missing :]):
                    missing -= 1
                    kept = False
                    ends = answer.closes or (not missing and self._came)
                    if ends:
                        # What stands behind the last answer was never asked for.
                        self.close()
                    yield answer
                    if ends:
                        break
            except RoadEnded:
                if not kept:
                    raise
                kept = False

    def _carry_once(self, asked: Sequence[bytes]) -> Iterator[Answer]:
        # Each by itself: no record of TLS joins the end of one with the next, which it would delay.
        left = deque(memoryview(one) for one in asked)
        missing = len(asked)
        line = self._open()
        try:
            patience = _Patience(self._timeout_s)
            while missing:
                while missing and (answer := take_answer(self._came)) is not None:
                    # Before the yield: who takes the last answer may never ask for another.
                    missing -= 1
                    patience = _Patience(self._timeout_s)
                    yield answer
                if missing:
                    self._move(line, left, patience)
        except TimeoutError as error:
            raise RoadStuck from error
        except OSError as error:
            raise RoadEnded from error
        finally:
            if missing and self._socket is line:
                # Whatever still comes here belongs to nobody.
                self.close()

    def _move(self, line: socket.socket, left: "deque[memoryview]", patience: "_Patience") -> None:
        """Wait until something can go or come, and let it."""
        secure = isinstance(line, ssl.SSLSocket)
        waiting = isinstance(line, ssl.SSLSocket) and line.pending() > 0
        readable, writable, _ = select.select(
            [line], [line] if left else [], [], 0 if waiting else patience.left_s()
        )
        if writable:
            with contextlib.suppress(*_AGAIN):
                gone = line.send(left[0][: RECORD_OCTETS if secure else _CHUNK])
                left[0] = left[0][gone:]
                if not left[0]:
                    left.popleft()
                self._meter.up += gone
                patience.moved(gone)
        if readable or waiting:
            self._receive(line, patience)

    def _receive(self, line: socket.socket, patience: "_Patience") -> None:
        try:
            came = line.recv(_CHUNK)
        except _AGAIN:
            came = None
        if isinstance(line, ssl.SSLSocket) and self._trust is not None:
            self._trust.remember(line)
        if came is None:
            return
        if not came:
            raise ConnectionResetError
        self._meter.down += len(came)
        self._came += came
        patience.moved(len(came))

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._came.clear()
            try:
                line = socket.create_connection(self._where, self._timeout_s)
            except (OSError, ValueError) as error:
                raise NoRoad from error
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _HELD_OCTETS)
            line.setblocking(False)
            self._socket = self._sealed(line) if self._secure else line
        return self._socket

    def _sealed(self, line: socket.socket) -> ssl.SSLSocket:
        try:
            if self._trust is None:
                raise StrangeServer
            return self._trust.open(line, self._where[0], self._timeout_s)
        except TimeoutError as error:
            raise RoadStuck from error
        except OSError as error:
            raise RoadEnded from error
        finally:
            if line.fileno() >= 0:
                line.close()

    def _is_closed(self) -> bool:
        """Whether the other side ended an idle connection: then something is there to read."""
        line = self._socket
        if line is None or not select.select([line], [], [], 0)[0]:
            return False
        try:
            # Over TLS it may be a late ticket.
            came = line.recv(1)
        except _AGAIN:
            return False
        except OSError:
            return True
        self._meter.down += len(came)
        self._came += came
        return True


class _Patience:
    """How long a road may still be silent, or drip."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._until_s = time.monotonic() + timeout_s
        self._octets = 0

    def left_s(self) -> float:
        """Seconds left.

        Raises:
            TimeoutError: none.
        """
        left_s = self._until_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        return left_s

    def moved(self, octets: int) -> None:
        """Something went or came."""
        self._octets += octets
        if self._octets >= _PROGRESS_OCTETS:
            self._octets = 0
            self._until_s = time.monotonic() + self._timeout_s
