"""Bodies of journal entries: events with their stamp in one canonical encoding."""

import dataclasses
from collections.abc import Callable

from server.domain import events as e
from server.domain.report import Stamp, Trust
from sync.canonical import Value, pack, row, unpack
from sync.errors import MalformedFrame

BODY_VERSION = 1

# The numbers are the wire format: never reused, never renumbered.
KINDS: dict[int, type[e.Event]] = {
    1: e.SessionOpened,
    2: e.ReportReceived,
    3: e.Repeated,
    4: e.NoteAdded,
    5: e.CancelAsked,
    6: e.TextNoted,
    7: e.CallMissed,
    8: e.Taken,
    9: e.Forwarded,
    10: e.Answered,
    11: e.Closed,
    12: e.Reopened,
    13: e.MessageSent,
    14: e.OrderReceived,
    15: e.OfficerRequested,
    16: e.ContactSet,
    17: e.SessionsUnlocked,
    18: e.TextCompleted,
    19: e.Merged,
    28: e.InboxExported,
    31: e.Carried,
    32: e.Resumed,
    64: e.StatusOrdered,
    65: e.AnswerOrdered,
    66: e.RecipientsOrdered,
    67: e.KeysReturned,
}
_NUMBERS = {kind: number for number, kind in KINDS.items()}


def encode(stamp: Stamp, event: e.Event) -> bytes:
    """Canonical bytes: version, kind, wall time, trust, boot, milliseconds, then the fields."""
    fields = tuple(getattr(event, field.name) for field in dataclasses.fields(event))
    return pack(
        (
            BODY_VERSION,
            _NUMBERS[type(event)],
            stamp.wall_s,
            int(stamp.trust),
            stamp.boot,
            stamp.mono_ms,
            fields,
        )
    )


def decode(body: bytes) -> tuple[Stamp, e.Event]:
    """Read a body; kinds and fields of newer versions come back as `Unknown`, never as an error.

    Raises:
        MalformedFrame: the bytes are not a body at all.
    """
    head = row(unpack(body), int, int, int, int, int, int, tuple)
    version, kind, wall_s, trust, boot, mono_ms = (v for v in head[:6] if isinstance(v, int))
    fields = head[6]
    if trust < 0:
        raise MalformedFrame
    stamp = Stamp(wall_s, Trust(min(trust, max(Trust))), boot, mono_ms)
    maker = KINDS.get(kind)
    if maker is None or version != BODY_VERSION or not isinstance(fields, tuple):
        return stamp, e.Unknown(kind)
    return stamp, _build(maker, kind, fields)


def _build(
    maker: Callable[[*tuple[Value, ...]], e.Event], kind: int, fields: tuple[Value, ...]
) -> e.Event:
    expected = dataclasses.fields(KINDS[kind])
    if len(fields) < len(expected):
        return e.Unknown(kind)
    known = fields[: len(expected)]
    if any(not _fits(str(field.type), value) for field, value in zip(expected, known, strict=True)):
        raise MalformedFrame
    return maker(*known)


def _fits(annotation: str, value: Value) -> bool:
    name = annotation.removeprefix("<class '").removesuffix("'>")
    kinds = {
        "int": isinstance(value, int) and not isinstance(value, bool),
        "bool": isinstance(value, bool),
        "str": isinstance(value, str),
        "bytes": isinstance(value, bytes),
        "int | None": value is None or (isinstance(value, int) and not isinstance(value, bool)),
        "str | None": value is None or isinstance(value, str),
        "tuple[str, ...]": isinstance(value, tuple) and all(isinstance(v, str) for v in value),
    }
    return kinds[name]
