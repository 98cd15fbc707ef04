"""Reassembly of concatenated texts from parts that come in any order, twice, or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sms.alphabet import Alphabet
from sms.pdu import Deliver, join_text

JOIN_WINDOW = timedelta(days=1)
"""Parts further apart than this never make one text: an 8-bit reference comes round again."""


# A part looks for its text among as many neighbours in time as it has parts, and so many more.
_SPARE_REACH = 64


class Key(NamedTuple):
    """What the parts of one text share (3GPP TS 23.040 section 9.2.3.24.1)."""

    sender: str
    reference: int
    wide: bool
    total: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stored incoming text or part of one."""

    row_id: int
    received_at: datetime
    """UTC-aware."""
    deliver: Deliver


@dataclass(frozen=True, slots=True)
class Complete:
    """A text of which nothing is missing."""

    sender: str
    row_ids: tuple[int, ...]
    """One row for each part, in the order of the text."""
    copy_ids: tuple[int, ...]
    """Rows that say the same as one of `row_ids`."""
    first_at: datetime
    last_at: datetime
    """When the first and the last row came, copies included."""
    text: str


@dataclass(frozen=True, slots=True)
class Partial:
    """A text of which parts have not come (yet)."""

    sender: str
    row_ids: tuple[int, ...]
    copy_ids: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    key: Key
    missing: tuple[int, ...]
    """Numbers of the parts that are not there, ascending."""
    held: tuple[Deliver, ...]
    """The parts that are there, in the order of the text."""


Assembly = Complete | Partial


@dataclass(slots=True)
class _Group:
    """Parts that are held to be one text; `places` are theirs in the order of time."""

    parts: dict[int, Fragment]
    copies: list[Fragment] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def agrees_with(self, other: "_Group") -> bool:
        shared = self.parts.keys() & other.parts.keys()
        return all(_content(self.parts[n]) == _content(other.parts[n]) for n in shared)

    def absorb(self, other: "_Group") -> None:
        for number, fragment in other.parts.items():
            if self.parts.setdefault(number, fragment) is not fragment:
                self.copies.append(fragment)
        self.copies += other.copies
        self.places += other.places


def assemble(
    fragments: Iterable[Fragment], *, window: timedelta = JOIN_WINDOW
) -> tuple[Assembly, ...]:
    """Put stored texts together, those that came first in front.

    Each fragment ends in exactly one assembly. A part with the same content as one that is
    there is a copy of it; a part with other content under the same number begins a new text
    with a reused reference. A part that fits several texts joins the one whose parts passed
    the service centre nearest to it in time (or came nearest, where that time is unknown).
    `0 of 0`, `5 of 3` and `1 of 1` are texts of their own. To know late copies for what they
    are, pass the rows of finished texts of the last `window` too.

    Args:
        fragments: in any order.
        window: how far apart parts of one text may be.
    """
    arrived = sorted(fragments, key=lambda fragment: (fragment.received_at, fragment.row_id))
    assemblies: list[Assembly] = []
    keyed: dict[Key, list[Fragment]] = {}
    for fragment in arrived:
        key = key_of(fragment.deliver)
        if key is None:
            assemblies.append(_single(fragment))
        else:
            keyed.setdefault(key, []).append(fragment)
    for key, parts in keyed.items():
        assemblies += [_assembly(key, group) for group in _group(parts, key.total, window)]
    return tuple(sorted(assemblies, key=lambda each: (each.first_at, min(each.row_ids))))


def key_of(deliver: Deliver) -> Key | None:
    """What a part shares with its siblings; None for a text that is whole in itself."""
    part = deliver.part
    if part is None or part.total == 1 or not part.sound:
        return None
    return Key(deliver.sender, part.reference, part.wide, part.total)


def _single(fragment: Fragment) -> Complete:
    at, deliver = fragment.received_at, fragment.deliver
    return Complete(deliver.sender, (fragment.row_id,), (), at, at, deliver.text)


def _group(parts: Sequence[Fragment], total: int, window: timedelta) -> list[_Group]:
    """Join the nearest in time first, and never two that contradict each other.

    So one part that came late, or was lost, does not draw parts of the next text to it; and a
    part that a phone sent again, with a newer timestamp, is known as a copy.
    """
    alone = sorted(_without_copies(parts), key=lambda group: _time(_first(group)))
    for place, group in enumerate(alone):
        group.places.append(place)
    home = list(alone)
    reach = total + _SPARE_REACH
    pairs = sorted(
        (apart, later - place, place)
        for place in range(len(alone))
        for later in range(place + 1, min(len(alone), place + 1 + reach))
        if (apart := _apart(_first(alone[place]), _first(alone[later]))) <= window
    )
    for _, step, place in pairs:
        group, other = home[place], home[place + step]
        if group is not other and group.agrees_with(other):
            group.absorb(other)
            for moved in other.places:
                home[moved] = group
    return list({id(group): group for group in home}.values())


def _without_copies(parts: Sequence[Fragment]) -> list[_Group]:
    originals: dict[tuple[int, Alphabet, bytes, datetime | None], _Group] = {}
    for fragment in parts:
        mark = (_number(fragment), *_content(fragment), fragment.deliver.sent_at)
        if mark in originals:
            originals[mark].copies.append(fragment)
        else:
            originals[mark] = _Group({_number(fragment): fragment})
    return list(originals.values())


def _first(group: _Group) -> Fragment:
    return next(iter(group.parts.values()))


def _content(fragment: Fragment) -> tuple[Alphabet, bytes]:
    return fragment.deliver.alphabet, fragment.deliver.data


def _time(fragment: Fragment) -> datetime:
    return fragment.deliver.sent_at or fragment.received_at


def _apart(one: Fragment, other: Fragment) -> timedelta:
    # The service centre's time tells texts apart even when both waited days for a dead phone.
    if one.deliver.sent_at is not None and other.deliver.sent_at is not None:
        return abs(one.deliver.sent_at - other.deliver.sent_at)
    return abs(one.received_at - other.received_at)


def _number(fragment: Fragment) -> int:
    return fragment.deliver.part.number if fragment.deliver.part else 0


def _assembly(key: Key, group: _Group) -> Assembly:
    ordered = [group.parts[number] for number in sorted(group.parts)]
    row_ids = tuple(fragment.row_id for fragment in ordered)
    copy_ids = tuple(fragment.row_id for fragment in group.copies)
    times = [fragment.received_at for fragment in (*ordered, *group.copies)]
    first_at, last_at = min(times), max(times)
    held = tuple(fragment.deliver for fragment in ordered)
    if len(held) == key.total:
        return Complete(key.sender, row_ids, copy_ids, first_at, last_at, join_text(held))
    missing = tuple(sorted(set(range(1, key.total + 1)) - group.parts.keys()))
    return Partial(key.sender, row_ids, copy_ids, first_at, last_at, key, missing, held)


def render_with_gaps(partial: Partial) -> str:
    """Return what is there of a text, and in Indonesian what is not, each where it belongs."""
    by_number = {deliver.part.number: deliver for deliver in partial.held if deliver.part}
    pieces: list[str] = []
    numbers = range(1, partial.key.total + 1)
    for is_held, run in groupby(numbers, key=by_number.__contains__):
        part_numbers = list(run)
        if is_held:
            pieces.append(join_text([by_number[number] for number in part_numbers]))
            continue
        first, last = part_numbers[0], part_numbers[-1]
        which = f"{first}" if first == last else f"{first}-{last}"
        pieces.append(f" ... [bagian {which} dari {partial.key.total} belum diterima] ... ")
    return "".join(pieces).strip()
