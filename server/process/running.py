"""One process for each directory: the lock that it holds, and what a crash may leave."""

import contextlib
import fcntl
import os
import resource
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from server.domain.errors import Told

LOCK_FILE = "running.lock"


class AlreadyRunning(Told):
    """Kentongan sudah berjalan di folder ini; hentikan yang satu sebelum menjalankan yang lain."""


class NoDirectory(Told):
    """Folder itu tidak ada; periksa namanya, atau jalankan init dahulu."""


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set.

    A handler runs between two steps of the main thread, which may just hold the event's own
    lock; so another thread sets it.
    """
    stop = threading.Event()

    def ask(*_: object) -> None:
        threading.Thread(target=stop.set, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


@contextlib.contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the directory's lock while the process runs.

    Raises:
        AlreadyRunning: another process holds it.
        NoDirectory: there is no such directory.
    """
    try:
        handle = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoDirectory from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunning from error
        yield
    finally:
        os.close(handle)


def leave_no_core() -> None:
    """A crash must not write this process's memory, and with it keys and texts, to the disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def leave_within(seconds: float) -> None:
    """End the process then at the latest, whatever still waits for a road or a device.

    That is as safe as SIGKILL, which must be safe at any moment.
    """
    last = threading.Timer(seconds, os._exit, (0,))
    last.daemon = True
    last.start()
