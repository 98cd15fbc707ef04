"""What people ask of the village node: texts, calls, an officer's actions, orders of the Polres."""

from dataclasses import dataclass
from enum import StrEnum

from server.domain.reading.read import Reading


@dataclass(frozen=True, slots=True)
class TextArrived:
    """A whole text from the radio.

    Attributes:
        sender: as `sms.phone` gives it; E.164 for mobile numbers.
        answerable: from a mobile number; others get no ticket and no answer.
        inbox_id: row of its first part.
        late_s: how long after it was sent it was read, when both times are known.
    """

    sender: str
    answerable: bool
    text: str
    reading: Reading
    sent_s: int | None
    received_s: int
    inbox_id: int


@dataclass(frozen=True, slots=True)
class PartsArrived:
    """Parts of a text that became a report with gaps; `missing` of them are still not there."""

    sender: str
    text: str
    reading: Reading
    missing: int
    received_s: int


class Way(StrEnum):
    """How somebody asked to be called, as the officer reads it."""

    CALL = "Menelepon ke kotak ini tanpa menulis SMS."
    CALL_ME = "Minta ditelepon lewat SMS operator (Call Me)."
    CREDIT = "Minta pulsa lewat SMS operator, tanda tidak bisa menulis SMS sendiri."
    MISSED = "Menelepon saat kotak ini tidak terjangkau, menurut SMS operator."


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Somebody rang and hung up, or asked by a service of the operator to be called.

    Attributes:
        sender: who is to be called; E.164 for mobile numbers, "" for a hidden number.
        answerable: a mobile number; others are noted only.
        inbox_id: row of the operator's text, 0 for a real call.
    """

    sender: str
    answerable: bool
    received_s: int
    way: Way = Way.CALL
    inbox_id: int = 0


@dataclass(frozen=True, slots=True)
class Take:
    """Ambil laporan.

    Attributes:
        over: whom the asker saw in charge, "" for nobody; None takes it whoever has it.
    """

    ticket: str
    by: str
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Forward:
    """Teruskan ke unit atau instansi."""

    ticket: str
    by: str
    to: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Jawab pelapor dengan SMS."""

    ticket: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Close:
    """Tutup laporan dengan hasil."""

    ticket: str
    by: str
    result: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """Buka lagi laporan yang sudah ditutup."""

    ticket: str
    by: str
    reason: str


Action = Take | Forward | Answer | Close | Reopen
