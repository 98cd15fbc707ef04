"""The key that this server shows on its road: made at init, renewed when somebody asks."""

import ssl
import threading
from pathlib import Path
from typing import Final

from server.polres.keys import PolresKeys, Random
from server.process.files import write_private
from sync.errors import SyncError
from sync.roads import certificate, tls
from sync.roads.pin import Pin

FILE: Final = "tls.pem"
_KEY_BEGINS: Final = b"-----BEGIN PRIVATE KEY-----"


class Door:
    """Key and certificate in one file, so that a power cut never parts them."""

    def __init__(self, directory: Path, keys: PolresKeys) -> None:
        self._path = directory / FILE
        self._keys = keys
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    def ensure(self, random: Random, now_s: int) -> Pin:
        """The pin of the key in use; made when there is none, or none that can be read.

        A lost file is no reason to stop: boxes take a later key that the root vouches for.
        """
        with self._lock:
            kept = self._kept()
            return kept if kept is not None else self._make(random, now_s)

    def renew(self, random: Random, now_s: int) -> Pin:
        """Make another key; boxes learn it at their next call, and never take an older one."""
        with self._lock:
            kept = self._kept()
            return self._make(random, now_s if kept is None else max(now_s, kept.version + 1))

    def context(self) -> ssl.SSLContext:
        """What new connections are shown; older ones go on."""
        with self._lock:
            if self._context is None:
                self._context = tls.server_context(str(self._path), str(self._path))
            return self._context

    def _make(self, random: Random, now_s: int) -> Pin:
        # The clock gives the version, so that it rises also where the file was lost.
        made = certificate.make(random(32), now_s, self._keys.root)
        write_private(self._path, (made.key + made.certificate).decode("ascii"))
        # Another context knows no tickets of the last key.
        self._context = None
        return certificate.vouched(certificate.der_of(made.certificate), self._keys.root.public)

    def _kept(self) -> Pin | None:
        try:
            octets = self._path.read_bytes()
            if _KEY_BEGINS not in octets:
                return None
            der = certificate.der_of(octets)
            pin = certificate.vouched(der, self._keys.root.public)
            tls.server_context(str(self._path), str(self._path))
        except (OSError, SyncError):
            return None
        return pin
