"""Officers' logins: what a passphrase opens by itself, and what only the phone's key opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played_node import Chance

from server.database import Database, open_database
from server.desa import login
from server.desa.login import NameTaken, NewOfficer
from server.sections import Login as Cost
from sync import seal

CHEAP = Cost(memory_mib=1, passes=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty box."""
    opened = open_database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def made(database: Database) -> NewOfficer:
    """Give an officer of it."""
    new, made = login.make("Made", CHEAP, Chance("made"))
    with database.write() as db:
        login.insert(db, made)
    return new


def account(database: Database, name: str = "Made") -> login.Account:
    """What the card holds of an officer."""
    with database.read() as db:
        found = login.read(db, name)
    assert found is not None
    return found


def test_the_passphrase_lets_in_and_the_phone_key_opens_the_officers_secret(
    database: Database, made: NewOfficer
) -> None:
    kept = account(database)
    stretched = login.stretch(kept, made.passphrase, CHEAP)
    assert login.fits(kept, stretched)
    pair = login.open_secret(kept, stretched, made.phone_key)
    assert pair is not None
    assert seal.open_box(pair, seal.seal_box(made.public, b"wrap", b"0" * 32)) == b"wrap"


def test_the_passphrase_alone_opens_no_secret(database: Database, made: NewOfficer) -> None:
    kept = account(database)
    stretched = login.stretch(kept, made.passphrase, CHEAP)
    for wrong in (b"", b"\0" * 32, made.phone_key[:-1] + b"\0", seal.derive(stretched, "unlock")):
        assert login.open_secret(kept, stretched, wrong) is None


def test_the_phone_key_alone_neither_lets_in_nor_opens(
    database: Database, made: NewOfficer
) -> None:
    kept = account(database)
    for wrong in ("", made.passphrase[:-1], made.passphrase + "x", "padi-sumur-kapal-jati-1"):
        stretched = login.stretch(kept, wrong, CHEAP)
        assert not login.fits(kept, stretched)
        assert login.open_secret(kept, stretched, made.phone_key) is None


def test_a_passphrase_may_be_typed_in_capitals_and_with_spaces(
    database: Database, made: NewOfficer
) -> None:
    kept = account(database)
    for typed in (
        made.passphrase.upper(),
        made.passphrase.replace("-", " "),
        f" {made.passphrase} ",
    ):
        assert login.fits(kept, login.stretch(kept, typed, CHEAP))


def test_the_card_holds_neither_passphrase_nor_phone_key_nor_secret(
    database: Database, made: NewOfficer, tmp_path: Path
) -> None:
    kept = account(database)
    stretched = login.stretch(kept, made.passphrase, CHEAP)
    pair = login.open_secret(kept, stretched, made.phone_key)
    assert pair is not None
    database.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (made.passphrase.encode(), made.phone_key, pair.secret, stretched):
        assert secret not in written
    assert made.public in written


def test_a_secret_moved_under_another_name_does_not_open(
    database: Database, made: NewOfficer
) -> None:
    with database.write() as db:
        db.execute("update accounts set name = 'Putu'")
    kept = account(database, "Putu")
    stretched = login.stretch(kept, made.passphrase, CHEAP)
    assert login.open_secret(kept, stretched, made.phone_key) is None


def test_a_name_is_given_once_and_everybody_gets_keys_of_his_own(
    database: Database, made: NewOfficer
) -> None:
    with database.write() as db:
        other, putu = login.make("Putu", CHEAP, Chance("putu"))
        login.insert(db, putu)
        with pytest.raises(NameTaken) as caught:
            login.insert(db, login.make("Made", CHEAP, Chance("again"))[1])
        assert login.names(db) == ("Made", "Putu")
    assert caught.value.sentence
    assert other.public != made.public
    assert other.passphrase != made.passphrase
    assert account(database, "Putu").salt != account(database).salt


def test_an_unknown_name_costs_the_same_work_as_a_known_one() -> None:
    assert login.stretch(None, "padi", CHEAP) == seal.stretch(
        "padi", b"\0" * 16, memory_mib=1, passes=1
    )


@given(st.integers(0, 10_000))
def test_every_failure_makes_the_next_try_wait_at_least_as_long(failures: int) -> None:
    assert 0 <= login.delay_s(failures) <= login.delay_s(failures + 1) <= login.DELAY_S_MAX


def test_the_waits_are_one_two_four_and_at_most_sixty_seconds() -> None:
    assert [login.delay_s(n) for n in range(9)] == [0, 1, 2, 4, 8, 16, 32, 60, 60]
