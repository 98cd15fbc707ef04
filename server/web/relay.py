"""A small relay before waitress: what begins as TLS is opened, everything else goes on as it is."""

import contextlib
import logging
import socket
import ssl
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Final

from waitress import wasyncore

from sync.roads.tls import RECORD_OCTETS

log = logging.getLogger(__name__)
Sockets = MutableMapping[int, object]
# Makes waitress' own channel of a connection.
Carry = Callable[[socket.socket], object]
_HELLO: Final = b"\x16"
"""First octet of a TLS handshake (RFC 8446 section 5.1); no HTTP request begins so."""
_CHUNK: Final = 16 * 1024
_HELD_OCTETS_MAX: Final = 64 * 1024
"""Beyond so much that one side does not take, the other is not read."""
PATIENCE_S: Final = 60.0
"""How long a caller may take for its first octet and its handshake, slow links included."""
_FULL: Final = (BlockingIOError, ssl.SSLWantReadError)


class Sniffer(wasyncore.dispatcher):  # type: ignore[misc]
    """A new connection until its first octet tells what it is."""

    def __init__(
        self, line: socket.socket, sockets: Sockets, context: ssl.SSLContext, carry: Carry
    ) -> None:
        super().__init__(line, map=sockets)
        self._context, self._carry, self._sockets = context, carry, sockets
        self.until_s = time.monotonic() + PATIENCE_S

    def readable(self) -> bool:
        """Wait for the first octet."""
        return True

    def writable(self) -> bool:
        """Nothing is said yet."""
        return False

    def handle_read(self) -> None:
        """Hand the connection on, with its first octet still to be read."""
        line: socket.socket = self.socket
        try:
            first = line.recv(1, socket.MSG_PEEK)
        except OSError:
            first = b""
        if not first:
            self.close()
            return
        self.del_channel(self._sockets)
        if first != _HELLO:
            self._carry(line)
            return
        inner, outer = socket.socketpair()
        for end in (inner, outer):
            end.setblocking(False)
        shared = _Opened(self._context)
        shared.front = _Front(line, self._sockets, shared)
        shared.back = _Back(outer, self._sockets, shared)
        self._carry(inner)

    def handle_close(self) -> None:
        """The caller is gone."""
        self.close()


class _Opened:
    """One TLS connection: the sealed side before the world, the clear side before waitress."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.came, self.goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.came, self.goes, server_side=True)
        self.shaken = self.ended = False
        self.to_front, self.to_back = bytearray(), bytearray()
        self.front: _Front | None = None
        self.back: _Back | None = None

    def turn(self) -> None:
        """Open what came.

        Raises:
            ssl.SSLError: it is no TLS, or broken.
        """
        with contextlib.suppress(*_FULL):
            if not self.shaken:
                self.tls.do_handshake()
                self.shaken = True
            while True:
                octets = self.tls.read(_CHUNK)
                if not octets:
                    self.ended = True
                    break
                self.to_back += octets
        self.drain()

    def seal(self, octets: bytes) -> None:
        """Close in what waitress says, in records that cross a bad link whole."""
        for first in range(0, len(octets), RECORD_OCTETS):
            self.tls.write(octets[first : first + RECORD_OCTETS])
        self.drain()

    def drain(self) -> None:
        """What TLS has to say goes to the world."""
        self.to_front += self.goes.read()

    def close(self) -> None:
        """Both sides."""
        # OpenSSL forgets a session that was not said good-bye to, and most links are cut.
        with contextlib.suppress(ssl.SSLError, ValueError):
            self.tls.unwrap()
        for side in (self.front, self.back):
            if side is not None and side.connected:
                side.close()


class _Side(wasyncore.dispatcher):  # type: ignore[misc]
    """What both sides do alike."""

    def __init__(self, line: socket.socket, sockets: Sockets, opened: _Opened) -> None:
        super().__init__(line, map=sockets)
        self.connected = True
        self._opened = opened
        self.until_s: float | None = time.monotonic() + PATIENCE_S

    def close(self) -> None:
        """Close the socket once."""
        self.connected = False
        super().close()

    def handle_close(self) -> None:
        """The other end is gone."""
        self._opened.close()

    def handle_error(self) -> None:
        """A fault of one connection ends that connection."""
        log.info("connection ended by a fault", exc_info=sys.exc_info())
        self._opened.close()

    def _send(self, held: bytearray) -> None:
        try:
            gone = self.socket.send(held[:_CHUNK])
        except BlockingIOError:
            return
        except OSError:
            self._opened.close()
            return
        del held[:gone]


class _Front(_Side):
    """The sealed side."""

    def readable(self) -> bool:
        """Read while waitress takes."""
        one = self._opened
        return not one.ended and len(one.to_back) < _HELD_OCTETS_MAX

    def writable(self) -> bool:
        """Something waits for the world."""
        return bool(self._opened.to_front)

    def handle_read(self) -> None:
        """Open what came and wake the other side."""
        one = self._opened
        try:
            octets = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            one.ended = True
        try:
            one.came.write(octets)
            one.turn()
        except ssl.SSLError:
            # A wrong version, a probe, or a caller who does not like our key: his alert came.
            with contextlib.suppress(OSError):
                one.drain()
                self.socket.send(bytes(one.to_front))
            one.close()
            return
        if one.shaken and one.back is not None and not one.back.ended:
            self.until_s = None
        if one.back is not None:
            one.back.flush()

    def handle_write(self) -> None:
        """Send what waits."""
        self._send(self._opened.to_front)
        self.end_when_empty()

    def end_when_empty(self) -> None:
        """After waitress' last word, close."""
        one = self._opened
        if one.back is not None and one.back.ended and not one.to_front:
            one.close()


class _Back(_Side):
    """The clear side."""

    def __init__(self, line: socket.socket, sockets: Sockets, opened: _Opened) -> None:
        super().__init__(line, sockets, opened)
        self.until_s = None
        self.ended = self._told = False

    def readable(self) -> bool:
        """Read while the world takes."""
        one = self._opened
        return one.shaken and not self.ended and len(one.to_front) < _HELD_OCTETS_MAX

    def writable(self) -> bool:
        """Something waits for waitress."""
        return bool(self._opened.to_back)

    def handle_read(self) -> None:
        """Seal what waitress says."""
        one = self._opened
        try:
            octets = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if octets:
            one.seal(octets)
        else:
            self.ended = True
        if one.front is not None:
            if self.ended:
                one.front.until_s = time.monotonic() + PATIENCE_S
            if one.to_front:
                one.front.handle_write()
            one.front.end_when_empty()

    def handle_write(self) -> None:
        """Send what waits."""
        self.flush()

    def flush(self) -> None:
        """Hand on what was opened; after its end, say that no more comes."""
        one = self._opened
        if one.to_back:
            self._send(one.to_back)
        if one.ended and not one.to_back and not self._told and self.connected:
            self._told = True
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)


def unopened(sockets: Mapping[int, object]) -> list[tuple[float, Callable[[], object]]]:
    """Callers who said nothing yet, or whose handshake is not over: since when, how to close."""
    return [
        (one.until_s - PATIENCE_S, one.handle_close)
        for one in sockets.values()
        if isinstance(one, Sniffer | _Front) and one.until_s is not None
    ]


def sweep(sockets: Sockets, now_s: float) -> None:
    """Close callers who have said nothing, or have not finished their handshake, for long."""
    for one in list(sockets.values()):
        if isinstance(one, Sniffer) and one.until_s < now_s:
            one.close()
        elif isinstance(one, _Side) and one.until_s is not None and one.until_s < now_s:
            one.handle_close()
