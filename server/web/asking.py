"""What a caller may say: requests whose length is told once, and room for their bodies."""

import threading
from typing import Final

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import Error

SMALL_OCTETS: Final = 64 * 1024
"""Bodies up to here, those of every form, are taken at any time."""
ROOM_OCTETS: Final = 24 * 1024 * 1024
"""So much may lie in RAM of larger bodies at once, however many callers send them."""
_VERSIONS: Final = ("1.0", "1.1")
_UNREADABLE: Final = "unreadable head"


class Refusal(Error):  # type: ignore[misc]
    """A request that is answered with a status alone; the words for people stand elsewhere."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Room:
    """What may lie in RAM at once of bodies that are on their way."""

    def __init__(self, octets: int = ROOM_OCTETS) -> None:
        self._left = octets
        self._lock = threading.Lock()

    def take(self, octets: int) -> bool:
        """Take some of it; False when there is not so much left."""
        with self._lock:
            if octets > self._left:
                return False
            self._left -= octets
            return True

    def give(self, octets: int) -> None:
        """Give it back."""
        with self._lock:
            self._left += octets


class Asking(HTTPRequestParser):  # type: ignore[misc]
    """Reads one request as waitress does, and refuses what it would guess at, or hoard."""

    error: Error | None
    content_length: int
    body_bytes_received: int

    def __init__(self, room: Room, adjusted: Adjustments) -> None:
        super().__init__(adjusted)
        self._room = room
        self._held = 0

    def received(self, data: bytes) -> int:
        """Read on; a request that is refused is complete, whatever else was to come."""
        judged = self.headers_finished
        consumed: int = super().received(data)
        if self.headers_finished and not judged and self.error is None:
            self._judge()
        if self.error is not None:
            # Or waitress invites the caller to send the body after all.
            self.expect_continue = False
            self.release()
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head.

        Raises:
            ParsingError: it can be read in two ways, or not at all.
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            # A length of thousands of digits, or an address that is none.
            raise ParsingError(_UNREADABLE) from error
        told = self.chunked or "TRANSFER_ENCODING" in self.headers
        if self.version not in _VERSIONS or (told and "CONTENT_LENGTH" in self.headers):
            raise ParsingError(_UNREADABLE)

    def refuse(self, refusal: Refusal) -> None:
        """Take no more of this request; it is answered with a status."""
        self.error, self.completed, self.expect_continue = refusal, True, False
        self.release()

    def close(self) -> None:
        """The request was answered."""
        super().close()
        self.release()

    def release(self) -> None:
        """Give back the room that the body had."""
        held, self._held = self._held, 0
        self._room.give(held)

    def _judge(self) -> None:
        if self.chunked or "TRANSFER_ENCODING" in self.headers:
            # Browsers and boxes say how much comes; a body without end is nobody's.
            self.refuse(Refusal(411, "Length Required"))
        elif self.content_length > SMALL_OCTETS:
            if self._room.take(self.content_length):
                self._held = self.content_length
            else:
                self.refuse(Refusal(503, "Service Unavailable"))
