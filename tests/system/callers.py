"""Callers who speak to a real server over its socket, octet by octet, and what it answers."""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 20.0
SECRET = "rahasia-tetangga"
"""Stands in every odd request; no log may hold it."""


@dataclass(frozen=True)
class Said:
    """What a server answered.

    Attributes:
        status: 0 when it closed the connection without a word.
        title: the heading of the page, what happened in plain words.
    """

    status: int
    title: str
    head: str
    page: str


@dataclass(frozen=True)
class Server:
    """One site of a real process.

    Attributes:
        name: the name of its log.
        tls: call its door through TLS.
    """

    name: str
    port: int
    pid: int
    tls: bool = False

    @contextmanager
    def line(self) -> Iterator[socket.socket]:
        """A connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as plain:
            if not self.tls:
                yield plain
                return
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(plain) as sealed:
                yield sealed

    def says(self, octets: bytes) -> Said:
        """What it answers until it closes the connection."""
        with self.line() as line:
            with suppress(OSError):
                line.sendall(octets)
            return read(line)

    def asked(self, line: str, *heads: str, body: bytes = b"") -> Said:
        """What it answers to a request of this line and these lines of its head."""
        lines = (line, f"Host: 127.0.0.1:{self.port}", *heads, "Connection: close", "", "")
        return self.says("\r\n".join(lines).encode() + body)

    def page(self) -> int:
        """The status of a page that anybody may read."""
        return self.asked("GET /masuk HTTP/1.1").status

    def mebibytes(self) -> int:
        """What the process holds in memory."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) // 1024


def read(line: socket.socket) -> Said:
    """Everything that comes until the other side closes, as one answer."""
    octets = b""
    with suppress(ConnectionError, ssl.SSLError):
        while more := line.recv(65_536):
            octets += more
    head, _, page = octets.decode(errors="replace").partition("\r\n\r\n")
    status = re.match(r"HTTP/1\.\d (\d{3}) ", head)
    title = re.search(r"<h1>(.*?)</h1>", page)
    return Said(int(status[1]) if status else 0, title[1] if title else "", head, page)
