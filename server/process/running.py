"""One process for each directory: the lock that it holds while it runs."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from server.domain.errors import Told

LOCK_FILE = "running.lock"


class AlreadyRunning(Told):
    """Kotak ini sudah berjalan; hentikan yang satu sebelum menjalankan yang lain."""


@contextlib.contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the directory's lock while the process runs.

    Raises:
        AlreadyRunning: another process holds it.
    """
    handle = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunning from error
        yield
    finally:
        os.close(handle)
