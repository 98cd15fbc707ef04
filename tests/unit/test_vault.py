"""The vault: a row opens in its own place under its own session, and nowhere else."""

from dataclasses import replace

import pytest
from drawn import KEYS
from hypothesis import given
from hypothesis import strategies as st

from server.vault import Identity, Lock, Place, Vault
from sync import seal, session
from sync.entry import Entry, Flag, Header, Log, Shape
from sync.errors import CannotOpen
from sync.session import SessionKeys

DUTY = b"d" * 32
RAM = seal.box_pair(b"r" * 32)
KEYS_ONE = session.from_seeds(b"1" * 32, b"2" * 32, b"3" * 32)
KEYS_TWO = session.from_seeds(b"4" * 32, b"5" * 32, b"6" * 32)
BODIES = st.binary(max_size=200)
SEALED_LOCKS = [Lock.SESSION, Lock.INTAKE, Lock.UNIT]
HERE = Place(KEYS_ONE.id, Shape.SEALED, "inbox", 7, b"name")


def vault() -> Vault:
    """A vault in its first session."""
    return Vault(DUTY, KEYS_ONE, RAM)


def header(shape: Shape = Shape.SEALED) -> Header:
    """Of a journal entry in the first session."""
    return Header(5_204_072_001, 1, Log.UP, 9, KEYS_ONE.id, shape, 5, 74_234, 1, Flag.NONE)


@given(BODIES, st.sampled_from(SEALED_LOCKS))
def test_a_row_opens_in_its_place_and_seals_the_same_again(body: bytes, lock: Lock) -> None:
    sealed = vault().seal(lock, "inbox", 7, body, b"name")
    assert vault().open(HERE, sealed, unit=True) == body
    assert vault().seal(lock, "inbox", 7, body, b"name") == sealed


@given(BODIES, st.sampled_from(SEALED_LOCKS))
def test_a_row_does_not_open_in_another_row_table_name_or_session(body: bytes, lock: Lock) -> None:
    both = vault()
    both.turn(KEYS_TWO, RAM)
    sealed = vault().seal(lock, "inbox", 7, body, b"name")
    for elsewhere in (
        replace(HERE, row=8),
        replace(HERE, table="outbox"),
        replace(HERE, identity=b"other"),
        replace(HERE, session=KEYS_TWO.id),
        replace(HERE, session=b"?" * 16),
        replace(HERE, shape=Shape.DUTY),
    ):
        with pytest.raises(CannotOpen):
            both.open(elsewhere, sealed, unit=True)


@given(BODIES)
def test_what_lies_under_the_unit_key_opens_only_when_it_is_asked_for(body: bytes) -> None:
    sealed = vault().seal(Lock.UNIT, "inbox", 7, body, b"name")
    with pytest.raises(CannotOpen):
        vault().open(HERE, sealed)
    assert vault().open(HERE, sealed, unit=True) == body


@given(BODIES)
def test_unit_sealed_and_sealed_rows_of_equal_bodies_look_alike(body: bytes) -> None:
    sealed = [vault().seal(lock, "inbox", 7, body) for lock in SEALED_LOCKS]
    assert len({len(octets) for octets in sealed}) == 1
    assert len(set(sealed)) == 3


@given(BODIES)
def test_entries_under_the_unit_key_have_the_same_header_and_length(body: bytes) -> None:
    octets = header().pack()
    entries = [
        Entry(header(), vault().seal_entry(lock, octets, Log.UP, 9, body))
        for lock in (Lock.SESSION, Lock.UNIT)
    ]
    assert entries[0].header.pack() == entries[1].header.pack()
    assert len(entries[0].body) == len(entries[1].body)
    assert vault().open_entry(entries[0]) == vault().open_entry(entries[1], unit=True) == body


@given(BODIES)
def test_an_entry_with_another_header_does_not_open(body: bytes) -> None:
    sealed = vault().seal_entry(Lock.SESSION, header().pack(), Log.UP, 9, body)
    for other in (
        replace(header(), ticket=1),
        replace(header(), sets=4),
        replace(header(), flags=Flag.URGENT),
        replace(header(), seq=10),
        replace(header(), instance=2),
        replace(header(), log=Log.DOWN),
    ):
        with pytest.raises(CannotOpen):
            vault().open_entry(Entry(other, sealed))


@given(BODIES)
def test_duty_rows_open_in_every_session_with_the_key_on_the_card_alone(body: bytes) -> None:
    sealed = vault().seal(Lock.DUTY, "outbox", 1, body)
    place = Place(KEYS_ONE.id, Shape.DUTY, "outbox", 1)
    assert Vault(DUTY, KEYS_TWO, RAM).open(place, sealed) == body
    with pytest.raises(CannotOpen):
        Vault(b"x" * 32, KEYS_ONE, RAM).open(place, sealed)


@pytest.mark.parametrize(
    ("known", "opens"),
    [
        (SessionKeys(KEYS_ONE.id, KEYS_ONE.session, None, None), {Lock.SESSION}),
        (
            SessionKeys(KEYS_ONE.id, KEYS_ONE.session, KEYS_ONE.intake, None),
            {Lock.SESSION, Lock.INTAKE},
        ),
        (SessionKeys(KEYS_ONE.id, None, None, KEYS_ONE.unit), {Lock.UNIT}),
    ],
)
def test_a_later_run_opens_what_the_keys_it_learnt_open(
    known: SessionKeys, opens: set[Lock]
) -> None:
    later = Vault(DUTY, KEYS_TWO, RAM)
    assert later.learn(known)
    assert not later.learn(known)
    for lock in SEALED_LOCKS:
        sealed = vault().seal(lock, "inbox", 7, b"body", b"name")
        if lock in opens:
            assert later.open(HERE, sealed, unit=True) == b"body"
        else:
            with pytest.raises(CannotOpen):
                later.open(HERE, sealed, unit=True)


def test_after_a_turn_new_rows_lie_under_the_new_session_and_old_ones_still_open() -> None:
    turned = vault()
    sealed = turned.seal(Lock.SESSION, "inbox", 7, b"old", b"name")
    turned.turn(KEYS_TWO, RAM)
    assert turned.open(HERE, sealed) == b"old"
    fresh = turned.seal(Lock.SESSION, "inbox", 8, b"new")
    assert turned.open(Place(KEYS_TWO.id, Shape.SEALED, "inbox", 8), fresh) == b"new"
    with pytest.raises(CannotOpen):
        turned.open(Place(KEYS_ONE.id, Shape.SEALED, "inbox", 8), fresh)


def test_a_session_of_which_a_key_is_unknown_seals_nothing_under_it() -> None:
    half = Vault(DUTY, SessionKeys(KEYS_ONE.id, KEYS_ONE.session, None, None), RAM)
    with pytest.raises(CannotOpen):
        half.seal(Lock.INTAKE, "inbox", 1, b"body")


@given(KEYS)
def test_all_keys_of_a_node_come_from_its_seed_and_differ(seed: bytes) -> None:
    one = Identity.from_seed(seed)
    assert one == Identity.from_seed(seed)
    assert len({one.duty, one.signing.secret[:32], one.exchange.secret, seed}) == 4
