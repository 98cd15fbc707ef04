"""The messages of SMS as values: DELIVER, STATUS-REPORT and SUBMIT (3GPP TS 23.040 section 9.2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from sms.alphabet import Alphabet
from sms.octets import TypeOfNumber
from sms.user_data import Header, Part

_TYPE_0 = 0x40
# Application port addressing, 8 and 16 bits.
_PORTS = (0x04, 0x05)
_TEMPORARY = range(0x20, 0x40)
_WITHOUT_RESULT = range(0x01, 0x20)


class MessageType(IntEnum):
    """TP-MTI, seen from the phone that receives; SUBMIT goes the other way."""

    DELIVER = 0
    SUBMIT = 1
    STATUS_REPORT = 2
    RESERVED = 3


class DeliveryState(StrEnum):
    """What a status report means for the sender (3GPP TS 23.040 section 9.2.3.15)."""

    DELIVERED = "delivered"
    UNCONFIRMED = "unconfirmed"
    """Forwarded or replaced: the service centre cannot say whether it was received."""
    PENDING = "pending"
    """The service centre still tries."""
    FAILED = "failed"
    """The service centre has given up; reserved codes count as this."""


class Use(StrEnum):
    """Whom a DELIVER is for."""

    PERSON = "person"
    SILENT = "silent"
    """Type 0: acknowledged by the modem and shown to nobody (3GPP TS 23.040 section 9.2.3.9)."""
    PROGRAM = "program"
    """Octets for a port of the phone, such as a WAP push (section 9.2.3.24.3 and .4)."""
    COMPRESSED = "compressed"
    """Nobody here can read it."""


@dataclass(frozen=True, slots=True)
class Deliver:
    """A text that came in (3GPP TS 23.040 section 9.2.2.1)."""

    sender: str
    sender_ton: TypeOfNumber
    text: str
    data: bytes
    """Content after the header: one septet to a byte for GSM 7-bit, octets otherwise."""
    alphabet: Alphabet
    sent_at: datetime | None
    """UTC-aware time of the service centre; None where it makes no sense."""
    tz_quarter_hours: int | None
    udh: Header
    part: Part | None
    """None for a text of its own, and for a part number that cannot be true."""
    pid: int
    dcs: int
    message_class: int | None
    smsc: str
    truncated: bool
    """The announced length does not fit what came."""

    @property
    def type_0(self) -> bool:
        """Whether it is a silent short message, to be acknowledged and shown to nobody."""
        return self.pid == _TYPE_0

    @property
    def use(self) -> Use:
        """Whom it is for; octets without a port are taken for somebody's words."""
        if self.type_0:
            return Use.SILENT
        if self.alphabet is Alphabet.COMPRESSED:
            return Use.COMPRESSED
        ported = any(identifier in _PORTS for identifier, _ in self.udh)
        return Use.PROGRAM if ported and self.alphabet is Alphabet.OCTETS else Use.PERSON


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A delivery report (3GPP TS 23.040 section 9.2.2.3)."""

    reference: int
    """TP-MR of the text it speaks of, 0 to 255."""
    recipient: str
    recipient_ton: TypeOfNumber
    sent_at: datetime | None
    done_at: datetime | None
    status: int
    """TP-ST as it came, 0 to 255."""
    smsc: str

    @property
    def state(self) -> DeliveryState:
        """What the status means."""
        if self.status == 0:
            return DeliveryState.DELIVERED
        if self.status in _WITHOUT_RESULT:
            return DeliveryState.UNCONFIRMED
        return DeliveryState.PENDING if self.status in _TEMPORARY else DeliveryState.FAILED


@dataclass(frozen=True, slots=True)
class Submit:
    """A text that goes out (3GPP TS 23.040 section 9.2.2.2)."""

    reference: int
    recipient: str
    recipient_ton: TypeOfNumber
    text: str
    data: bytes
    """As in Deliver."""
    alphabet: Alphabet
    udh: Header
    part: Part | None
    pid: int
    dcs: int
    message_class: int | None
    report_requested: bool
    validity: timedelta | None
    """Relative validity period; None where there is none or an absolute or enhanced one."""
    smsc: str
    truncated: bool
