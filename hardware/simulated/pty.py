"""A virtual modem behind a real pseudo terminal, for programs that open a tty."""

import os
import select
import threading
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from hardware.errors import HardwareError
from hardware.simulated.latency import Latency, latency_s
from hardware.simulated.virtual import VirtualModem

T = TypeVar("T")

_CHUNK = 4096
# What nobody reads is dropped beyond this, as a real modem drops it.
_BACKLOG = 65536
_IDLE_S = 0.5


class LinkTaken(HardwareError):
    """There is a file of another kind where the link should be; nothing was changed."""

    sentence = "Di tempat tautan itu sudah ada berkas lain. Pilih nama lain untuk --link."
    hint = "Tautan yang lama boleh diganti; berkas dan folder tidak."


class PtyModem:
    """Serves a `VirtualModem` on a pseudo terminal; `link` points to it while this lives.

    One thread runs `run` or `step`; any thread may `call`. Clients may close and open the tty
    as they like.

    Args:
        virtual: the modem; touch it only through `call`.
        link: path of the symbolic link to the tty; one that is there is replaced.
        latency: "none", or "usb" to answer as slowly as a USB stick.
    """

    def __init__(self, virtual: VirtualModem, link: Path, latency: Latency = "none") -> None:
        self._virtual = virtual
        self._latency: Latency = latency
        self._lock = threading.RLock()
        self._out = bytearray()
        self._due_s = 0.0
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._closed = False
        self._link = link
        self._plug_in()

    def _plug_in(self) -> None:
        self._plugged = self._virtual.plugged
        # The slave stays open here, so that the master never fails while no client is there.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._tty = os.ttyname(self._slave)
        if self._link.exists() and not self._link.is_symlink():
            raise LinkTaken(str(self._link))
        fresh = self._link.with_name(f"{self._link.name}.{os.getpid()}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._tty)
        fresh.replace(self._link)

    def _plug_in_anew(self) -> None:
        """Be another device: whoever holds the old one is told that it has gone."""
        before = self._master, self._slave
        self._plug_in()
        self._out.clear()
        for fd in before:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def link(self) -> Path:
        """The path for clients."""
        return self._link

    def call(self, act: Callable[[VirtualModem], T]) -> T:
        """Act on the modem from any thread; what it then says goes out at once."""
        with self._lock:
            result = act(self._virtual)
        self.wake()
        return result

    def wake(self) -> None:
        """Make a waiting `step` return, so that `run` looks at its stop event."""
        # A full pipe wakes as well.
        with self._lock, suppress(BlockingIOError):
            if not self._closed:
                os.write(self._wake, b"!")

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set (then `wake`), and close."""
        with self:
            while not stop.is_set():
                self.step(_IDLE_S)

    def step(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` for bytes or a call, and serve them once."""
        thinking_s = max(0.0, self._due_s - time.monotonic())
        if thinking_s:
            # A modem that thinks takes no command and says nothing.
            self._wait([self._woken], [], min(timeout_s, thinking_s))
            return
        writing = [self._master] if self._out else []
        if self._master in self._wait([self._master, self._woken], writing, timeout_s):
            self._serve()
        with self._lock:
            if self._virtual.plugged != self._plugged:
                self._plug_in_anew()
            self._say(self._virtual.pending())
        if time.monotonic() >= self._due_s:
            self._flush()

    def _wait(self, reading: list[int], writing: list[int], timeout_s: float) -> list[int]:
        ready, _, _ = select.select(reading, writing, [], timeout_s)
        if self._woken in ready:
            with suppress(BlockingIOError):
                os.read(self._woken, _CHUNK)
        return ready

    def close(self) -> None:
        """Close the terminal and remove the link; a second time does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for fd in (self._master, self._slave, self._woken, self._wake):
                os.close(fd)
        with suppress(OSError):
            if self._link.readlink() == Path(self._tty):
                self._link.unlink()

    def _serve(self) -> None:
        try:
            asked = os.read(self._master, _CHUNK)
        except BlockingIOError:
            return
        with self._lock:
            answer = self._virtual.feed(asked)
            ran = self._virtual.executed()
        pause_s = sum(latency_s(self._latency, command) for command in ran)
        if pause_s:
            self._due_s = time.monotonic() + pause_s
        self._say(answer)

    def _say(self, data: bytes) -> None:
        self._out += data[: max(0, _BACKLOG - len(self._out))]

    def _flush(self) -> None:
        with suppress(BlockingIOError):
            while self._out:
                sent = os.write(self._master, self._out[:_CHUNK])
                del self._out[:sent]
