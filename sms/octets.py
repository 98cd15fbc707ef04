"""The fields of a TPDU in octets: addresses, timestamps, validity (3GPP TS 23.040 section 9)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum

from sms.alphabet import decode_gsm7, encode_gsm7, pack, unpack
from sms.errors import PduError, UnsendableError

_DIGITS = "0123456789*#abc"
_FILLER = 0x0F
_MAX_DIGITS = 20
_MAX_NAME = 11
# No clock on earth is further from UTC than 14 hours.
_MAX_QUARTER_HOURS = 56
# POSIX pivot for two-digit years; short messages exist since 1992.
_CENTURY_PIVOT = 70


class TypeOfNumber(IntEnum):
    """Type of number of an address (3GPP TS 23.040 section 9.1.2.5)."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


@dataclass(frozen=True, slots=True)
class Address:
    """An originating, destination or service centre address; international ones carry a +."""

    number: str
    ton: TypeOfNumber


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A service centre timestamp: UTC-aware time and the zone it was written in.

    Both are None where the octets make no sense.
    """

    at: datetime | None
    tz_quarter_hours: int | None


NO_TIMESTAMP = Timestamp(None, None)


class Octets:
    """A cursor over the octets of one PDU."""

    def __init__(self, pdu_hex: str) -> None:
        """Read hex digits; raises PduError if they are not whole octets."""
        try:
            self._octets = bytes.fromhex(pdu_hex)
        except ValueError:
            raise PduError("PDU bukan deretan angka heksadesimal") from None
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next octets; raises PduError if fewer are left."""
        taken = self._octets[self._at : self._at + count]
        if len(taken) < count:
            raise PduError("PDU berakhir sebelum waktunya")
        self._at += count
        return taken

    def octet(self) -> int:
        """Return the next octet; raises PduError at the end."""
        return self.take(1)[0]

    def rest(self) -> bytes:
        """Return all that is left, perhaps nothing."""
        return self.take(len(self._octets) - self._at)


def read_smsc(octets: Octets) -> str:
    """Read the service centre address that stands before a TPDU (3GPP TS 27.005 section 3.1).

    Its length counts octets, type of address included. Empty where the modem gives none.
    """
    length = octets.octet()
    if length == 0:
        return ""
    type_octet, *digits = octets.take(length)
    return _number(type_octet, bytes(digits), 2 * len(digits)).number


def write_smsc(number: str) -> bytes:
    """Write a service centre address; an empty one lets the modem use its own."""
    if not number:
        return b"\x00"
    field = write_address(number)
    return bytes([len(field) - 1]) + field[1:]


def read_address(octets: Octets) -> Address:
    """Read an address field (3GPP TS 23.040 section 9.1.2.5); its length counts semi-octets."""
    length, type_octet = octets.take(2)
    return _number(type_octet, octets.take((length + 1) // 2), length)


def _number(type_octet: int, value: bytes, length: int) -> Address:
    ton = TypeOfNumber(type_octet >> 4 & 7)
    if ton is TypeOfNumber.ALPHANUMERIC:
        coded = unpack(value, length * 4 // 7)
        # Seven characters leave exactly one empty septet when the length is rounded up to
        # whole octets; no service is called something@.
        if coded and len(coded) % 8 == 0 and coded[-1] == 0:
            coded = coded[:-1]
        return Address(decode_gsm7(coded), ton)
    nibbles = [nibble for octet in value for nibble in (octet & 0x0F, octet >> 4)][:length]
    digits = "".join(_DIGITS[nibble] for nibble in nibbles if nibble != _FILLER)
    plus = "+" if ton is TypeOfNumber.INTERNATIONAL and digits else ""
    return Address(plus + digits, ton)


def write_address(number: str) -> bytes:
    """Write an address field: +digits, digits with * and #, or a name of at most 11 characters.

    Raises UnsendableError if it fits none of them.
    """
    digits = number.removeprefix("+")
    if set(digits) <= set(_DIGITS[:12]) and (digits or not number):
        if len(digits) > _MAX_DIGITS:
            raise UnsendableError("nomor lebih dari 20 angka")
        nibbles = [_DIGITS.index(digit) for digit in digits] + [_FILLER] * (len(digits) % 2)
        pairs = zip(nibbles[::2], nibbles[1::2], strict=True)
        type_octet = 0x91 if number.startswith("+") else 0x81
        return bytes([len(digits), type_octet, *(low | high << 4 for low, high in pairs)])
    coded = encode_gsm7(number)
    if coded is None or len(coded) > _MAX_NAME:
        raise UnsendableError("nama pengirim lebih dari 11 huruf atau tidak dapat ditulis")
    return bytes([(7 * len(coded) + 3) // 4, 0xD0]) + pack(coded)


def read_timestamp(field: bytes) -> Timestamp:
    """Read seven octets of semi-octet time (3GPP TS 23.040 section 9.2.3.11); never raises."""
    pairs = [(octet & 0x0F, octet >> 4) for octet in field]
    zone_tens, zone_ones = pairs[6]
    # Bit 3 of the zone's tens is its sign.
    quarter_hours = (zone_tens & 7) * 10 + zone_ones
    if any(digit > 9 for pair in pairs[:6] for digit in pair) or zone_ones > 9:
        return NO_TIMESTAMP
    if quarter_hours > _MAX_QUARTER_HOURS:
        return NO_TIMESTAMP
    quarter_hours = -quarter_hours if zone_tens & 8 else quarter_hours
    year, month, day, hour, minute, second = (tens * 10 + ones for tens, ones in pairs[:6])
    year += 2000 if year < _CENTURY_PIVOT else 1900
    zone = timezone(timedelta(minutes=15 * quarter_hours))
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return NO_TIMESTAMP
    return Timestamp(local.astimezone(UTC), quarter_hours)


def write_timestamp(at: datetime | None) -> bytes:
    """Write an aware time in its own zone, or seven zero octets for None.

    Raises ValueError for a naive time.
    """
    if at is None:
        return bytes(7)
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("a timestamp needs a zone")
    quarter_hours = round(offset / timedelta(minutes=15))
    fields = (at.year % 100, at.month, at.day, at.hour, at.minute, at.second, abs(quarter_hours))
    octets = bytearray(value // 10 | value % 10 << 4 for value in fields)
    octets[6] |= 8 if quarter_hours < 0 else 0
    return bytes(octets)


def read_validity(octet: int) -> timedelta:
    """Read a relative validity period (3GPP TS 23.040 section 9.2.3.12.1)."""
    if octet < 144:
        return timedelta(minutes=5 * (octet + 1))
    if octet < 168:
        return timedelta(hours=12, minutes=30 * (octet - 143))
    return timedelta(days=octet - 166) if octet < 197 else timedelta(weeks=octet - 192)


def write_validity(period: timedelta) -> int:
    """Write the shortest relative validity period that is not shorter than the given one."""
    return next((octet for octet in range(255) if read_validity(octet) >= period), 255)
