"""What people ask of the village node: texts, calls, an officer's actions, orders of the Polres."""

from dataclasses import dataclass

from server.domain.classify import Reading


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
class CallArrived:
    """Somebody rang and hung up."""

    sender: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class Take:
    """Ambil laporan."""

    ticket: str
    by: str


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
