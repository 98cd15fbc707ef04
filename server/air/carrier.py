"""A message of the air road as an SMS, and an SMS as such a message."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from sms import pdu
from sms.alphabet import Alphabet
from sms.tpdu import Deliver, Submit
from sms.user_data import PORTS_16
from sync.airtime import seven
from sync.airtime.head import Head, read_head
from sync.errors import MalformedFrame

PORT: Final = 16_552
"""Of those that 3GPP TS 23.040 section 9.2.3.24.4 leaves to applications: 16000 to 16999."""
LIFETIME: Final = timedelta(hours=12)
_PORTS: Final = PORT.to_bytes(2, "big") * 2


class Form(Enum):
    """How a message travels: octets with a port, or text where a network loses octets."""

    OCTETS = "octets"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An SMS that has the form of a message; nothing is proven before its body opens."""

    head: Head
    octets: bytes
    form: Form


def submit(recipient: str, octets: bytes, form: Form) -> tuple[int, str]:
    """Length and PDU for the modem, as `sms.pdu.encode_submit`."""
    if form is Form.TEXT:
        return pdu.encode_submit(recipient, seven.write(octets), validity=LIFETIME)
    return pdu.encode_submit(recipient, octets, validity=LIFETIME, port=PORT)


def read(deliver: Deliver) -> Arrived | None:
    """The message in an SMS, whoever sent it; None for any other SMS."""
    octets: bytes | None = None
    form = Form.OCTETS
    if is_ours(deliver):
        octets = deliver.data
    elif deliver.alphabet is Alphabet.GSM7 and deliver.part is None:
        octets, form = seven.read(deliver.text), Form.TEXT
    if octets is None:
        return None
    try:
        return Arrived(read_head(octets), octets, form)
    except MalformedFrame:
        return None


def is_ours(text: Deliver | Submit) -> bool:
    """Whether an SMS holds octets for our port."""
    return text.alphabet is Alphabet.OCTETS and (PORTS_16, _PORTS) in text.udh
