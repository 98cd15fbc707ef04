"""The header of an entry: 38 octets that say all that may be seen, and nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from drawn import ENTRIES, HEADERS, KEYS, flipped
from hypothesis import given
from hypothesis import strategies as st

from sync.entry import (
    DAY_ZERO,
    HEADER_OCTETS,
    Entry,
    Header,
    day_date,
    day_number,
    ticket_code,
    ticket_text,
)
from sync.errors import MalformedFrame

TICKETS = st.from_regex(r"[0-9]{5,6}", fullmatch=True)


@given(HEADERS)
def test_a_header_comes_back_from_its_38_octets(header: Header) -> None:
    packed = header.pack()
    assert len(packed) == HEADER_OCTETS == 38
    assert Header.unpack(packed) == header


@given(HEADERS, st.integers(0, 37), st.binary(min_size=1, max_size=3))
def test_a_header_that_is_cut_or_too_long_is_refused(
    header: Header, length: int, more: bytes
) -> None:
    for octets in (header.pack()[:length], header.pack() + more):
        with pytest.raises(MalformedFrame):
            Header.unpack(octets)


@given(HEADERS, st.data())
def test_a_changed_bit_is_refused_or_seen_never_overlooked(
    header: Header, data: st.DataObject
) -> None:
    changed = data.draw(flipped(header.pack()))
    try:
        read = Header.unpack(changed)
    except MalformedFrame:
        return
    assert read != header
    assert read.pack() == changed


@given(HEADERS, st.integers(2, 255))
def test_a_log_a_class_or_a_version_that_is_not_known_is_refused(
    header: Header, unknown: int
) -> None:
    for place in (0, 8, 29):
        octets = bytearray(header.pack())
        octets[place] = unknown
        with pytest.raises(MalformedFrame):
            Header.unpack(bytes(octets))


@given(ENTRIES, KEYS, st.data())
def test_the_hash_of_an_entry_covers_what_came_before_its_header_and_its_body(
    entry: Entry, previous: bytes, data: st.DataObject
) -> None:
    digest = entry.hash_after(previous)
    assert len(digest) == 32
    assert entry.hash_after(data.draw(flipped(previous))) != digest
    assert Entry(entry.header, entry.body + b"\0").hash_after(previous) != digest
    other = Header.unpack(entry.header.pack()[:-1] + bytes([entry.header.flags ^ 1]))
    assert Entry(other, entry.body).hash_after(previous) != digest


@given(TICKETS)
def test_a_ticket_of_five_or_six_digits_comes_back_from_its_number(ticket: str) -> None:
    assert ticket_text(ticket_code(ticket)) == ticket
    assert 0 < ticket_code(ticket) < 2**32


@given(TICKETS, TICKETS)
def test_two_tickets_never_share_a_number(one: str, other: str) -> None:
    assert (ticket_code(one) == ticket_code(other)) == (one == other)


def test_no_ticket_is_number_nought() -> None:
    assert ticket_code(None) == ticket_code("") == 0
    assert ticket_text(0) is None


@given(st.dates(DAY_ZERO + timedelta(days=1), date(2199, 1, 1)), st.integers(0, 86_399))
def test_a_day_comes_back_from_its_number_whatever_the_hour(day: date, second: int) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert day_date(day_number(midnight + timedelta(seconds=second))) == day


def test_an_unknown_or_early_time_is_day_nought_and_a_far_one_the_last() -> None:
    assert day_number(None) == day_number(datetime(1999, 1, 1, tzinfo=UTC)) == 0
    assert day_number(datetime(9999, 1, 1, tzinfo=UTC)) == 65_535
    assert day_date(0) is None
