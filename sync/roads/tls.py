"""TLS to a server whose key is pinned: no authority, no name and no clock is asked."""

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final

from sync.errors import StrangeServer, SyncError
from sync.roads.pin import Pin

# A record is read whole or not at all: it must cross well within one life of a bad link.
RECORD_OCTETS: Final = 1_400
# SSL_OP_TLSEXT_PADDING of OpenSSL's ssl.h: fills a hello up to 512 octets for old middleboxes.
_PADDING: Final = 0x10
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
_CURVE: Final = "prime256v1"


class Trust:
    """Whom this node speaks with over TLS, and the session that spares the next handshake.

    The pinned key is enough, whatever the certificate says of dates, names and issuers. Another
    key is taken only with the root's signature and a later version; it is then the pinned one.
    """

    def __init__(self, root: bytes, pin: Pin, kept: bytes, keep: Callable[[bytes], object]) -> None:
        """See the class.

        Args:
            root: Ed25519 key of the Polres.
            pin: that on the card; without a digest, any key that the root vouches for.
            kept: the last certificate given to `keep`, b"" for none.
            keep: is given the certificate (DER) of a later key.
        """
        self._root, self._keep = root, keep
        self.pin = pin
        self._session: ssl.SSLSession | None = None
        self._context = _context()
        if kept:
            self._follow(kept)

    def open(self, line: socket.socket, host: str, timeout_s: float) -> ssl.SSLSocket:
        """Shake hands over a connection; returns it not blocking.

        Raises:
            StrangeServer: somebody else answers; nothing was said to him.
            OSError: the connection broke, or it took too long.
        """
        line.setblocking(False)
        wrapped = self._context.wrap_socket(
            line, server_hostname=host, do_handshake_on_connect=False, session=self._session
        )
        try:
            _shake(wrapped, timeout_s)
            self._check(wrapped.getpeercert(binary_form=True) or b"")
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    def remember(self, line: ssl.SSLSocket) -> None:
        """Keep the newest session of a connection; with TLS 1.3 it comes after the handshake."""
        session = line.session
        if session is not None and (session.has_ticket or line.version() == "TLSv1.2"):
            self._session = session

    def _check(self, der: bytes) -> None:
        from sync.roads import certificate  # noqa: PLC0415 -- 8 MiB that http:// does not need

        with contextlib.suppress(SyncError):
            if certificate.shown_key(der) == self.pin.digest:
                return
        if not self._follow(der):
            raise StrangeServer
        self._session = None
        self._keep(der)

    def _follow(self, der: bytes) -> bool:
        """Take a later key that the root vouches for."""
        from sync.roads import certificate  # noqa: PLC0415 -- as above

        try:
            pin = certificate.vouched(der, self._root)
        except SyncError:
            return False
        if pin.version <= self.pin.version:
            return False
        self.pin = pin
        return True


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # The key itself is compared: that is stricter than any chain, and needs no clock.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options &= ~_PADDING
    context.set_ciphers(_CIPHERS)
    context.set_ecdh_curve(_CURVE)
    return context


def _shake(line: ssl.SSLSocket, timeout_s: float) -> None:
    """The handshake, within a time that no trickle of octets extends."""
    until_s = time.monotonic() + timeout_s
    while True:
        reads: tuple[ssl.SSLSocket, ...] = ()
        writes: tuple[ssl.SSLSocket, ...] = ()
        try:
            line.do_handshake()
        except ssl.SSLWantReadError:
            reads = (line,)
        except ssl.SSLWantWriteError:
            writes = (line,)
        except ssl.SSLEOFError as error:
            raise ConnectionResetError from error
        except ssl.SSLError as error:
            # Not our peer's TLS: a login page in clear, or a box that speaks for somebody else.
            raise StrangeServer from error
        else:
            return
        left_s = until_s - time.monotonic()
        if left_s <= 0 or not any(select.select(reads, writes, (), left_s)):
            raise TimeoutError


def server_context(certificate_file: str, key_file: str) -> ssl.SSLContext:
    """What a server shows: TLS 1.2 and 1.3, one short ticket for the next time.

    The ticket is a number of 32 octets; its session lies in this context's memory. One that holds
    the session itself would cost a box 450 octets more a call.

    Raises:
        OSError: a file is missing or broken.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate_file, key_file)
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 1
    return context
