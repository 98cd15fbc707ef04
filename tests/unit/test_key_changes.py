"""An officer's keys change together with the journal entry that tells the Polres, or not at all."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from server.desa import login
from server.desa.officers import renewal
from server.desa.officers.keydesk import KeyDesk
from server.domain import codec
from server.domain import events as e
from sync.entry import Log
from sync.store import SqliteStore

NAME = "Made"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.exchange()
    return made


@contextlib.contextmanager
def cut_before_the_journal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The power goes as the change is about to be journalled."""

    def gone(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as patch:
        patch.setattr("server.desa.officers.renewal.journal", gone)
        patch.setattr("server.desa.officers.recovery.journal", gone)
        with pytest.raises(ConnectionAbortedError):
            yield


def state(world: World) -> tuple[login.Account | None, int]:
    """His account, and how many changes the journal tells of."""
    node = world.node
    with node.database.read() as db:
        log_id = node.ledger.log_id
        store = SqliteStore(db)
        entries = store.entries(log_id, 1, store.head(log_id).seq)
        events = [
            codec.decode(node.vault.open_entry(one))[1]
            for one in entries
            if one.header.log is Log.UP and one.header.shape
        ]
        told = sum(isinstance(event, e.OfficerKeysChanged) for event in events)
        return login.read(db, NAME), told


def desk(world: World) -> KeyDesk:
    return KeyDesk(world.node, world.desk(), lambda: world.mono_s)


def test_new_keys_come_into_force_with_their_entry_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.officer(NAME)
    key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
    new = desk(world).change_passphrase(NAME, made["passphrase"], key)
    assert isinstance(new, login.NewOfficer)
    before = state(world)
    with cut_before_the_journal(monkeypatch):
        renewal.confirm(world.node, NAME, new.phone_key, world.mono_s)
    assert state(world) == before
    assert renewal.confirm(world.node, NAME, new.phone_key, world.mono_s)
    after = state(world)
    assert after[0] != before[0]
    assert after[1] == before[1] + 1


def test_a_new_recovery_card_is_journalled_or_opens_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.officer(NAME)
    key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
    before = state(world)
    with cut_before_the_journal(monkeypatch):
        desk(world).make_card(NAME, made["passphrase"], key)
    assert state(world) == before
    assert isinstance(desk(world).make_card(NAME, made["passphrase"], key), str)
    assert state(world)[1] == before[1] + 1


def test_who_comes_back_with_a_card_is_journalled_or_gets_no_keys(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.officer(NAME)
    before = state(world)
    with cut_before_the_journal(monkeypatch):
        desk(world).recover(NAME, made["recovery"])
    assert state(world) == before
    assert isinstance(desk(world).recover(NAME, made["recovery"]), login.NewOfficer)
    assert state(world)[1] == before[1] + 1
