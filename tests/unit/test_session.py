"""Sessions: who gets which key wrapped, and lists that only the root's signature makes good."""

import pytest
from drawn import KEYS, PEOPLE, VALUES
from hypothesis import given
from hypothesis import strategies as st

from sync import session
from sync.canonical import Value, pack
from sync.errors import MalformedFrame
from sync.session import Recipient, RecipientList, Role, SessionKeys, read_wrap, wraps_for

EVERYBODY = RecipientList(
    5_204_072_001,
    7,
    tuple(Recipient(role, role.value.title(), role.value.encode().ljust(32)) for role in Role),
)
STARTS = st.integers(0, 2**40)


def given_to(keys: SessionKeys) -> dict[Role, SessionKeys]:
    """What each role reads in its wrap."""
    wraps = wraps_for(keys, EVERYBODY, 1)
    return {wrap.recipient.role: read_wrap(wrap.content)[0] for wrap in wraps}


@given(KEYS, KEYS, KEYS)
def test_officers_get_the_session_key_alone_and_only_propam_the_unit_key(
    one: bytes, two: bytes, three: bytes
) -> None:
    keys = session.from_seeds(one, two, three)
    read = given_to(keys)
    assert read[Role.OFFICER] == SessionKeys(keys.id, one, None, None)
    assert read[Role.POLRES] == SessionKeys(keys.id, one, two, None)
    assert read[Role.PROPAM] == SessionKeys(keys.id, None, None, three)


@given(KEYS, KEYS, KEYS, STARTS)
def test_a_wrap_is_read_back_with_the_time_at_which_its_session_began(
    one: bytes, two: bytes, three: bytes, started_s: int
) -> None:
    keys = session.from_seeds(one, two, three)
    for wrap in wraps_for(keys, EVERYBODY, started_s):
        assert read_wrap(wrap.content)[1] == started_s
        assert read_wrap(wrap.content)[0].id == keys.id == session.session_id(one)


@given(KEYS, KEYS)
def test_a_wrap_with_another_sessions_key_is_refused(one: bytes, other: bytes) -> None:
    content = pack((1, session.session_id(one), other, None, None, 1))
    if one == other:
        assert read_wrap(content)[0].session == one
        return
    with pytest.raises(MalformedFrame):
        read_wrap(content)


@given(VALUES | st.tuples(st.just(1), *[VALUES] * 5))
def test_octets_that_are_no_wrap_are_refused_as_malformed(value: Value) -> None:
    with pytest.raises(MalformedFrame):
        read_wrap(pack(value))


@given(PEOPLE)
def test_a_list_of_recipients_comes_back_from_its_octets(people: RecipientList) -> None:
    assert RecipientList.unpack(people.pack()) == people


@given(VALUES | st.tuples(st.just(1), st.integers(), st.integers(), VALUES))
def test_octets_that_are_no_list_are_refused_as_malformed(value: Value) -> None:
    try:
        people = RecipientList.unpack(pack(value))
    except MalformedFrame:
        return
    assert people.recipients == ()


@pytest.mark.parametrize(
    "person",
    [("polres", "P", b"k" * 31), ("raja", "P", b"k" * 32), ("officer", b"P", b"k" * 32), ()],
)
def test_a_list_with_a_broken_recipient_is_refused_whole(person: tuple[Value, ...]) -> None:
    good = ("officer", "Made", b"k" * 32)
    assert RecipientList.unpack(pack((1, 5, 1, (good,)))).recipients[0].name == "Made"
    with pytest.raises(MalformedFrame):
        RecipientList.unpack(pack((1, 5, 1, (good, person))))


def test_a_list_or_a_wrap_of_a_later_version_is_refused() -> None:
    with pytest.raises(MalformedFrame):
        RecipientList.unpack(pack((2, 5, 1, ())))
    with pytest.raises(MalformedFrame):
        read_wrap(pack((2, b"i" * 16, None, None, None, 1)))


def test_two_holders_know_together_what_each_of_them_knows() -> None:
    keys = session.from_seeds(b"a" * 32, b"b" * 32, b"c" * 32)
    read = given_to(keys)
    assert read[Role.OFFICER].joined(read[Role.POLRES]) == read[Role.POLRES]
    assert read[Role.PROPAM].joined(read[Role.POLRES]) == keys
    assert keys.secrets() == (b"a" * 32, b"b" * 32, b"c" * 32)
    assert EVERYBODY.key_of(Role.PROPAM) == b"propam".ljust(32)
    assert RecipientList(1, 1, ()).key_of(Role.POLRES) is None
