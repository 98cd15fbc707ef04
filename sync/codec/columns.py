"""Entries of one session as columns, and back: the shared state grows with every entry."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sync.canonical import Value, pack, unpack
from sync.codec.column import Column, Place, fits, uncapital
from sync.codec.foretell import Numbers, Recent, Symbols, leant, unleant
from sync.codec.numbers import Reader, Writer, folded, unfolded
from sync.entry import Flag, Header, Log, Shape, ticket_text
from sync.errors import MalformedFrame

BODY_VERSION: Final = 1
TEXT_CHARS_MIN: Final = 20
"""Shorter words are told by rank or cost little; they are not kept for the compressor."""
# A row's form: its body as it is (session key, duty key), or kind, lock and number of fields.
_WHOLE: Final = (0, 1)
_COLUMNS: Final = 2
_FIELDS_MAX: Final = 63
_KINDS_MAX: Final = 2**32
_NUMBER_MAX: Final = 2**62
_FRESH_BITS: Final = 16
_SECOND: Final = 1024
# Clocks mostly go forward.
_LATER: Final = 8
_DAY_S: Final = 86_400

Stamp = tuple[int, int, int, int]
"""Wall time, trust, boot, milliseconds."""
_NO_STAMP: Final[Stamp] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a frame says of all its entries."""

    node: int
    instance: int
    log: Log
    session: bytes
    first: int


@dataclass(frozen=True, slots=True)
class Row:
    """An entry that both sides can open: its header and its body in clear."""

    header: Header
    plain: bytes


@dataclass(slots=True)
class _Parsed:
    """A row on its way through the columns."""

    form: int
    seq: int = 0
    day: int = 0
    ticket: int = 0
    sets: int = 0
    flags: int = 0
    stamp: Stamp = _NO_STAMP
    fields: list[Value] = field(default_factory=list)
    plain: bytes = b""

    def place(self) -> Place:
        return Place(self.stamp[0], ticket_text(self.ticket), self.stamp[0])


class Columns:
    """What both sides know after the same entries, whatever frames they came in.

    Attributes:
        text: longer words of all entries so far, for the compressor.
    """

    def __init__(self) -> None:
        self.text = bytearray()
        self._forms: Recent[int] = Recent()
        self._form_ranks = Symbols()
        self._tickets: Recent[int] = Recent()
        self._ticket_ranks = Symbols()
        self._told: dict[tuple[str, int], tuple[Numbers, Symbols]] = {}
        self._fields: dict[tuple[int, int], Column] = {}
        self._stamp = _NO_STAMP
        self._anchor_ms = 0
        self._clocks: dict[int, tuple[Symbols, ...]] = {}

    def write(self, to: Writer, rows: Sequence[Row]) -> None:
        """Tell rows, in their order."""
        parsed = [_parse(row) for row in rows]
        _write_ranks(to, self._forms, self._form_ranks, [one.form for one in parsed])
        _write_ranks(to, self._tickets, self._ticket_ranks, [one.ticket for one in parsed])
        opened = [one for one in parsed if one.form >= _COLUMNS]
        clocks = [self._clock_told(one.stamp) for one in opened]
        for form in dict.fromkeys(one.form for one in opened):
            told = [clock for clock, one in zip(clocks, opened, strict=True) if one.form == form]
            for part, symbols in enumerate(self._clock(form)):
                symbols.write(to, [one[part] for one in told])
        for group in _groups(parsed):
            form = group[0].form
            days = [(one.day, one.stamp[0] // _DAY_S) for one in group]
            self._write_numbers(to, ("day", form), days)
            self._write_numbers(to, ("sets", form), [(one.sets, 0) for one in group])
            self._write_numbers(to, ("flags", form), [(one.flags, 0) for one in group])
            if form < _COLUMNS:
                for one in group:
                    to.raw(one.plain)
                continue
            places = [one.place() for one in group]
            for at in range(len(group[0].fields)):
                column = self._fields.setdefault((form, at), Column())
                column.write(to, [one.fields[at] for one in group], places)
        self._remember(opened)

    def read(self, source: Reader, identity: Identity, seqs: Sequence[int]) -> list[Row]:
        """The rows of these numbers.

        Raises:
            MalformedFrame: the streams tell something else; the state is then of no use.
        """
        count = len(seqs)
        forms = _read_ranks(source, self._forms, self._form_ranks, count)
        tickets = _read_ranks(source, self._tickets, self._ticket_ranks, count)
        parsed = [
            _Parsed(form, seq=seq, ticket=ticket)
            for form, seq, ticket in zip(forms, seqs, tickets, strict=True)
        ]
        opened = [one for one in parsed if one.form >= _COLUMNS]
        self._read_stamps(source, opened)
        for group in _groups(parsed):
            form = group[0].form
            walls = [one.stamp[0] // _DAY_S for one in group]
            days = self._read_numbers(source, ("day", form), walls)
            sets = self._read_numbers(source, ("sets", form), [0] * len(group))
            flags = self._read_numbers(source, ("flags", form), [0] * len(group))
            for one, day, number, bits in zip(group, days, sets, flags, strict=True):
                one.day, one.sets, one.flags = day, number, bits
                if form < _COLUMNS:
                    one.plain = source.raw()
            if form >= _COLUMNS:
                places = [one.place() for one in group]
                for at in range((form - _COLUMNS) >> 1 & _FIELDS_MAX):
                    column = self._fields.setdefault((form, at), Column())
                    for one, value in zip(group, column.read(source, places), strict=True):
                        one.fields.append(value)
        source.done()
        self._remember(opened)
        return [_row(one, identity) for one in parsed]

    def _read_stamps(self, source: Reader, opened: Sequence[_Parsed]) -> None:
        told: dict[int, Iterator[Stamp]] = {}
        for group in _groups(opened):
            parts = [one.read(source, len(group)) for one in self._clock(group[0].form)]
            told[group[0].form] = zip(*parts, strict=True)
        for one in opened:
            one.stamp = self._clock_heard(next(told[one.form]))

    def _clock(self, form: int) -> tuple[Symbols, ...]:
        return self._clocks.setdefault(form, (Symbols(), Symbols(), Symbols(), Symbols()))

    def _clock_told(self, stamp: Stamp) -> Stamp:
        """What is told of a stamp: how it differs from the one before; the state moves on."""
        wall_s, trust, boot, mono_ms = stamp
        last = self._stamp
        past_ms = mono_ms - wall_s * 1000 - (self._anchor_ms if boot == last[2] else 0)
        told = past_ms if 0 <= past_ms < _SECOND else _SECOND + folded(past_ms)
        self._move(stamp, past_ms)
        return (
            leant(wall_s - last[0], _LATER),
            folded(trust - last[1]),
            folded(boot - last[2]),
            told,
        )

    def _clock_heard(self, told: Stamp) -> Stamp:
        """The stamp of which `told` was told."""
        last = self._stamp
        wall_s = last[0] + unleant(told[0], _LATER)
        trust, boot = last[1] + unfolded(told[1]), last[2] + unfolded(told[2])
        past_ms = told[3] if told[3] < _SECOND else unfolded(told[3] - _SECOND)
        mono_ms = past_ms + wall_s * 1000 + (self._anchor_ms if boot == last[2] else 0)
        self._move((wall_s, trust, boot, mono_ms), past_ms)
        return self._stamp

    def _move(self, stamp: Stamp, past_ms: int) -> None:
        # The anchor is the least difference of both clocks, so that the rest is below a second.
        if stamp[2] != self._stamp[2] or not 0 <= past_ms < _SECOND:
            self._anchor_ms = stamp[3] - stamp[0] * 1000
        self._stamp = stamp

    def _write_numbers(
        self, to: Writer, name: tuple[str, int], values: Sequence[tuple[int, int]]
    ) -> None:
        numbers, symbols = self._told.setdefault(name, (Numbers(), Symbols()))
        symbols.write(to, [numbers.difference(value, near, 0) for value, near in values])

    def _read_numbers(
        self, source: Reader, name: tuple[str, int], nears: Sequence[int]
    ) -> list[int]:
        numbers, symbols = self._told.setdefault(name, (Numbers(), Symbols()))
        told = symbols.read(source, len(nears))
        return [numbers.value(one, near, 0) for one, near in zip(told, nears, strict=True)]

    def _remember(self, opened: Sequence[_Parsed]) -> None:
        for one in opened:
            for value in one.fields:
                if isinstance(value, str) and len(value) >= TEXT_CHARS_MIN:
                    self.text += uncapital(value)[1].encode() + b"\0"


def _write_ranks(to: Writer, recent: Recent[int], ranks: Symbols, values: Sequence[int]) -> None:
    fresh: list[int] = []
    symbols: list[int] = []
    for value in values:
        rank = recent.rank(value)
        symbols.append(0 if rank is None else rank + 1)
        if rank is None:
            fresh.append(value)
    ranks.write(to, symbols)
    for value in fresh:
        to.number(value, _FRESH_BITS)


def _read_ranks(source: Reader, recent: Recent[int], ranks: Symbols, count: int) -> list[int]:
    values: list[int] = []
    for symbol in ranks.read(source, count):
        if symbol:
            values.append(recent.take(symbol - 1))
            continue
        fresh = source.number(_FRESH_BITS)
        recent.add(fresh)
        values.append(fresh)
    return values


def _groups(parsed: Sequence[_Parsed]) -> list[list[_Parsed]]:
    groups: dict[int, list[_Parsed]] = {}
    for one in parsed:
        groups.setdefault(one.form, []).append(one)
    return list(groups.values())


def _parse(row: Row) -> _Parsed:
    header = row.header
    duty = int(header.shape is Shape.DUTY)
    form, stamp, fields = _WHOLE[duty], _NO_STAMP, []
    try:
        body = unpack(row.plain)
    except MalformedFrame:
        body = None
    match body:
        case (
            int(version), int(kind), int(wall_s), int(trust), int(boot), int(mono_ms), tuple(items)
        ) if _is_regular(version, kind, (wall_s, trust, boot, mono_ms), items):  # fmt: skip
            form = _COLUMNS + ((kind << 6 | len(items)) << 1 | duty)
            stamp, fields = (wall_s, trust, boot, mono_ms), list(items)
    return _Parsed(
        form, header.seq, header.day, header.ticket, header.sets, header.flags,
        stamp, fields, row.plain,
    )  # fmt: skip


def _is_regular(version: int, kind: int, stamp: Stamp, items: tuple[Value, ...]) -> bool:
    numbers = (version, kind, *stamp)
    return (
        version == BODY_VERSION
        and 0 <= kind < _KINDS_MAX
        and not any(isinstance(number, bool) for number in numbers)
        and all(-_NUMBER_MAX < number < _NUMBER_MAX for number in stamp)
        and len(items) <= _FIELDS_MAX
        and all(fits(item) for item in items)
    )


def _row(one: _Parsed, identity: Identity) -> Row:
    form = one.form
    duty = bool(form & 1)
    plain = one.plain
    if form >= _COLUMNS:
        kind = (form - _COLUMNS) >> 7
        plain = pack((BODY_VERSION, kind, *one.stamp, tuple(one.fields)))
        duty = bool((form - _COLUMNS) & 1)
    try:
        header = Header(
            identity.node, identity.instance, identity.log, one.seq, identity.session,
            Shape.DUTY if duty else Shape.SEALED, one.day, one.ticket, one.sets, Flag(one.flags),
        )  # fmt: skip
        header.pack()
    except (ValueError, OverflowError, struct.error) as error:
        raise MalformedFrame from error
    return Row(header, plain)
