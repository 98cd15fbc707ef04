"""Reads and writes the PDUs of short messages (3GPP TS 23.040 section 9.2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sms.alphabet import Alphabet
from sms.errors import PduError, UnsendableError
from sms.octets import (
    Octets,
    TypeOfNumber,
    read_address,
    read_smsc,
    read_timestamp,
    read_validity,
    write_address,
    write_smsc,
    write_timestamp,
    write_validity,
)
from sms.tpdu import Deliver, DeliveryState, MessageType, StatusReport, Submit
from sms.user_data import (
    Header,
    Part,
    UserData,
    choose_dcs,
    coding,
    content_text,
    read_user_data,
    split_text,
    write_user_data,
)

__all__ = [
    "Alphabet",
    "Deliver",
    "DeliveryState",
    "Header",
    "Part",
    "StatusReport",
    "Submit",
    "TypeOfNumber",
    "decode",
    "decode_submit",
    "encode_deliver",
    "encode_status_report",
    "encode_submit",
    "is_submit",
    "join_text",
    "split_deliver",
    "split_submit",
]

_NO_MORE_MESSAGES = 0x04
_REPORT_REQUESTED = 0x20
_HEADED = 0x40


def is_submit(pdu_hex: str) -> bool:
    """Tell whether a stored PDU is an outgoing text; raises PduError if it has no first octet."""
    octets = Octets(pdu_hex)
    read_smsc(octets)
    return octets.octet() & 3 == MessageType.SUBMIT


def decode(pdu_hex: str) -> Deliver | StatusReport:
    """Decode a PDU that came from the network, service centre address first.

    The reserved message type is read as DELIVER (section 9.2.3.1). Nonsense in a timestamp or a
    length never raises; a PDU that is no hex, of another type, or ends before its user data
    raises PduError.
    """
    octets = Octets(pdu_hex)
    smsc = read_smsc(octets)
    first = octets.octet()
    match MessageType(first & 3):
        case MessageType.DELIVER | MessageType.RESERVED:
            return _read_deliver(octets, smsc, headed=bool(first & _HEADED))
        case MessageType.STATUS_REPORT:
            return _read_status_report(octets, smsc)
        case MessageType.SUBMIT:
            raise PduError("PDU ini SMS keluar, bukan SMS masuk")


def _read_deliver(octets: Octets, smsc: str, *, headed: bool) -> Deliver:
    sender = read_address(octets)
    pid, dcs = octets.take(2)
    timestamp = read_timestamp(octets.take(7))
    content = _read_content(octets, dcs, headed=headed)
    return Deliver(
        sender=sender.number,
        sender_ton=sender.ton,
        text=content.text,
        data=content.data,
        alphabet=content.alphabet,
        sent_at=timestamp.at,
        tz_quarter_hours=timestamp.tz_quarter_hours,
        udh=content.header,
        part=content.part,
        pid=pid,
        dcs=dcs,
        message_class=coding(dcs).message_class,
        smsc=smsc,
        truncated=content.truncated,
    )


def _read_content(octets: Octets, dcs: int, *, headed: bool) -> UserData:
    alphabet = coding(dcs).alphabet
    rest = octets.rest()
    if not rest:
        return UserData(alphabet, b"", (), None, truncated=True)
    return read_user_data(rest[0], rest[1:], alphabet, headed=headed)


def _read_status_report(octets: Octets, smsc: str) -> StatusReport:
    reference = octets.octet()
    recipient = read_address(octets)
    sent = read_timestamp(octets.take(7))
    done = read_timestamp(octets.take(7))
    return StatusReport(
        reference=reference,
        recipient=recipient.number,
        recipient_ton=recipient.ton,
        sent_at=sent.at,
        done_at=done.at,
        status=octets.octet(),
        smsc=smsc,
    )


def decode_submit(pdu_hex: str) -> Submit:
    """Decode a PDU as it is handed to a modem, service centre address first.

    Raises PduError as `decode` does.
    """
    octets = Octets(pdu_hex)
    smsc = read_smsc(octets)
    first, reference = octets.take(2)
    if first & 3 != MessageType.SUBMIT:
        raise PduError("PDU ini bukan SMS keluar")
    recipient = read_address(octets)
    pid, dcs = octets.take(2)
    # TP-VPF: none, enhanced, relative, absolute (section 9.2.3.3).
    validity_field = octets.take((0, 7, 1, 7)[first >> 3 & 3])
    content = _read_content(octets, dcs, headed=bool(first & _HEADED))
    return Submit(
        reference=reference,
        recipient=recipient.number,
        recipient_ton=recipient.ton,
        text=content.text,
        data=content.data,
        alphabet=content.alphabet,
        udh=content.header,
        part=content.part,
        pid=pid,
        dcs=dcs,
        message_class=coding(dcs).message_class,
        report_requested=bool(first & _REPORT_REQUESTED),
        validity=read_validity(validity_field[0]) if len(validity_field) == 1 else None,
        smsc=smsc,
        truncated=content.truncated,
    )


def encode_submit(  # noqa: PLR0913 -- one argument for each field
    recipient: str,
    body: str | bytes,
    *,
    reference: int = 0,
    request_report: bool = False,
    validity: timedelta | None = None,
    part: Part | None = None,
    dcs: int | None = None,
    port: int | None = None,
) -> tuple[int, str]:
    """Encode an outgoing text, or octets as 8-bit data.

    Args:
        recipient: digits with or without +, perhaps * and #.
        body: fits one short message.
        reference: TP-MR, 0 to 255; most modems count for themselves.
        request_report: ask for a STATUS-REPORT.
        validity: rounded up to what the field can say; None leaves it to the service centre.
        part: concatenation, if this is one of several.
        dcs: data coding scheme; None chooses the plainest that carries the body.
        port: application port of both ends, for octets that a program reads.

    Returns:
        The length in octets for AT+CMGS (service centre address not counted), and the PDU in hex.

    Raises:
        UnsendableError: the recipient or the body does not fit.
    """
    if not any(map(str.isdigit, recipient)) or any(map(str.isalpha, recipient)):
        raise UnsendableError("nomor tujuan bukan nomor telepon")
    scheme = choose_dcs(body) if dcs is None else dcs
    first = MessageType.SUBMIT | (0 if validity is None else 0x10)
    first |= (_REPORT_REQUESTED if request_report else 0) | _headed(part, port)
    tpdu = bytes([first, reference & 0xFF]) + write_address(recipient) + bytes([0, scheme])
    tpdu += b"" if validity is None else bytes([write_validity(validity)])
    tpdu += write_user_data(body, coding(scheme).alphabet, part, port)
    return len(tpdu), (write_smsc("") + tpdu).hex().upper()


def _headed(part: Part | None, port: int | None) -> int:
    return 0 if part is None and port is None else _HEADED


def split_submit(
    recipient: str,
    text: str,
    concat_reference: int,
    request_report: bool,  # noqa: FBT001
    *,
    validity: timedelta | None = None,
) -> tuple[tuple[int, str], ...]:
    """Encode an outgoing text of any length as `encode_submit` does, in one part or several.

    Args:
        recipient: as in `encode_submit`.
        text: at most 255 parts.
        concat_reference: what the parts share, 0 to 255.
        request_report: ask for a STATUS-REPORT of every part.
        validity: as in `encode_submit`.

    Raises:
        UnsendableError: the recipient or the text does not fit.
    """
    return tuple(
        encode_submit(
            recipient, chunk, request_report=request_report, validity=validity, part=part, dcs=dcs
        )
        for chunk, part, dcs in _parts(text, concat_reference, wide=False)
    )


def _parts(text: str, reference: int, *, wide: bool) -> list[tuple[str, Part | None, int]]:
    # One coding scheme for all parts, also for those that could do with a plainer one: some
    # phones show the parts of a mixed text as texts of their own.
    chunks, dcs = split_text(text, wide=wide), choose_dcs(text)
    if len(chunks) == 1:
        return [(text, None, dcs)]
    return [
        (chunk, Part(reference, wide, len(chunks), number), dcs)
        for number, chunk in enumerate(chunks, 1)
    ]


def encode_deliver(  # noqa: PLR0913 -- one argument for each field
    sender: str,
    body: str | bytes,
    sent_at: datetime | None,
    *,
    part: Part | None = None,
    dcs: int | None = None,
    pid: int = 0,
    smsc: str = "",
    port: int | None = None,
) -> str:
    """Encode an incoming text as a service centre does; returns the PDU in hex.

    Args:
        sender: digits with or without +, or a name of at most 11 characters.
        body: fits one short message; octets go as 8-bit data.
        sent_at: aware, written in its own zone; None writes zeros, a timestamp without sense.
        part: concatenation, if this is one of several.
        dcs: data coding scheme; None chooses the plainest that carries the body.
        pid: protocol identifier, 0x40 for a silent short message.
        smsc: service centre address.
        port: as in `encode_submit`.

    Raises:
        UnsendableError: the sender or the body does not fit.
    """
    scheme = choose_dcs(body) if dcs is None else dcs
    first = _NO_MORE_MESSAGES | _headed(part, port)
    tpdu = bytes([first]) + write_address(sender) + bytes([pid, scheme]) + write_timestamp(sent_at)
    tpdu += write_user_data(body, coding(scheme).alphabet, part, port)
    return (write_smsc(smsc) + tpdu).hex().upper()


def split_deliver(
    sender: str,
    text: str,
    sent_at: datetime | None,
    concat_reference: int,
    wide: bool = False,  # noqa: FBT001, FBT002
) -> tuple[str, ...]:
    """Encode an incoming text of any length as `encode_deliver` does, in one part or several.

    `wide` takes 16-bit references. No part cuts a surrogate pair or an escape sequence.
    Raises UnsendableError if the sender or the text does not fit.
    """
    return tuple(
        encode_deliver(sender, chunk, sent_at, part=part, dcs=dcs)
        for chunk, part, dcs in _parts(text, concat_reference, wide=wide)
    )


def encode_status_report(
    reference: int,
    recipient: str,
    sent_at: datetime | None,
    done_at: datetime | None,
    status: int,
) -> str:
    """Encode a delivery report as a service centre does; returns the PDU in hex.

    Takes what `StatusReport` shows. Raises UnsendableError if the recipient does not fit.
    """
    first = MessageType.STATUS_REPORT | _NO_MORE_MESSAGES
    tpdu = bytes([first, reference & 0xFF]) + write_address(recipient)
    tpdu += write_timestamp(sent_at) + write_timestamp(done_at) + bytes([status & 0xFF])
    return (write_smsc("") + tpdu).hex().upper()


def join_text(parts: Sequence[Deliver]) -> str:
    """Return the text of parts in their order.

    Neighbours of one alphabet are joined before they are decoded, so that a surrogate pair or
    an escape sequence that a phone cut in two is whole again.
    """
    return "".join(
        content_text(alphabet, b"".join(map(_whole_units, run)))
        for alphabet, run in groupby(parts, key=lambda part: part.alphabet)
    )


def _whole_units(part: Deliver) -> bytes:
    # An odd octet at the end of one part would shift every character of the next.
    odd = len(part.data) % 2 if part.alphabet is Alphabet.UCS2 else 0
    return part.data[: len(part.data) - odd]
