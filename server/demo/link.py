"""A road that can be cut: relays TCP connections on loopback to one port."""

import contextlib
import select
import socket
import threading
from typing import Final

LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 65536
_CONNECT_S: Final = 5.0


class Link:
    """Listens on a free port and carries every connection to `target`, while it is open.

    Args:
        target: TCP port on loopback. A connection made while nobody listens there is closed.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._open = True
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="link", daemon=True)
        self._thread.start()

    @property
    def open(self) -> bool:
        """Whether the road is open."""
        return self._open

    def cut(self) -> None:
        """Break every connection now, and take none until `restore`."""
        with self._lock:
            self._open = False
            for pair in self._pairs:
                _break(*pair)

    def restore(self) -> None:
        """Take connections again."""
        with self._lock:
            self._open = True

    def close(self) -> None:
        """Cut, and listen no more."""
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), name="road", daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        where = (LOOPBACK, self._target)
        with near, contextlib.suppress(OSError), socket.create_connection(where, _CONNECT_S) as far:
            far.settimeout(None)
            pair = (near, far)
            # Under the lock: a cut that came meanwhile would not have seen this pair.
            with self._lock:
                if not self._open:
                    return
                self._pairs.add(pair)
            try:
                _pump(near, far)
            finally:
                with self._lock:
                    self._pairs.discard(pair)


def _pump(near: socket.socket, far: socket.socket) -> None:
    """Carry octets both ways until one end closes."""
    across = {near: far, far: near}
    while True:
        ready, _, _ = select.select([near, far], [], [])
        for end in ready:
            octets = end.recv(_CHUNK)
            if not octets:
                return
            across[end].sendall(octets)


def _break(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
