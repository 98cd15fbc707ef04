"""What may be shown of a number and of a text that came: enough to see that it works, no more."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from server.radio import lock_of
from server.vault import Lock
from sms import pdu
from sms.errors import PduError
from sms.phone import SenderKind, sender_kind
from sms.tpdu import Deliver

HIDDEN = "nomor yang disamarkan"
_LAST = 4
_CODE_DIGITS = 6


def masked(number: str) -> str:
    """+62 8•• •••• 1234; names of services and short codes stay as they are."""
    kind = sender_kind(number)
    digits = "".join(filter(str.isdigit, number))
    if kind is SenderKind.UNKNOWN:
        return HIDDEN
    if kind in (SenderKind.ALPHANUMERIC, SenderKind.SHORT_CODE) and len(digits) <= _CODE_DIGITS:
        return "".join(sign if sign.isprintable() else "?" for sign in number.strip())
    if kind is SenderKind.MOBILE:
        return f"+62 8•• •••• {digits[-_LAST:]}"
    return f"••• {digits[-_LAST:]}" if len(digits) > 2 * _LAST else "•••"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A text or report that came, without what it says.

    Attributes:
        kind: text, receipt (a delivery report) or unread (a PDU that cannot be decoded).
        sender: masked; hidden where an officer may not read the text itself, so that nobody
            who looks on learns who complained about an official.
        letters: characters of this part.
        part, parts: which part of how many; 1 of 1 for a text of its own.
    """

    kind: str
    sender: str = HIDDEN
    letters: int = 0
    part: int = 1
    parts: int = 1

    def words(self) -> str:
        """One line for people."""
        if self.kind == "receipt":
            return "Laporan kirim dari jaringan"
        if self.kind != "text":
            return "SMS yang tidak terbaca; tetap disimpan utuh"
        which = f", bagian {self.part} dari {self.parts}" if self.parts > 1 else ""
        return f"SMS dari {self.sender}{which}, {self.letters} huruf"

    def plain(self) -> dict[str, object]:
        """How it travels over the control socket."""
        return asdict(self)


def arrival(hex_pdu: str) -> Arrival:
    """What may be shown of a PDU."""
    try:
        read = pdu.decode(hex_pdu)
    except PduError:
        return Arrival("unread")
    if not isinstance(read, Deliver):
        return Arrival("receipt")
    open_to_officers = lock_of(hex_pdu) is Lock.SESSION
    sender = masked(read.sender) if open_to_officers else HIDDEN
    part = read.part
    if part is None:
        return Arrival("text", sender, len(read.text))
    return Arrival("text", sender, len(read.text), part.number, part.total)


def arrival_of(told: Mapping[str, object]) -> Arrival:
    """An arrival as `Arrival.plain` gave it; what is missing or of another kind has its default."""
    numbers = {
        name: value
        for name in ("letters", "part", "parts")
        if isinstance(value := told.get(name), int)
    }
    return Arrival(str(told.get("kind", "unread")), str(told.get("sender", HIDDEN)), **numbers)
