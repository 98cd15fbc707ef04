"""Texts come back whole from any header, any cut, any mixture of alphabets, senders and gaps."""

import itertools
import re
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from sms.alphabet import GSM7_CHARACTERS, Alphabet, encode_gsm7, encode_ucs2, pack
from sms.octets import (
    Octets,
    read_address,
    read_timestamp,
    read_validity,
    write_address,
    write_timestamp,
    write_validity,
)
from sms.pdu import Deliver, Part, decode, encode_deliver, split_deliver
from sms.segments import Complete, Fragment, Partial, assemble, render_with_gaps
from sms.user_data import read_user_data

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SENDERS = ("+6281234567890", "+6281234567891", "081234567892")
GSM7 = st.text(st.sampled_from(GSM7_CHARACTERS), min_size=1, max_size=60)
WIDE = st.text(st.sampled_from("ab\u2713\u4e2d\U0001f44b\U0001f3fd"), min_size=1, max_size=30)
RUNS = st.lists(st.tuples(st.just(0), GSM7) | st.tuples(st.just(8), WIDE), min_size=1, max_size=4)
ELEMENTS = st.lists(
    st.tuples(st.integers(0, 255).filter(lambda one: one not in (0, 8)), st.binary(max_size=12)),
    max_size=4,
).map(tuple)


def deliver(sender: str, body: str | bytes, at: datetime | None, part: Part, dcs: int) -> Deliver:
    """A part as it is read from the network."""
    message = decode(encode_deliver(sender, body, at, part=part, dcs=dcs))
    assert isinstance(message, Deliver)
    return message


def shuffled(data: st.DataObject, parts: list[Deliver]) -> list[Fragment]:
    """Rows of an inbox that got these in some order, some of them more than once."""
    copies = data.draw(st.lists(st.sampled_from(parts), max_size=3))
    order = data.draw(st.permutations([*parts, *copies]))
    return [
        Fragment(row, START + timedelta(seconds=row), message) for row, message in enumerate(order)
    ]


@given(ELEMENTS, GSM7, st.sampled_from(["", "\u2713"]))
def test_content_behind_any_header_comes_back_with_the_header(
    elements: tuple[tuple[int, bytes], ...], text: str, more: str
) -> None:
    body = b"".join(bytes([name, len(value)]) + value for name, value in elements)
    header = bytes([len(body)]) + body
    written = text + more
    septets = encode_gsm7(written)
    if septets is None:
        octets = header + encode_ucs2(written)
        length, alphabet = len(octets), Alphabet.UCS2
    else:
        fill = -8 * len(header) % 7
        octets = header + pack(septets, fill)
        length, alphabet = (8 * len(header) + fill) // 7 + len(septets), Alphabet.GSM7
    read = read_user_data(length, octets, alphabet, headed=True)
    assert (read.text, read.header, read.part, read.truncated) == (written, elements, None, False)


@st.composite
def torn(draw: st.DrawFn) -> tuple[str, list[tuple[int, bytes | str]]]:
    """A text of runs in one alphabet or the other, torn anywhere, also within a character."""
    runs = draw(RUNS)
    pieces: list[tuple[int, bytes | str]] = []
    for dcs, text in runs:
        units = encode_ucs2(text) if dcs else encode_gsm7(text) or b""
        width = 2 if dcs else 1
        cuts = draw(st.lists(st.integers(1, max(1, len(units) // width)), max_size=3))
        places = sorted({0, *(cut * width for cut in cuts if cut * width < len(units)), len(units)})
        for start, end in itertools.pairwise(places):
            pieces.append((dcs, units[start:end]))
    return "".join(text for _, text in runs), pieces


@given(torn(), st.data())
def test_a_text_torn_anywhere_in_mixed_alphabets_comes_back_in_any_order(
    made: tuple[str, list[tuple[int, bytes | str]]], data: st.DataObject
) -> None:
    text, pieces = made
    parts = [
        deliver(SENDERS[0], piece, START, Part(7, False, len(pieces), number), dcs)
        for number, (dcs, piece) in enumerate(pieces, 1)
    ]
    (whole,) = {one.text for one in assemble(shuffled(data, parts)) if isinstance(one, Complete)}
    assert whole == text


@given(st.data())
def test_texts_of_many_phones_that_come_mixed_come_apart(data: st.DataObject) -> None:
    senders = st.sampled_from(SENDERS)
    keys = data.draw(st.lists(st.tuples(senders, st.integers(0, 2)), min_size=1, max_size=5))
    expected, parts = [], []
    for place, (sender, reference) in enumerate(keys):
        text = f"laporan {place}: " + "banjir " * data.draw(st.integers(30, 70))
        at = START + timedelta(hours=place)
        pdus = split_deliver(sender, text, at, reference, data.draw(st.booleans()))
        parts += [message for message in map(decode, pdus) if isinstance(message, Deliver)]
        expected.append((sender, text))
    made = assemble(shuffled(data, parts))
    assert sorted((one.sender, getattr(one, "text", "")) for one in made) == sorted(expected)


@given(st.integers(2, 9), st.data())
def test_a_text_with_gaps_shows_what_is_there_and_names_what_is_not(
    total: int, data: st.DataObject
) -> None:
    held = data.draw(st.sets(st.integers(1, total), min_size=1, max_size=total - 1))
    parts = [
        deliver(SENDERS[0], f"<{number}>", START, Part(7, False, total, number), 0)
        for number in sorted(held)
    ]
    (partial,) = assemble(shuffled(data, parts))
    assert isinstance(partial, Partial)
    assert set(partial.missing) == set(range(1, total + 1)) - held
    shown = render_with_gaps(partial)
    told = re.findall(r"<(\d)>|bagian (\d)(?:-(\d))? dari", shown)
    numbers = [
        number
        for there, first, last in told
        for number in range(int(there or first), int(last or there or first) + 1)
    ]
    assert numbers == list(range(1, total + 1))
    assert [int(there) for there, _, _ in told if there] == sorted(held)


@given(st.from_regex(r"\+?[0-9*#]{1,20}|[A-Za-z][A-Za-z0-9 .]{0,9}[A-Za-z]", fullmatch=True))
def test_an_address_comes_back_and_takes_its_octets_and_no_more(number: str) -> None:
    octets = Octets(write_address(number).hex() + "ABCD")
    assert read_address(octets).number == number
    assert octets.rest() == b"\xab\xcd"


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2069, 12, 30)),  # noqa: DTZ001
    st.integers(-56, 56),
)
def test_a_service_centre_time_comes_back_to_the_second(at: datetime, quarters: int) -> None:
    zone = timezone(timedelta(minutes=15 * quarters))
    local = at.replace(microsecond=0, tzinfo=zone)
    read = read_timestamp(write_timestamp(local))
    assert (read.at, read.tz_quarter_hours) == (local, quarters)


@given(st.integers(0, 255))
def test_every_validity_comes_back(octet: int) -> None:
    period = read_validity(octet)
    assert read_validity(write_validity(period)) == period
