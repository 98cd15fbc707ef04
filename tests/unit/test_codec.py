"""Bodies of entries: every event comes back as it was, and newer ones are never an error."""

import dataclasses

import pytest
from drawn import VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain import codec
from server.domain import events as e
from server.domain.report import Stamp, Trust
from sync.canonical import Value, pack
from sync.errors import MalformedFrame

I64 = st.integers(-(2**63), 2**63 - 1)
TIMES = st.integers(codec.TIMES_S[0], codec.TIMES_S[-1])
STAMPS = st.builds(Stamp, TIMES, st.sampled_from(Trust), I64, I64)
TEXTS = st.text(max_size=40)
_FIELDS: dict[str, st.SearchStrategy[Value]] = {
    "int": I64,
    "bool": st.booleans(),
    "str": TEXTS,
    "bytes": st.binary(max_size=40),
    "int | None": st.none() | I64,
    "str | None": st.none() | TEXTS,
    "tuple[str, ...]": st.lists(TEXTS, max_size=3).map(tuple),
}
NOW = Stamp(1_790_000_000, Trust.NETWORK, 3, 42_000)
FORTUNE = (1, 4, 1_790_000_000, 4, 3, 42_000)


def annotation(field: dataclasses.Field[object]) -> str:
    """How the field's type is spelt."""
    return str(field.type).removeprefix("<class '").removesuffix("'>")


def events(kind: type[e.Event]) -> st.SearchStrategy[e.Event]:
    """Any event of a kind."""
    fields = [
        TIMES if field.name.endswith("_s") else _FIELDS[annotation(field)]
        for field in dataclasses.fields(kind)
    ]
    return st.builds(kind, *fields)


@pytest.mark.parametrize("kind", codec.KINDS.values(), ids=lambda kind: kind.__name__)
@settings(max_examples=12)
@given(data=st.data())
def test_every_event_comes_back_from_its_body(kind: type[e.Event], data: st.DataObject) -> None:
    stamp, event = data.draw(STAMPS), data.draw(events(kind))
    assert codec.decode(codec.encode(stamp, event)) == (stamp, event)


def test_every_event_but_the_unknown_has_one_number() -> None:
    kinds = {*e.DesaEvent.__args__, *e.Order.__args__} - {e.Unknown}
    assert kinds == set(codec.KINDS.values())
    assert len(codec.KINDS) == len(kinds)
    assert all(number < 64 for number in codec.KINDS if codec.KINDS[number] in e.DesaEvent.__args__)


@given(st.integers(-5, 300).filter(lambda kind: kind not in codec.KINDS), VALUES)
def test_an_unknown_kind_comes_back_as_unknown(kind: int, value: Value) -> None:
    body = pack((1, kind, NOW.wall_s, 4, 3, NOW.mono_ms, (value,)))
    assert codec.decode(body) == (NOW, e.Unknown(kind))


@given(st.lists(VALUES, max_size=3))
def test_later_fields_of_a_known_kind_are_left_to_later_versions(later: list[Value]) -> None:
    body = pack((1, 3, NOW.wall_s, 4, 3, NOW.mono_ms, ("74233", 2, *later)))
    assert codec.decode(body) == (NOW, e.Repeated("74233", 2))


def test_fewer_fields_than_we_know_are_of_a_version_that_we_do_not_know() -> None:
    body = pack((1, 3, NOW.wall_s, 4, 3, NOW.mono_ms, ("74233",)))
    assert codec.decode(body) == (NOW, e.Unknown(3))


def test_a_body_of_a_later_version_is_unknown_whatever_its_fields_mean() -> None:
    body = pack((2, 3, NOW.wall_s, 4, 3, NOW.mono_ms, ("74233", 2)))
    assert codec.decode(body) == (NOW, e.Unknown(3))


@pytest.mark.parametrize("fields", [("74233", "2"), (74_233, 2), ("74233", True), (b"74233", 2)])
def test_a_field_of_another_kind_is_malformed(fields: tuple[Value, ...]) -> None:
    with pytest.raises(MalformedFrame):
        codec.decode(pack((1, 3, NOW.wall_s, 4, 3, NOW.mono_ms, fields)))


@pytest.mark.parametrize("kind", codec.KINDS)
@settings(max_examples=12)
@given(fields=st.lists(VALUES, max_size=6).map(tuple))
def test_whatever_stands_in_the_fields_nothing_but_malformed_is_raised(
    kind: int, fields: tuple[Value, ...]
) -> None:
    try:
        _, event = codec.decode(pack((1, kind, NOW.wall_s, 4, 3, NOW.mono_ms, fields)))
    except MalformedFrame:
        return
    assert event == e.Unknown(kind) or type(event) is codec.KINDS[kind]


@given(VALUES | st.tuples(st.just(1), *[st.integers()] * 5, VALUES) | st.tuples(*[VALUES] * 7))
def test_a_value_that_is_no_body_is_malformed_or_read(value: Value) -> None:
    try:
        stamp, _ = codec.decode(pack(value))
    except MalformedFrame:
        return
    assert isinstance(value, tuple)
    assert stamp.wall_s == value[2]


def test_a_trust_that_is_not_known_yet_counts_as_the_best_and_a_negative_one_is_malformed() -> None:
    stamp, _ = codec.decode(pack((1, 7, 1, 99, 3, 4, ("+6281234567890",))))
    assert stamp.trust is max(Trust)
    with pytest.raises(MalformedFrame):
        codec.decode(pack((1, 7, 1, -1, 3, 4, ("+6281234567890",))))


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**70])
def test_a_number_that_no_table_holds_is_no_body(value: int) -> None:
    for head in ((value, 4, 3, 9), (NOW.wall_s, 4, value, 9), (NOW.wall_s, 4, 3, value)):
        with pytest.raises(MalformedFrame):
            codec.decode(pack((1, 3, *head, ("74233", 2))))
    with pytest.raises(MalformedFrame):
        codec.decode(pack((1, 3, NOW.wall_s, 4, 3, 9, ("74233", value))))


@pytest.mark.parametrize("time_s", [codec.TIMES_S[0] - 1, codec.TIMES_S[-1] + 1])
def test_a_time_without_a_date_is_no_body(time_s: int) -> None:
    with pytest.raises(MalformedFrame):
        codec.decode(pack((1, 3, time_s, 4, 3, 9, ("74233", 2))))
    with pytest.raises(MalformedFrame):
        codec.decode(pack((1, 6, NOW.wall_s, 4, 3, 9, ("+62812", "halo", "tanya", time_s))))
