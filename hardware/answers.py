"""Typed answers and notices of a modem, parsed from its lines (3GPP TS 27.005, 27.007)."""

import re
from dataclasses import dataclass

from hardware.at import BOOT, CALL_END, Event, fits, is_cold_boot


@dataclass(frozen=True, slots=True)
class Listed:
    """A stored message from +CMGL or +CMGR; None where the modem left a field out."""

    index: int
    stat: int | None
    length: int | None
    pdu: str

    @property
    def sound(self) -> bool:
        """Whether the PDU is there and as long as its header says."""
        return bool(self.pdu) and (self.length is None or fits(self.pdu, self.length))


@dataclass(frozen=True, slots=True)
class Usage:
    """Slots used and slots there are in one memory."""

    used: int
    total: int


@dataclass(frozen=True, slots=True)
class Signal:
    """+CSQ: rssi 0..31 (99 unknown), bit error class 0..7 or None (27.007 section 8.5)."""

    rssi: int
    ber: int | None

    @property
    def dbm(self) -> int | None:
        """Received power in dBm, None where the modem does not know it."""
        return -113 + 2 * self.rssi if self.rssi <= 31 else None


@dataclass(frozen=True, slots=True)
class Network:
    """+CREG: registration as the modem sees it (27.007 section 7.2)."""

    registered: bool
    roaming: bool
    stat: int


@dataclass(frozen=True, slots=True)
class TextArrived:
    """A text lies in a slot (index -1: not told which), or came past all memories in `pdu`."""

    memory: str
    index: int
    pdu: str = ""


@dataclass(frozen=True, slots=True)
class ReportArrived:
    """A delivery report lies in a slot (+CDSI), or came directly in `pdu` (+CDS)."""

    memory: str
    index: int
    pdu: str = ""


@dataclass(frozen=True, slots=True)
class StoreFull:
    """The modem says that a memory is full; "" where it does not name it."""

    memory: str


@dataclass(frozen=True, slots=True)
class Rebooted:
    """The modem started anew and must be set up again."""


@dataclass(frozen=True, slots=True)
class NotForgotten:
    """A slot is still listed after several deletes."""

    memory: str
    index: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A memory counts texts and shows none of them, however often it is asked."""

    memory: str


@dataclass(frozen=True, slots=True)
class SimSwapped:
    """Another SIM is in the modem; the fields are as `Identity.sim`."""

    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that nobody took has ended; "" for a hidden number."""

    number: str


@dataclass(frozen=True, slots=True)
class Ringing:
    """The line rings; the number is None until +CLIP tells it."""

    number: str | None


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The ringing ended; the number where the modem says afterwards who it was."""

    number: str = ""


Notice = (
    TextArrived
    | ReportArrived
    | StoreFull
    | Rebooted
    | NotForgotten
    | Unreadable
    | SimSwapped
    | Call
)
Heard = TextArrived | ReportArrived | StoreFull | Rebooted | Ringing | CallEnded

FULL = re.compile(
    r'(?:\^SMMEMFULL: *|\+SMS FULL|\+CIEV: *"SMSFULL" *,? *|SMS FULL)"?(\w*)"?', re.IGNORECASE
)
_CMGL = re.compile(
    r'\+CMGL:\s*(\d+)\s*(?:,\s*"?(\d*)[^",]*"?\s*(?:,\s*(?:"[^"]*"|[^,"]*))?\s*,\s*(\d+)\s*$)?',
    re.IGNORECASE,
)
_CMGR = re.compile(
    r'\+CMGR:\s*"?(\d*)[^",]*"?\s*(?:,\s*(?:"[^"]*"|[^,"]*))?\s*,\s*(\d+)\s*$', re.IGNORECASE
)
_CPMS = re.compile(r'\+CPMS:\s*(?:"?[A-Z]+"?\s*,)?\s*(\d+)\s*,\s*(\d+)', re.IGNORECASE)
_STORED = re.compile(r'\+C(?:MTI|DSI):\s*"?([A-Z]*)"?\s*,?\s*(-?\d+)?', re.IGNORECASE)
_CSQ = re.compile(r"\+CSQ:\s*(\d+)\s*(?:,\s*(\d+))?", re.IGNORECASE)
_CREG = re.compile(r"\+C[EG]?REG:\s*(?:\d+\s*,\s*)?(\d+)", re.IGNORECASE)
_COPS = re.compile(r'\+COPS:\s*\d+\s*,\s*\d+\s*,\s*"?([^",]*)"?', re.IGNORECASE)
_CLIP = re.compile(r'\+CLIP:\s*"?([0-9A-Z*#+]*)"?\s*(?:,\s*(\d+))?', re.IGNORECASE)
# SIMCom: MISSED_CALL: 08:15AM 081234567
_MISSED = re.compile(r"MISSED_CALL:\s*(?:\S*[AP]M\s+|\d+:\d+\s+)?(\+?[0-9*#]*)", re.IGNORECASE)
_CSCA = re.compile(r'\+CSCA:\s*"?(\+?\d{3,20})"?', re.IGNORECASE)
_CMGS = re.compile(r"\+CMGS:\s*(\d+)", re.IGNORECASE)
_ERROR = re.compile(r"\+CM[ES] ERROR:\s*(\d+)", re.IGNORECASE)
_SPAN = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_INDEX_CEILING = 1000


def parse_cmgl(event: Event) -> Listed | None:
    """One entry of AT+CMGL in PDU mode (27.005 section 4.1), whatever the alpha field."""
    found = _CMGL.match(event.line)
    if not found:
        return None
    return Listed(int(found[1]), _number(found[2]), _number(found[3]), event.data)


def parse_cmgr(event: Event, index: int) -> Listed | None:
    """The answer of AT+CMGR for a slot (27.005 section 4.2)."""
    found = _CMGR.match(event.line)
    if not found:
        return None
    return Listed(index, _number(found[1]), _number(found[2]), event.data)


def parse_cpms(line: str) -> Usage | None:
    """How full the first memory is, from the answer to AT+CPMS? or AT+CPMS="SM"."""
    found = _CPMS.match(line)
    return Usage(int(found[1]), int(found[2])) if found else None


def parse_memories(line: str) -> tuple[str, ...]:
    """The memories that may be listed: the first group of +CPMS: ("SM","ME"),(..),(..)."""
    return tuple(re.findall(r'"(\w+)"', line.partition(")")[0].upper()))


def parse_indices(line: str) -> tuple[int, ...]:
    """The slots in the answer to AT+CMGD=?: (1,3,5-9),(0-4); at most 1000 of them."""
    spans = _SPAN.findall(line.partition("(")[2].partition(")")[0])
    slots = (i for first, last in spans for i in range(int(first), int(last or first) + 1))
    return tuple(slot for slot, _ in zip(slots, range(_INDEX_CEILING), strict=False))


def parse_csq(line: str) -> Signal | None:
    """Signal quality from +CSQ."""
    found = _CSQ.match(line)
    if not found:
        return None
    ber = _number(found[2])
    return Signal(int(found[1]), None if ber == 99 else ber)


def parse_creg(line: str) -> Network | None:
    """Registration from +CREG, +CGREG or +CEREG, asked for or not."""
    found = _CREG.match(line)
    if not found:
        return None
    stat = int(found[1])
    return Network(stat in (1, 5, 6, 7), stat in (5, 7), stat)


def parse_cops(line: str) -> str:
    """The operator's name or number from +COPS (27.007 section 7.3); "" where there is none."""
    found = _COPS.match(line)
    return found[1].strip() if found else ""


def parse_clip(line: str) -> str | None:
    """The caller's number, with + where its type says international; "" when hidden."""
    found = _CLIP.match(line)
    if not found:
        return None
    international = found[2] == "145" and found[1] and not found[1].startswith("+")
    return f"+{found[1]}" if international else found[1]


def parse_csca(line: str) -> str:
    """The service centre's number (27.005 section 3.3.1), "" where the line tells none."""
    found = _CSCA.match(line)
    return found[1] if found else ""


def parse_cmgs(line: str) -> int | None:
    """The message reference that the network will use in its report."""
    found = _CMGS.match(line)
    return int(found[1]) & 0xFF if found else None


def parse_error(final: str) -> int | None:
    """The number of a +CME ERROR or +CMS ERROR, None where the line has none."""
    found = _ERROR.match(final)
    return int(found[1]) if found else None


def heard(event: Event) -> Heard | None:
    """What an unsolicited line tells, None where it matters to nobody."""
    line = event.line
    upper = line.upper()
    if stored := _STORED.match(line):
        kind = TextArrived if upper.startswith("+CMTI") else ReportArrived
        return kind(stored[1].upper(), int(stored[2] or -1))
    if upper.startswith("+CDS:"):
        return ReportArrived("", -1, event.data)
    if upper.startswith("+CMT:"):
        return TextArrived("", -1, event.data)
    if upper == "RING" or upper.startswith(("+CRING", "+CLIP:")):
        return Ringing(parse_clip(line))
    if full := FULL.match(line):
        return StoreFull(full[1].upper())
    if CALL_END.match(line):
        missed = _MISSED.match(line)
        return CallEnded(missed[1] if missed else "")
    return Rebooted() if is_cold_boot(line) or BOOT.match(line) else None


def _number(text: str | None) -> int | None:
    return int(text) if text else None
