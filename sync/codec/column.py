"""Columns of a frame: each foretells its next value from what both sides already hold."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from sync.canonical import Value
from sync.codec.foretell import Numbers, Recent, Symbols
from sync.codec.numbers import Reader, Writer
from sync.errors import MalformedFrame

RECENT_CHARS_MAX: Final = 48
RECENT_NUMBER_MAX: Final = 1_000
_SOURCE_CHARS_MIN: Final = 24
# A few octets must not be told as many copies of a long text.
_SOURCE_CHARS_MAX: Final = 2_000
_JOINT: Final = ", "
_MARKS: Final = ".,!?:;()\"'"
_LOWER: Final = str.maketrans({chr(upper): chr(upper + 32) for upper in range(65, 91)})
_UPPER: Final = str.maketrans({chr(upper + 32): chr(upper) for upper in range(65, 91)})
# Phone numbers as people and modems write them: after the country's code, or after a zero.
_DIGITS: Final = re.compile(r"(\+62|0)([0-9]{6,13})", re.ASCII)
_DIGITS_BITS: Final = 36


class Told(IntEnum):
    """How a field is told.

    Whole numbers by their difference to a candidate, or by rank; words by rank, as new text (as
    it is, in capitals, with one capital in front), as the report's number, as words of the row's
    own text, or as the digits of a phone number.
    """

    NONE = 0
    FALSE = 1
    TRUE = 2
    NUMBER = 3
    NUMBER_RANK = 4
    RANK = 5
    NEW = 6
    TICKET = 7
    PIECES = 8
    NEW_UPPER = 9
    NEW_CAPITAL = 10
    DIGITS = 11
    PLUS_DIGITS = 12


_EVERY_WAY: Final = list(Told)
_PLAIN: Final[dict[Told, bool | None]] = {Told.NONE: None, Told.FALSE: False, Told.TRUE: True}


@dataclass(slots=True)
class Place:
    """What is known of a row before one of its fields is read.

    Attributes:
        wall_s: its wall time.
        ticket: the report it concerns, as text.
        prior: the last whole number before the field.
        source: the words of the row's first longer text, in small letters.
    """

    wall_s: int
    ticket: str | None
    prior: int
    source: list[str] = field(default_factory=list)

    def learn(self, text: str) -> None:
        """Later fields of the row may be told as words of this one."""
        if not self.source and _SOURCE_CHARS_MIN <= len(text) <= _SOURCE_CHARS_MAX:
            self.source = [word.strip(_MARKS) for word in text.translate(_LOWER).split(" ")]

    def find(self, phrase: str) -> int:
        """Where the phrase's words begin in the source, from 1 up; 0 for nowhere."""
        words = phrase.split(" ")
        for at, word in enumerate(self.source):
            if word == words[0] and self.source[at : at + len(words)] == words:
                return at + 1
        return 0


@dataclass(slots=True)
class Column:
    """One field of one kind of body: its type, then its values."""

    order: list[Told] = field(default_factory=_EVERY_WAY.copy)
    told: Symbols = field(default_factory=Symbols)
    apart: Symbols = field(default_factory=Symbols)
    ranks: Symbols = field(default_factory=Symbols)
    numbers: Numbers = field(default_factory=Numbers)
    recent: Recent[int | str] = field(default_factory=Recent)
    pieces: Symbols = field(default_factory=Symbols)
    starts: Symbols = field(default_factory=Symbols)
    lengths: Symbols = field(default_factory=Symbols)

    def write(self, to: Writer, values: Sequence[Value], places: Sequence[Place]) -> None:
        """Tell the values of all rows."""
        ways: list[Told] = []
        out = _Out()
        for value, place in zip(values, places, strict=True):
            match value:
                case None:
                    ways.append(Told.NONE)
                case bool():
                    ways.append(Told.TRUE if value else Told.FALSE)
                case int():
                    ways.append(self._number(value, place, out))
                    place.prior = value
                case str():
                    ways.append(self._word(value, place, out))
                    place.learn(value)
                case _:
                    raise MalformedFrame
        self.told.write(to, [_rank_of(self.order, way) for way in ways])
        self._write_out(to, out)

    def _write_out(self, to: Writer, out: "_Out") -> None:
        if out.numbers:
            self.apart.write(to, out.numbers)
        if out.ranks:
            self.ranks.write(to, out.ranks)
        if out.pieces:
            self._write_pieces(to, out.pieces)
        for number in out.digits:
            to.number(number, _DIGITS_BITS)
        for word in out.fresh:
            to.text(word.encode())

    def _number(self, value: int, place: Place, out: "_Out") -> Told:
        apart = self.numbers.apart(value, place.wall_s, place.prior)
        small = apart and -RECENT_NUMBER_MAX < value < RECENT_NUMBER_MAX
        known = self.recent.values
        rank = known.index(value) if small and value in known else None
        if rank is not None and apart.bit_length() > rank.bit_length() + 1:
            self.numbers.last = value
            self.recent.rank(value)
            out.ranks.append(rank)
            return Told.NUMBER_RANK
        out.numbers.append(self.numbers.difference(value, place.wall_s, place.prior))
        if small:
            self.recent.rank(value)
        return Told.NUMBER

    def _word(self, value: str, place: Place, out: "_Out") -> Told:
        if value == place.ticket:
            return Told.TICKET
        if len(value) <= RECENT_CHARS_MAX:
            rank = self.recent.rank(value)
            if rank is not None:
                out.ranks.append(rank)
                return Told.RANK
            pieces = [(place.find(piece), piece) for piece in value.split(_JOINT)]
            if any(at for at, _ in pieces):
                out.pieces.append(pieces)
                out.fresh += [piece for at, piece in pieces if not at]
                return Told.PIECES
        if digits := _DIGITS.fullmatch(value):
            out.digits.append(int("1" + digits[2]))
            return Told.PLUS_DIGITS if digits[1] != "0" else Told.DIGITS
        way, word = uncapital(value)
        out.fresh.append(word)
        return way

    def _write_pieces(self, to: Writer, taken: Sequence[Sequence[tuple[int, str]]]) -> None:
        flat = [piece for pieces in taken for piece in pieces]
        self.pieces.write(to, [len(pieces) for pieces in taken])
        self.starts.write(to, [at for at, _ in flat])
        self.lengths.write(to, [piece.count(" ") for at, piece in flat if at])

    def _read_pieces(self, source: Reader, count: int) -> list[list[tuple[int, int]]]:
        counts = self.pieces.read(source, count)
        if sum(counts) > count * RECENT_CHARS_MAX:
            raise MalformedFrame
        starts = self.starts.read(source, sum(counts))
        lengths = iter(self.lengths.read(source, sum(1 for at in starts if at)))
        flat = iter([(at, next(lengths) if at else 0) for at in starts])
        return [[next(flat) for _ in range(length)] for length in counts]

    def read(self, source: Reader, places: Sequence[Place]) -> list[Value]:
        """The values of all rows."""
        ways = [_way_at(self.order, rank) for rank in self.told.read(source, len(places))]
        count = {way: ways.count(way) for way in _EVERY_WAY}
        apart = iter(_counted(source, self.apart, count[Told.NUMBER]))
        ranks = iter(_counted(source, self.ranks, count[Told.NUMBER_RANK] + count[Told.RANK]))
        taken = count[Told.PIECES]
        pieces = iter(self._read_pieces(source, taken) if taken else ())
        phones = count[Told.DIGITS] + count[Told.PLUS_DIGITS]
        digits = iter([source.number(_DIGITS_BITS) for _ in range(phones)])
        values: list[Value] = []
        for way, place in zip(ways, places, strict=True):
            match way:
                case Told.NUMBER:
                    values.append(self._number_of(next(apart), place))
                case Told.NUMBER_RANK:
                    value = self.recent.take(next(ranks))
                    if not isinstance(value, int):
                        raise MalformedFrame
                    self.numbers.last = place.prior = value
                    values.append(value)
                case Told.DIGITS | Told.PLUS_DIGITS:
                    word = ("+62" if way is Told.PLUS_DIGITS else "0") + str(next(digits))[1:]
                    self.recent.add(word)
                    place.learn(word)
                    values.append(word)
                case _ if way >= Told.RANK:
                    word = self._said(way, place, source, ranks, pieces)
                    place.learn(word)
                    values.append(word)
                case _:
                    values.append(_PLAIN[way])
        return values

    def _number_of(self, told: int, place: Place) -> int:
        value = self.numbers.value(told, place.wall_s, place.prior)
        if told and abs(value) < RECENT_NUMBER_MAX:
            self.recent.rank(value)
        place.prior = value
        return value

    def _said(
        self,
        way: Told,
        place: Place,
        source: Reader,
        ranks: Iterator[int],
        pieces: Iterator[list[tuple[int, int]]],
    ) -> str:
        if way is Told.TICKET:
            if place.ticket is None:
                raise MalformedFrame
            return place.ticket
        if way is Told.RANK:
            known = self.recent.take(next(ranks))
            if not isinstance(known, str):
                raise MalformedFrame
            return known
        if way is Told.PIECES:
            word = _JOINT.join(
                " ".join(place.source[at - 1 : at + more]) if at else _text(source)
                for at, more in next(pieces)
            )
            if len(word) > RECENT_CHARS_MAX:
                raise MalformedFrame
        else:
            word = _recapital(way, _text(source))
        if len(word) <= RECENT_CHARS_MAX:
            self.recent.add(word)
        return word


@dataclass(slots=True)
class _Out:
    """What a column tells, by stream."""

    numbers: list[int] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)
    pieces: list[list[tuple[int, str]]] = field(default_factory=list)
    digits: list[int] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)


def uncapital(value: str) -> tuple[Told, str]:
    """A new text in small letters, and how its capitals stood; ASCII letters alone count."""
    small = value.lower() if value.isascii() else value.translate(_LOWER)
    if small == value:
        return Told.NEW, value
    if small.translate(_UPPER) == value:
        return Told.NEW_UPPER, small
    if small[:1].translate(_UPPER) + small[1:] == value:
        return Told.NEW_CAPITAL, small
    return Told.NEW, value


def _recapital(way: Told, word: str) -> str:
    if way is Told.NEW_UPPER:
        return word.translate(_UPPER)
    if way is Told.NEW_CAPITAL:
        return word[:1].translate(_UPPER) + word[1:]
    return word


def _counted(source: Reader, symbols: Symbols, count: int) -> list[int]:
    return symbols.read(source, count) if count else []


def _rank_of(order: list[Told], way: Told) -> int:
    if order[0] is way:
        return 0
    at = order.index(way)
    order.insert(0, order.pop(at))
    return at


def _way_at(order: list[Told], rank: int) -> Told:
    if not rank:
        return order[0]
    if rank >= len(order):
        raise MalformedFrame
    way = order.pop(rank)
    order.insert(0, way)
    return way


def _text(source: Reader) -> str:
    try:
        return source.text().decode()
    except UnicodeDecodeError as error:
        raise MalformedFrame from error


def fits(value: Value) -> bool:
    """Whether columns carry such a field."""
    match value:
        case None | bool():
            return True
        case int():
            return -(2**62) < value < 2**62
        case str():
            return "\0" not in value
        case _:
            return False
