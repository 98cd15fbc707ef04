"""A road on loopback that counts, delays and cuts: a relay with the model of a bad link."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Final

LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 512
_SEGMENT_OCTETS: Final = 1_400
_SEGMENT_HEADER_OCTETS: Final = 40


@dataclass(frozen=True, slots=True)
class Link:
    """How a link behaves; the usual one neither delays nor cuts.

    Attributes:
        octets_a_s: speed each way, 0 for any.
        round_trip_s: two ways, also paid at each connect.
        life_s: every connection is cut so long after it was made, 0 for never.
    """

    octets_a_s: float = 0.0
    round_trip_s: float = 0.0
    life_s: float = 0.0


@dataclass(slots=True)
class Count:
    """What crossed the link so far."""

    up: int = 0
    down: int = 0
    turns: int = 0
    connects: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def octets(self) -> int:
        """Both ways."""
        return self.up + self.down


class Relay:
    """Carries every connection to a port on loopback, over a link; close it after use."""

    def __init__(self, target: int, link: Link) -> None:
        self.link = link
        self.count = Count()
        self._target = target
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def close(self) -> None:
        """Take no more connections; those that live end with their ends."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection((LOOPBACK, self._target))
            _Carried(near, far, self.link, self.count).begin()


class _Carried:
    """One connection."""

    def __init__(self, near: socket.socket, far: socket.socket, link: Link, count: Count) -> None:
        self._near, self._far, self._link, self._count = near, far, link, count
        self._last = ""
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A link holds little: what was not carried is lost with the connection.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)

    def begin(self) -> None:
        """Start to carry, after the connect's own way there and back."""
        self._count.connects += 1
        if self._link.life_s:
            cut = threading.Timer(self._link.life_s, self._cut)
            cut.daemon = True
            cut.start()
        self._start(self._near, self._far, self._up, self._link.round_trip_s)
        self._start(self._far, self._near, self._down, 0.0)

    def _start(
        self, source: socket.socket, goal: socket.socket, tell: Callable[[int], None], wait_s: float
    ) -> None:
        queue: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        read = threading.Thread(
            target=self._read, args=(source, queue, tell, wait_s), name="link read", daemon=True
        )
        write = threading.Thread(
            target=self._write, args=(goal, queue), name="link write", daemon=True
        )
        read.start()
        write.start()

    def _read(
        self,
        source: socket.socket,
        queue: "SimpleQueue[tuple[float, bytes]]",
        tell: Callable[[int], None],
        wait_s: float,
    ) -> None:
        link = self._link
        time.sleep(wait_s)
        free_s = time.monotonic()
        while True:
            try:
                came = source.recv(_CHUNK if link.octets_a_s else 65_536)
            except OSError:
                came = b""
            if came and link.octets_a_s:
                size = len(came) * (1 + _SEGMENT_HEADER_OCTETS / _SEGMENT_OCTETS)
                free_s = max(free_s, time.monotonic()) + size / link.octets_a_s
                time.sleep(max(0.0, free_s - time.monotonic()))
            if came:
                tell(len(came))
            queue.put((time.monotonic() + link.round_trip_s / 2, came))
            if not came:
                return

    @staticmethod
    def _write(goal: socket.socket, queue: "SimpleQueue[tuple[float, bytes]]") -> None:
        while True:
            due_s, octets = queue.get()
            time.sleep(max(0.0, due_s - time.monotonic()))
            try:
                if octets:
                    goal.sendall(octets)
                else:
                    goal.shutdown(socket.SHUT_WR)
                    return
            except OSError:
                return

    def _up(self, octets: int) -> None:
        with self._count.lock:
            self._count.up += octets
            self._count.turns += self._last != "up"
            self._last = "up"

    def _down(self, octets: int) -> None:
        with self._count.lock:
            self._count.down += octets
            self._last = "down"

    def _cut(self) -> None:
        for end in (self._near, self._far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
