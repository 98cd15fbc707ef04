"""Bodies of journal entries: events with their stamp in one canonical encoding."""

import dataclasses
from collections.abc import Callable
from typing import cast

from server.domain import events as e
from server.domain.report import Stamp, Trust
from sync.canonical import Value, pack, row, unpack
from sync.errors import MalformedFrame

BODY_VERSION = 1
NUMBERS = range(-(2**63), 2**63)
"""What tables hold."""
TIMES_S = range(-62_000_000_000, 253_402_214_400)
"""From the year 5 to the last day of 9999: other moments have no date in some zone."""

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
    33: e.OfficersChanged,
    34: e.OfficerKeysChanged,
    35: e.ErasureTold,
    36: e.KeysTampered,
    37: e.BackupNoted,
    38: e.BoxRestored,
    39: e.ExchangeKeyTaken,
    30: e.SpokeByAir,
    64: e.StatusOrdered,
    65: e.AnswerOrdered,
    66: e.RecipientsOrdered,
    67: e.KeysReturned,
}
_NUMBERS = {kind: number for number, kind in KINDS.items()}
_TRUSTS = tuple(sorted(Trust))
# What a field that is annotated so may hold; a bool is no int here.
_HOLDS: dict[str, frozenset[type]] = {
    "int": frozenset({int}),
    "bool": frozenset({bool}),
    "str": frozenset({str}),
    "bytes": frozenset({bytes}),
    "int | None": frozenset({int, type(None)}),
    "str | None": frozenset({str, type(None)}),
    "tuple[str, ...]": frozenset({tuple}),
}
# What each field of a kind may hold, and the numbers that are allowed there.
_FIELDS: dict[int, tuple[tuple[frozenset[type], range], ...]] = {
    number: tuple(
        (
            _HOLDS[str(field.type).removeprefix("<class '").removesuffix("'>")],
            TIMES_S if field.name.endswith("_s") else NUMBERS,
        )
        for field in dataclasses.fields(kind)
    )
    for number, kind in KINDS.items()
}


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
        MalformedFrame: the bytes are not a body at all, or a number in it is none that tables
            hold, or a time has no date.
    """
    head = row(unpack(body), int, int, int, int, int, int, tuple)
    version, kind, wall_s, trust, boot, mono_ms = cast("tuple[int, ...]", head[:6])
    fields = head[6]
    if trust < 0 or wall_s not in TIMES_S or boot not in NUMBERS or mono_ms not in NUMBERS:
        raise MalformedFrame
    stamp = Stamp(wall_s, _TRUSTS[min(trust, len(_TRUSTS) - 1)], boot, mono_ms)
    maker = KINDS.get(kind)
    if maker is None or version != BODY_VERSION or not isinstance(fields, tuple):
        return stamp, e.Unknown(kind)
    return stamp, _build(maker, kind, fields)


def _build(
    maker: Callable[[*tuple[Value, ...]], e.Event], kind: int, fields: tuple[Value, ...]
) -> e.Event:
    expected = _FIELDS[kind]
    if len(fields) < len(expected):
        return e.Unknown(kind)
    known = fields[: len(expected)]
    for (holds, allowed), value in zip(expected, known, strict=True):
        if type(value) not in holds:
            raise MalformedFrame
        if isinstance(value, int):
            if value not in allowed:
                raise MalformedFrame
        elif isinstance(value, tuple) and not all(type(one) is str for one in value):
            raise MalformedFrame
    return maker(*known)
