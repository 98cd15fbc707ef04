"""HTTP answers: whole ones of our peer are told from pages, promises and silence of others."""

from dataclasses import dataclass
from typing import Final

from sync.errors import (
    CardRefused,
    KeyReplaced,
    MalformedFrame,
    NoRoad,
    NotEnrolled,
    PolresBusy,
    StrangePage,
    SyncError,
)
from sync.message import OCTETS_MAX

_HEADER_OCTETS_MAX: Final = 8_192
_LENGTH_DIGITS_MAX: Final = 7
_REFUSALS: Final[dict[int, type[SyncError]]] = {
    400: MalformedFrame, 403: NotEnrolled, 409: CardRefused, 410: CardRefused,
    408: NoRoad, 429: PolresBusy,
    500: PolresBusy, 502: PolresBusy, 503: PolresBusy, 504: PolresBusy,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer.

    Attributes:
        kind: its content type, "" for none.
        closes: whether the connection ends after it.
    """

    status: int
    kind: str
    body: bytes
    closes: bool


def take_answer(came: bytearray) -> Answer | None:
    """Take the first whole answer away; None while it is not all there.

    Raises:
        StrangePage: it is no answer of our peer: not HTTP, chunked, compressed, without a length
            or with two, or far too long.
    """
    end = came.find(b"\r\n\r\n")
    if end < 0:
        if len(came) > _HEADER_OCTETS_MAX:
            raise StrangePage
        return None
    first, *lines = came[:end].decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    code = rest[:3]
    if not version.startswith("HTTP/1.") or not (code.isascii() and code.isdecimal()):
        raise StrangePage
    headers = _headers(lines)
    length = _length(headers)
    whole = end + 4 + length
    if len(came) < whole:
        return None
    body = bytes(came[end + 4 : whole])
    del came[:whole]
    usual = "close" if version == "HTTP/1.0" else "keep-alive"
    closes = headers.get("connection", usual).lower() == "close"
    return Answer(int(code), headers.get("content-type", ""), body, closes)


def expect_ours(answer: Answer, kinds: frozenset[str]) -> bytes:
    """The body of an answer, which must be of one of these content types, "" for none.

    Raises:
        NotEnrolled, CardRefused, MalformedFrame: our peer refused.
        KeyReplaced: it could not open what was asked, and shows the key that it uses.
        PolresBusy: it, or what stands before it, is not serving now.
        StrangePage: somebody else answered.
    """
    refusal = _REFUSALS.get(answer.status, StrangePage)
    if issubclass(refusal, PolresBusy):
        raise refusal
    if answer.kind not in kinds:
        raise StrangePage
    if answer.status == 400 and answer.body:
        raise KeyReplaced(answer.body)
    if answer.status != 200:
        raise refusal
    return answer.body


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or (name == "content-length" and name in headers):
            raise StrangePage
        headers[name] = value.strip()
    return headers


def _length(headers: dict[str, str]) -> int:
    length = headers.get("content-length", "")
    encoded = headers.get("content-encoding", "identity").lower() != "identity"
    if encoded or "transfer-encoding" in headers:
        raise StrangePage
    if not (length.isascii() and length.isdecimal()) or len(length) > _LENGTH_DIGITS_MAX:
        raise StrangePage
    if int(length) > OCTETS_MAX:
        raise StrangePage
    return int(length)
