"""The HTTP road: one POST an exchange, over a connection that is kept while it lives."""

import http.client
import urllib.parse
from typing import Protocol

from sync.errors import CardRefused, MalformedFrame, NoRoad, NotEnrolled
from sync.message import OCTETS_MAX

EXCHANGE_PATH = "/tukar/v1"
ENROL_PATH = "/daftar/v1"
CONTENT_TYPE = "application/vnd.kentongan"
_REFUSALS = {403: NotEnrolled, 409: CardRefused, 410: CardRefused, 400: MalformedFrame}


class Road(Protocol):
    """Anything that carries one message to the Polres and brings its answer."""

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry `octets` to `path`; raises NoRoad when nothing came back."""


class HttpRoad:
    """HTTP/1.1 to the address on the card; frames are sealed, so `http://` is allowed too."""

    def __init__(self, url: str, timeout_s: float = 60.0) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise NoRoad
        maker = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._prefix = parts.path.rstrip("/")
        self._connection = maker(parts.hostname, parts.port, timeout=timeout_s)

    def post(self, path: str, octets: bytes) -> bytes:
        """One request and its answer.

        Raises:
            NoRoad: no connection, a cut one, or a page that is not our peer's.
            NotEnrolled, CardRefused, MalformedFrame: the Polres refused.
        """
        headers = {"Content-Type": CONTENT_TYPE, "Accept": CONTENT_TYPE}
        try:
            self._connection.request("POST", self._prefix + path, octets, headers)
            response = self._connection.getresponse()
            body = response.read(OCTETS_MAX + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise NoRoad from error
        if len(body) > OCTETS_MAX or response.getheader("Content-Type") != CONTENT_TYPE:
            self._connection.close()
            raise NoRoad
        if response.status != 200:
            raise _REFUSALS.get(response.status, NoRoad)
        return body

    def close(self) -> None:
        """Close the connection; the next post opens a new one."""
        self._connection.close()
