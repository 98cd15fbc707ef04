"""The canonical encoding: one value has one spelling, and every other spelling is refused."""

import pytest
from drawn import VALUES
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import Value, pack, row, unpack
from sync.errors import MalformedFrame

# Spelt in CBOR (RFC 8949), but not as this encoding spells, or not of its kinds.
FOREIGN = {
    "a number in more octets than it needs": "1800",
    "a length in more octets than it needs": "5800",
    "an array without a length": "9f00ff",
    "octets in pieces": "5f4100ff",
    "a text in pieces": "7f6161ff",
    "a map": "a10000",
    "a half-precision number": "f93c00",
    "a double": "fb3ff0000000000000",
    "undefined": "f7",
    "a simple value": "f0",
    "a date": "c074323032362d30312d30315430303a30303a30305a",
    "a time": "c11a66000000",
    "a regular expression": "d8236161",
    "a shared value": "d81c80",
    "an array that holds itself": "d81c81d81d00",
    "a set": "d9010280",
    "a small number as a big one": "c24101",
    "a text that is no UTF-8": "61ff",
    "half a surrogate pair": "63eda080",
    "two values": "0000",
    "nothing": "",
    "a break": "ff",
    "an array of more items than there is memory": "9bffffffffffffffff",
}


@given(VALUES)
def test_a_value_comes_back_from_its_octets(value: Value) -> None:
    read = unpack(pack(value))
    assert read == value
    assert pack(read) == pack(value)


@given(VALUES, st.data())
def test_octets_that_were_cut_or_carry_more_are_refused(value: Value, data: st.DataObject) -> None:
    octets = pack(value)
    with pytest.raises(MalformedFrame):
        unpack(octets[: data.draw(st.integers(0, len(octets) - 1))])
    with pytest.raises(MalformedFrame):
        unpack(octets + b"\0")


@given(st.binary(max_size=40))
def test_any_octets_are_the_one_spelling_of_a_value_or_refused(octets: bytes) -> None:
    try:
        value = unpack(octets)
    except MalformedFrame:
        return
    assert pack(value) == octets


@pytest.mark.parametrize("octets", FOREIGN.values(), ids=FOREIGN.keys())
def test_another_spelling_is_refused(octets: str) -> None:
    with pytest.raises(MalformedFrame):
        unpack(bytes.fromhex(octets))


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_arrays_too_deep_to_be_ours_are_refused(depth: int) -> None:
    with pytest.raises(MalformedFrame):
        unpack(b"\x81" * depth + b"\x00")


def test_true_is_not_one_and_text_is_not_octets() -> None:
    assert len({pack(True), pack(1), pack("1"), pack(b"1")}) == 4
    assert unpack(pack((True, 1))) == (True, 1)
    assert type(unpack(pack(True))) is bool


@pytest.mark.parametrize("value", [(), (1,), ("a", 1), (True, "a"), (None, "a"), 5, None, "ab"])
def test_a_row_of_other_kinds_is_refused(value: Value) -> None:
    with pytest.raises(MalformedFrame):
        row(value, int, str)


@given(st.integers(), st.text(), st.lists(VALUES, max_size=4))
def test_a_row_may_carry_later_fields(number: int, text: str, later: list[Value]) -> None:
    assert row((number, text, *later), int, str) == (number, text, *later)
