"""Older sessions open aside: at one moment for everybody, while texts come and pages are read."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import World

from server import ledger, lookup
from server.database import open_memory
from server.desa import steps
from server.desa.desk import Login
from server.desa.node import begin_session
from server.desa.reading.unlocking import RETRY_S_MAX, Unlocker
from server.domain import requests as r
from server.domain.events import Event
from server.domain.report import Stamp, Status
from server.projection import Projection
from sync.store import SqliteStore

SENDER, OTHER = "+6281234567890", "+6281298765432"
SLICE = 3


class Past:
    """A village whose officer opens what was written before two power cuts."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.world.exchange()
        made = self.world.officer()
        self.world.exchange()
        self.passphrase = made["passphrase"]
        self.phone_key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
        for words in ("ada maling di RT 2", "oknum polisi minta uang"):
            self.world.mono_s += 60
            self.world.text(SENDER, words)
            self.world.listen()
            self.world.speak()
        self.world.restart()
        self.world.text(OTHER, "kebakaran rumah di RT 1")
        self.world.listen()
        self.world.speak()
        self.world.restart()
        self.unlocker = self.watch()

    def watch(self, go_on: Callable[[], bool] = lambda: True) -> Unlocker:
        """Run the unlocker as a running node does."""
        return Unlocker(self.world.node, go_on, lambda: self.world.mono_s)

    def login(self) -> Login:
        """The officer logs in with his phone."""
        answer = self.world.desk().login("Made", self.passphrase, self.phone_key)
        assert isinstance(answer, Login)
        return answer

    def texts(self) -> list[str]:
        """What can be read, oldest first."""
        found = lookup.reports(self.world.node.projection.db)
        return [one.text for one in reversed(found)]

    def is_a_rebuild(self) -> bool:
        """Whether the tables are those that the vault's keys give, row for row."""
        node = self.world.node
        store, log_id = SqliteStore(node.database.connection), node.ledger.log_id
        rebuilt = Projection(open_memory().connection)
        rebuilt.add(store.entries(log_id, 1, store.head(log_id).seq), node.vault)
        return list(node.projection.db.iterdump()) == list(rebuilt.db.iterdump())


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Past]:
    """Give a locked village of short slices."""
    monkeypatch.setattr(ledger, "SLICE_ENTRIES", SLICE)
    made = Past(tmp_path)
    yield made
    made.world.node.database.close()
    made.world.district.close()


def test_a_login_opens_nothing_by_itself_and_the_next_turn_opens_all(past: Past) -> None:
    assert past.login().opened >= 2
    assert past.texts() == ["", "", ""]
    assert past.world.node.projection.locked_sessions
    assert past.is_a_rebuild()
    assert past.unlocker.tick()
    assert past.texts() == ["ada maling di RT 2", "", "kebakaran rumah di RT 1"]
    assert not past.world.node.projection.locked_sessions
    assert past.world.node.ledger.unlocking is None
    assert past.is_a_rebuild()
    assert not past.unlocker.tick()


def test_pages_texts_and_orders_have_the_lock_between_two_slices(past: Past) -> None:
    past.login()
    world, node = past.world, past.world.node
    seen: list[tuple[int, int, bool]] = []

    def between() -> bool:
        free = threading.Event()

        def read() -> None:
            with node.database.lock:
                free.set()

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(10)
        told = node.ledger.unlocking
        assert told is not None
        seen.append((told.done, told.total, free.is_set()))
        return True

    past.watch(between).tick()
    assert len(seen) > 3
    assert all(free for _, _, free in seen)
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert all(done <= total for done, total, _ in seen)
    assert world.report().text == "kebakaran rumah di RT 1"


def test_a_text_that_comes_meanwhile_is_kept_answered_and_in_the_new_tables(past: Past) -> None:
    past.login()
    world = past.world
    turns = iter(range(10_000))

    def between() -> bool:
        if next(turns) == 2:
            world.text("+6281211112222", "jembatan putus di RT 4")
            world.listen()
            world.speak()
        return True

    before = len(world.sent)
    past.watch(between).tick()
    assert past.texts()[-1] == "jembatan putus di RT 4"
    assert [to for to, _ in world.sent[before:]] == ["+6281211112222"]
    assert past.is_a_rebuild()


def test_a_fault_in_the_middle_leaves_the_old_tables_and_is_tried_again(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.login()
    before = list(past.world.node.projection.db.iterdump())
    whole = Projection._fold_event
    left = iter(range(10))

    def breaks(tables: Projection, seq: int, stamp: Stamp, event: Event) -> None:
        whole(tables, seq, stamp, event)
        if next(left, None) == 7:
            raise MemoryError

    monkeypatch.setattr(Projection, "_fold_event", breaks)
    assert not past.unlocker.tick()
    assert list(past.world.node.projection.db.iterdump()) == before
    assert past.world.node.ledger.unlocking is not None
    monkeypatch.undo()
    assert not past.unlocker.tick()
    past.world.mono_s += RETRY_S_MAX
    assert past.unlocker.tick()
    assert past.texts()[0] == "ada maling di RT 2"
    assert past.is_a_rebuild()


def test_what_follows_an_unlock_is_tried_again_after_a_fault(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.login()
    monkeypatch.setattr("server.desa.orders.opened", None)
    assert not past.unlocker.tick()
    monkeypatch.undo()
    done: list[float] = []
    monkeypatch.setattr("server.desa.orders.opened", lambda _, now_s: done.append(now_s))
    past.world.mono_s += RETRY_S_MAX
    past.unlocker.tick()
    assert len(done) == 1
    past.unlocker.tick()
    assert len(done) == 1


def test_a_node_that_leaves_does_not_finish_and_nothing_is_open(past: Past) -> None:
    past.login()
    turns = iter([True, True, False])
    assert not past.watch(lambda: next(turns)).tick()
    assert past.texts() == ["", "", ""]
    assert past.is_a_rebuild()


def test_keys_that_wait_to_open_are_not_asked_of_the_polres(past: Past) -> None:
    past.login()
    past.world.exchange()
    assert returns(past) == 0
    past.world.restart()
    past.world.exchange()
    assert returns(past) == 1


def test_keys_that_the_polres_returns_open_at_one_moment_too(past: Past) -> None:
    past.world.exchange()
    assert past.texts() == ["", "", ""]
    assert past.world.node.ledger.unlocking is not None
    assert past.unlocker.tick()
    assert "kebakaran rumah di RT 1" in past.texts()
    assert past.is_a_rebuild()


def test_keys_that_come_while_others_open_are_opened_by_the_next_turn(past: Past) -> None:
    past.world.exchange()
    turns = iter(range(10_000))

    def between() -> bool:
        if next(turns) == 2:
            past.login()
        return True

    unlocker = past.watch(between)
    while unlocker.tick():
        assert past.is_a_rebuild()
    assert past.world.node.ledger.unlocking is None
    assert past.texts() == ["ada maling di RT 2", "", "kebakaran rumah di RT 1"]


def test_an_order_about_a_locked_report_waits_until_it_is_open(past: Past) -> None:
    world = past.world
    world.exchange()
    past.unlocker.tick()
    ticket = next(one.report.ticket for one in world.at_polres() if "kebakaran" in one.report.text)
    assert world.desk().act(r.Take(ticket, "Made")) is None
    assert world.report(ticket).status is Status.TAKEN


ACTS = st.sampled_from(["text", "same", "take", "session", "exchange", "read", "tend"])


@settings(max_examples=25, deadline=None)
@given(acts=st.lists(ACTS, min_size=1, max_size=12))
def test_whatever_happens_between_slices_the_tables_are_those_of_a_rebuild(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    ledger.SLICE_ENTRIES, usual = SLICE, ledger.SLICE_ENTRIES
    past = Past(tmp_path_factory.mktemp("past"))
    left = iter(acts)
    try:
        past.login()

        def between() -> bool:
            act(past.world, next(left, ""))
            assert past.is_a_rebuild()
            return True

        unlocker = past.watch(between)
        while unlocker.tick():
            pass
        assert past.is_a_rebuild()
        assert past.texts()[0] == "ada maling di RT 2"
        assert not past.world.node.projection.locked_sessions
    finally:
        ledger.SLICE_ENTRIES = usual
        past.world.node.database.close()
        past.world.district.close()


def returns(past: Past) -> int:
    """Count how often the Polres gave keys back."""
    with past.world.district.read() as connection:
        return int(connection.exec_driver_sql("select count(*) from returns").scalar() or 0)


def act(world: World, name: str) -> None:
    """Do one of the things that happen in a village."""
    world.mono_s += 5
    match name:
        case "text":
            world.text("+6281255556666", "pohon tumbang menutup jalan RT 3")
            world.listen()
        case "same":
            world.text(SENDER, "ada maling di RT 2")
            world.listen()
        case "take":
            newest = lookup.reports(world.node.projection.db)[0]
            world.desk().act(r.Take(newest.ticket, "Made"))
        case "session":
            begin_session(world.node, world.mono_s)
        case "exchange":
            world.exchange()
        case "read":
            steps.read(world.node, world.mono_s)
        case "tend":
            steps.tend(world.node, world.mono_s)


def test_a_login_where_nobody_opens_aside_folds_the_journal_once(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = past.world.node
    node.ledger.aside = False
    assert len(node.projection.locked_sessions) >= 2
    cleared: list[int] = []
    clear = Projection.clear
    monkeypatch.setattr(Projection, "clear", lambda tables: (cleared.append(1), clear(tables))[1])
    past.login()
    assert len(past.texts()) == 3
    assert not node.projection.locked_sessions
    assert len(cleared) == 1
