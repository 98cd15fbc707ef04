"""One JSON line with a PDU in, one JSON line with its content out: `kentongan sms decode`."""

import json
from datetime import datetime
from typing import assert_never

from sms.errors import PduError
from sms.pdu import (
    Deliver,
    Header,
    Part,
    StatusReport,
    Submit,
    decode,
    decode_submit,
    is_submit,
)

_Fields = dict[str, object]


def decode_line(line: str) -> str:
    r"""Decode the PDU of one JSON line; never raises.

    Takes `{"pdu": hex}`, service centre address first. Gives back the `pdu` and
    `kind` (deliver, submit, status_report), `sender` or `recipient`, `text`, `sent_at`
    (ISO 8601 in UTC, or null), `udh` ([[identifier, hex], ...]), `reference`, `part` and `parts`
    (null for a text of its own), `dcs`, `pid` and more; or the `pdu` and an `error` in
    Indonesian; or an `error` alone where the line has no PDU. Characters beyond ASCII come
    as \u escapes.
    """
    try:
        request: object = json.loads(line)
    except (ValueError, RecursionError):
        return json.dumps({"error": "Baris ini bukan JSON yang sah."})
    pdu = request.get("pdu") if isinstance(request, dict) else None
    if not isinstance(pdu, str):
        return json.dumps({"error": 'Baris ini bukan objek JSON dengan "pdu" berupa teks.'})
    try:
        message = decode_submit(pdu) if is_submit(pdu) else decode(pdu)
    except PduError as error:
        return json.dumps({"pdu": pdu, "error": f"{error}. {error.sentence}"})
    return json.dumps({"pdu": pdu} | _fields(message))


def _fields(message: Deliver | StatusReport | Submit) -> _Fields:
    match message:
        case Deliver():
            return {
                "kind": "deliver",
                "sender": message.sender,
                "sent_at": _iso(message.sent_at),
                "tz_quarter_hours": message.tz_quarter_hours,
            } | _content(message)
        case Submit():
            validity_s = None if message.validity is None else message.validity.total_seconds()
            return {
                "kind": "submit",
                "recipient": message.recipient,
                "report_requested": message.report_requested,
                "validity_s": validity_s,
            } | _content(message)
        case StatusReport():
            return {
                "kind": "status_report",
                "recipient": message.recipient,
                "sent_at": _iso(message.sent_at),
                "done_at": _iso(message.done_at),
                "message_reference": message.reference,
                "status": message.status,
                "state": message.state,
                "smsc": message.smsc,
            }
    assert_never(message)


def _content(message: Deliver | Submit) -> _Fields:
    return {
        "text": message.text,
        "alphabet": message.alphabet,
        "udh": _udh(message.udh),
        **_concatenation(message.part),
        "dcs": message.dcs,
        "pid": message.pid,
        "message_class": message.message_class,
        "smsc": message.smsc,
        "truncated": message.truncated,
    }


def _concatenation(part: Part | None) -> _Fields:
    if part is None:
        return {"reference": None, "part": None, "parts": None}
    return {"reference": part.reference, "part": part.number, "parts": part.total}


def _udh(header: Header) -> list[list[object]]:
    return [[identifier, data.hex()] for identifier, data in header]


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
