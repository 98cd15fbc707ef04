"""The AT grammar: a modem's bytes in any portions to classified lines (3GPP TS 27.005, 27.007)."""

import re
from dataclasses import dataclass
from enum import StrEnum

LINE_LIMIT = 2048
"""Bytes of one line; the longest sound one is a PDU of 176 octets in hex."""

_QUOTED_LIMIT = 1024


class Kind(StrEnum):
    """What one line of the modem is."""

    ECHO = "echo"
    FINAL = "final"
    UNSOLICITED = "unsolicited"
    INFORMATION = "information"
    DATA = "data"
    PROMPT = "prompt"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Event:
    """One classified line, with the hex PDU line that belongs to it ("" where none does)."""

    kind: Kind
    line: str
    data: str = ""


CALL_END = re.compile(
    r"(?:VOICE )?NO CARRIER$|BUSY$|NO ANSWER$|NO DIAL ?TONE$|\^CEND\b|MISSED_CALL:",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"(?:OK|ERROR|\+CM[ES] ERROR\b.*|COMMAND NOT SUPPORT.*|TOO MANY PARAMETERS)$", re.IGNORECASE
)
_COLD_BOOT = re.compile(r"(?:RDY|\*ATREADY\b.*|\^SYSSTART\b.*|NORMAL POWER DOWN)$", re.IGNORECASE)
BOOT = re.compile(
    r"(?:\+QIND: *)?(?:SMS DONE|PB DONE|SMS READY|CALL READY)$|\^SIMST\b|\+CPIN: SIM REMOVED$",
    re.IGNORECASE,
)
_ALWAYS_UNSOLICITED = re.compile(
    r"\+(?:CMTI|CDSI|CDS|CMT|CBM|CBMI|CRING|QIND|CIEV|SMS FULL)\b"
    r'|\+CLIP: *"|\+C(?:E|G)?REG: *\d+ *$|RING$|\^(?:RSSI|BOOT|MODE|SIMST|SMMEMFULL|DSFLOWRPT)\b',
    re.IGNORECASE,
)
_ECHO = re.compile(r"AT(?:[+^&$*%][A-Z].*|[A-Z]\d*)?$", re.IGNORECASE)
_PREFIXED = re.compile(r"[+^*$%#][A-Z]", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9A-F]{2})+$", re.IGNORECASE)
_HEX_GLUED = re.compile(r"((?:[0-9A-F]{2}){8,})([+^*].+)$", re.IGNORECASE)
_OWN = re.compile(r"AT([+^*$%#][A-Z0-9]+)", re.IGNORECASE)
_PLAIN = re.compile(r"AT(?:I|\+(?:CG|G)(?:MI|MM|MR|SN)|\+CIMI|\+Q?CCID|\^ICCID)", re.IGNORECASE)
_CARRIES_DATA = re.compile(r"\+(?:CMGL|CMGR|CDS|CMT|CBM):", re.IGNORECASE)
# What a modem said unasked, with the final line of an answer behind it and no end between them.
_FINAL_GLUED = re.compile(r'([+^].*[\d"])(OK|ERROR|\+CM[ES] ERROR: *\d+)$', re.IGNORECASE)
_LEADING_NOISE = re.compile(r"[^\x20-\x7e]+")
# NUL and 0xFF are noise of the line, DC1 and DC3 are flow control of a TTL line.
_NO_TEXT = b"\x00\xff\x11\x13"
_LINE_END = re.compile(rb"[\r\n]")
_LAST_NUMBER = re.compile(r"(\d+)\s*$")


def fits(pdu: str, length: int) -> bool:
    """Whether a hex PDU, its SMSC field not counted, has `length` octets (27.005 section 3.1)."""
    return len(pdu) % 2 == 0 and len(pdu) >= 2 and int(pdu[:2], 16) + 1 + length == len(pdu) // 2


def is_cold_boot(line: str) -> bool:
    """Whether the line says that the modem has just started, so that no answer will come."""
    return bool(_COLD_BOOT.match(line))


def _upper(text: str) -> str:
    """Latin letters A to Z in upper case; str.upper makes two letters of some others."""
    return text.encode("latin-1").upper().decode("latin-1")


class Reader:
    """Splits a modem's bytes into lines and says what each is, whatever the chunks.

    Bytes are read as latin-1; NUL, 0xFF, XON and XOFF are noise of the line and fall away, CR and
    LF end a line in any mix. `begin` names the running command; its final result ends it.
    """

    def __init__(self, line_limit: int = LINE_LIMIT) -> None:
        self._limit = line_limit
        self._buffer = b""
        self._overlong = False
        self._command = ""
        self._own = ""
        self._wants_prompt = False
        self._owed: list[Event] = []
        self._quoted = ""

    def begin(self, command: str) -> None:
        """Name the command that is about to be written, without its CR."""
        self._command = command.upper()
        own = _OWN.match(command)
        self._own = own[1].upper() + ":" if own else ""
        self._wants_prompt = self._own in ("+CMGS:", "+CMGW:")
        # A +CDS header may just have come, and its PDU be on the way.
        self._give_up([])
        self._quoted = ""

    def feed(self, data: bytes) -> tuple[Event, ...]:
        """Take bytes in any portions; return the events that they complete."""
        if not data and not self._wants_prompt:
            return ()
        self._buffer += data.translate(None, _NO_TEXT)
        events: list[Event] = []
        while True:
            if self._take_prompt(events):
                continue
            end = _LINE_END.search(self._buffer)
            if not end:
                break
            line, self._buffer = self._buffer[: end.start()], self._buffer[end.end() :]
            if self._overlong or len(line) > self._limit:
                self._overlong = False
                self._give_up(events)
                events.append(Event(Kind.NOISE, ""))
            elif line:
                self._line(line.decode("latin-1").strip(" \t\x1a\x1b"), events)
        if len(self._buffer) > self._limit:
            self._overlong, self._buffer = True, b""
        return tuple(events)

    def _take_prompt(self, events: list[Event]) -> bool:
        if not self._wants_prompt or self._overlong:
            return False
        start = self._buffer.lstrip(b"\r\n")
        command = self._command.encode("latin-1")
        if start.upper().startswith(command + b">"):
            events.append(Event(Kind.ECHO, self._command))
            start = start[len(command) :]
        if not start.startswith((b">", b" >")):
            return False
        events.append(Event(Kind.PROMPT, ">"))
        self._buffer = start.removeprefix(b" ")[1:]
        self._wants_prompt = False
        return True

    def _line(self, text: str, events: list[Event]) -> None:
        if self._quoted and text:
            text = self._join(text, events)
        else:
            text = _LEADING_NOISE.sub("", text, count=1) if _LEADING_NOISE.match(text) else text
        if not text:
            return
        command = self._command
        upper = _upper(text)
        if command and upper.startswith(command):
            events.append(Event(Kind.ECHO, command))
            self._line(text[len(command) :].strip(), events)
        elif len(command) > 3 and upper.endswith(command):
            self._line(text[: -len(command)].strip(), events)
            events.append(Event(Kind.ECHO, command))
        elif glued := _HEX_GLUED.match(text):
            self._parted(glued[1], glued[2], events)
        elif self._own and (cut := upper.find(self._own)) > 0:
            self._parted(text[:cut].strip(), text[cut:], events)
        elif glued := self._glued_final(text):
            self._parted(glued[1], glued[2], events)
        elif upper.startswith("+CUSD:") and text.count('"') == 1:
            self._quoted = text
        else:
            self._emit(text, events)

    def _parted(self, first: str, second: str, events: list[Event]) -> None:
        """Two lines that came as one; a quoted text does not go on from one to the other."""
        self._line(first, events)
        if self._quoted:
            self._emit(self._quoted, events)
            self._quoted = ""
        self._line(second, events)

    def _glued_final(self, text: str) -> re.Match[str] | None:
        if not self._command or not _ALWAYS_UNSOLICITED.match(text):
            return None
        return _FINAL_GLUED.match(text)

    def _join(self, text: str, events: list[Event]) -> str:
        """Go on with a quoted text that has line breaks; return what is left to classify."""
        if _FINAL.match(text) or len(self._quoted) > _QUOTED_LIMIT:
            self._emit(self._quoted, events)
            self._quoted = ""
            return text
        if _ALWAYS_UNSOLICITED.match(text):
            self._emit(text, events)
            return ""
        self._quoted += "\n" + text
        if '"' not in text:
            return ""
        joined, self._quoted = self._quoted, ""
        return joined

    def _emit(self, text: str, events: list[Event]) -> None:
        kind = self._classify(text)
        if kind is Kind.DATA and self._owed:
            header = self._creditor(text)
            self._owed.remove(header)
            events.append(Event(header.kind, header.line, text.upper()))
            return
        if kind in (Kind.INFORMATION, Kind.FINAL, Kind.NOISE):
            self._give_up(events)
        if kind in (Kind.INFORMATION, Kind.UNSOLICITED) and _CARRIES_DATA.match(text):
            self._owed.append(Event(kind, text))
            return
        events.append(Event(kind, text))
        if kind is Kind.FINAL:
            self._command, self._own, self._wants_prompt = "", "", False
            self._owed.clear()

    def _give_up(self, events: list[Event]) -> None:
        """Let entries go without a PDU: after a lost line the next one may be another's."""
        events.extend(owed for owed in self._owed if owed.kind is Kind.INFORMATION)
        self._owed = [owed for owed in self._owed if owed.kind is Kind.UNSOLICITED]

    def _creditor(self, data: str) -> Event:
        for owed in reversed(self._owed):
            length = _LAST_NUMBER.search(owed.line)
            if length and fits(data, int(length[1])):
                return owed
        return self._owed[-1]

    def _classify(self, text: str) -> Kind:
        if _FINAL.match(text):
            return Kind.FINAL
        if CALL_END.match(text):
            dialling = self._command.startswith(("ATD", "ATA", "ATH"))
            return Kind.FINAL if dialling else Kind.UNSOLICITED
        if _ALWAYS_UNSOLICITED.match(text) or _COLD_BOOT.match(text) or BOOT.match(text):
            return Kind.UNSOLICITED
        if self._own and text.upper().startswith(self._own):
            return Kind.INFORMATION
        if _PREFIXED.match(text):
            return Kind.UNSOLICITED
        if _HEX.match(text) and (self._owed or not _PLAIN.match(self._command)):
            return Kind.DATA
        if _ECHO.match(text):
            return Kind.ECHO
        return Kind.INFORMATION if _PLAIN.match(self._command) else Kind.NOISE
