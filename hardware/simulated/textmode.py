"""Stored messages as a modem shows them in text mode (3GPP TS 27.005 section 3.4)."""

from collections.abc import Callable

from hardware.simulated.held import UNREAD, Stored
from hardware.ussd import unpack_ascii

_DIGITS = "0123456789*#abc"
_ALPHANUMERIC = 0b101
_INTERNATIONAL = 0b001


def text_entry(index: int, one: Stored, shown: Callable[[str], str]) -> list[str]:
    """The header and the text of one entry of AT+CMGL="ALL"; `shown` turns a sender."""
    octets = bytes.fromhex(one.pdu)
    start = octets[0] + 2
    digits, kind = octets[start], octets[start + 1] >> 4 & 0b111
    end = start + 2 + (digits + 1) // 2
    sender = _sender(octets[start + 2 : end], digits, kind)
    state = "REC UNREAD" if one.stat == UNREAD else "REC READ"
    # After the address: protocol, coding scheme, seven octets of time, length (23.040 9.2.2.1).
    coding, length, data = octets[end + 1], octets[end + 9], octets[end + 10 :]
    text = data.hex().upper() if coding & 0x0C == 0x08 else _plain(data, coding, length)
    return [f'+CMGL: {index},"{state}","{shown(sender)}",,', text]


def _sender(octets: bytes, digits: int, kind: int) -> str:
    if kind == _ALPHANUMERIC:
        return unpack_ascii(octets)[: digits * 4 // 7]
    halves = [half for octet in octets for half in (octet & 0xF, octet >> 4)][:digits]
    number = "".join(_DIGITS[half] for half in halves if half < 0xF)
    return f"+{number}" if kind == _INTERNATIONAL else number


def _plain(data: bytes, coding: int, length: int) -> str:
    if coding & 0x0C == 0x04:
        return data.decode("latin-1")
    return unpack_ascii(data)[:length]
