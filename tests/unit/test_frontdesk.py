"""The front desk: logins that wait, and what a phone's key alone or a passphrase alone opens."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from server.demo.processes import until
from server.desa import commands
from server.desa import login as accounts
from server.desa.desk import Contact, Login
from server.domain import requests as r
from server.domain.errors import Reason, Refused
from server.sections import Login as Cost
from sync import seal
from sync.session import fingerprint

SENDER = "+6281234567890"


class Village:
    """A village with an officer and one report from before a restart."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.world.exchange()
        made = self.world.officer()
        self.passphrase = made["passphrase"]
        self.key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
        self.world.text(SENDER, "ada maling")
        self.world.listen()
        self.world.restart()
        self.desk = self.world.desk()


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Give one that was just switched on again."""
    made = Village(tmp_path)
    yield made
    made.world.node.database.close()
    made.world.district.close()


def test_the_passphrase_alone_lets_in_but_opens_no_older_session(village: Village) -> None:
    assert village.desk.login("Made", village.passphrase, None) == Login("Made", False, 0)
    wrong = bytes(32)
    assert village.desk.login("Made", village.passphrase, wrong) == Login("Made", False, 0)
    assert village.world.report().locked


def test_the_phone_key_alone_does_not_even_let_in(village: Village) -> None:
    assert isinstance(village.desk.login("Made", "", village.key), float)
    assert village.world.report().locked


def test_both_together_open_what_was_written_before(village: Village) -> None:
    assert village.desk.login("Made", village.passphrase, village.key) == Login("Made", True, 1)
    assert village.world.report().text == "ada maling"
    assert village.desk.login("Made", village.passphrase, village.key) == Login("Made", True, 0)


def test_failures_make_the_next_try_wait_longer_and_longer(village: Village) -> None:
    waits = []
    for _ in range(9):
        told = village.desk.login("Made", "salah", None)
        assert isinstance(told, float)
        waits.append(told)
        village.world.mono_s += told
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert isinstance(village.desk.login("Made", village.passphrase, None), Login)
    assert village.desk.login("Made", "salah", None) == 1.0


def test_while_a_name_must_wait_not_even_the_right_passphrase_is_looked_at(
    village: Village,
) -> None:
    village.desk.login("Made", "salah", None)
    village.world.mono_s += 0.5
    assert village.desk.login("Made", village.passphrase, village.key) == 0.5
    assert isinstance(village.desk.login("Nobody", "salah", None), float)
    village.world.mono_s += 0.5
    assert isinstance(village.desk.login("Made", village.passphrase, None), Login)


def test_names_that_are_no_officers_are_not_remembered_and_wait_together(
    village: Village,
) -> None:
    posted = [f"bukan petugas {number}" for number in range(20)]
    assert all(isinstance(village.desk.login(name, "salah", None), float) for name in posted)
    kept = repr(village.desk.guesses._failures)
    assert not any(name in kept for name in posted)
    assert village.desk.login("orang lain", "salah", None) == 1.0
    village.world.mono_s += 1.0
    assert village.desk.login("siapa lagi", "salah", None) == 2.0
    assert isinstance(village.desk.login("Made", village.passphrase, None), Login)


def test_a_third_guess_at_once_is_sent_away_so_that_threads_are_left_for_the_pages(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, entered = threading.Event(), threading.Event()
    true = accounts.stretch

    def slow(account: accounts.Account | None, passphrase: str, cost: Cost) -> bytes:
        entered.set()
        assert go_on.wait(20)
        return true(account, passphrase, cost)

    monkeypatch.setattr(accounts, "stretch", slow)
    answers: list[Login | float] = []
    desk = village.desk

    def enter() -> None:
        answers.append(desk.login("Made", village.passphrase, None))

    row = [threading.Thread(target=enter) for _ in range(2)]
    for one in row:
        one.start()
    assert entered.wait(20)
    # The second waits for the first; from then on nobody else waits.
    assert until(lambda: not desk.guesses._row._value, 20)
    for _ in range(5):
        assert desk.login("Made", "salah", None) == 1.0
    go_on.set()
    for one in row:
        one.join(20)
    assert answers == [Login("Made", False, 0)] * 2


def test_the_first_guess_at_an_unknown_name_costs_the_same_work(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[bool] = []
    true = accounts.stretch

    def watched(account: accounts.Account | None, passphrase: str, cost: Cost) -> bytes:
        worked.append(account is None)
        return true(account, passphrase, cost)

    monkeypatch.setattr(accounts, "stretch", watched)
    village.desk.login("bukan petugas", "salah", None)
    village.desk.login("Made", "salah", None)
    assert worked == [True, False]


def test_nothing_waits_for_the_slow_part_of_making_an_account(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = village.world.node.database.lock
    free: list[bool] = []
    true = seal.stretch

    def try_lock() -> None:
        taken = lock.acquire(blocking=False)
        free.append(taken)
        if taken:
            lock.release()

    def watched(passphrase: str, salt: bytes, *, memory_mib: int, passes: int) -> bytes:
        beside = threading.Thread(target=try_lock)
        beside.start()
        beside.join()
        return true(passphrase, salt, memory_mib=memory_mib, passes=passes)

    monkeypatch.setattr(seal, "stretch", watched)
    commands.add_officer(village.world.node, "Putu")
    assert free == [True, True]


def test_a_name_that_is_taken_leaves_nothing_behind(village: Village) -> None:
    node = village.world.node
    before = village.desk.box().waiting
    with pytest.raises(accounts.NameTaken):
        commands.add_officer(node, "Made")
    assert village.desk.officers() == ("Made",)
    assert village.desk.box().waiting == before


def test_two_who_ask_for_one_name_at_once_get_one_account(village: Village) -> None:
    together = threading.Barrier(2)
    refused: list[Exception] = []

    def ask() -> None:
        together.wait()
        try:
            commands.add_officer(village.world.node, "Putu")
        except accounts.NameTaken as error:
            refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert village.desk.officers() == ("Made", "Putu")


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "dua\nbaris"])
def test_a_name_that_could_not_log_in_gets_no_account(village: Village, name: str) -> None:
    with pytest.raises(accounts.NotAName):
        commands.add_officer(village.world.node, name)
    assert village.desk.officers() == ("Made",)


def test_a_new_account_says_the_fingerprint_of_the_key_that_the_polres_is_asked_to_list(
    village: Village,
) -> None:
    made = commands.add_officer(village.world.node, "Putu")
    with village.world.node.database.read() as db:
        kept = accounts.read(db, "Putu")
    assert kept is not None
    assert made["fingerprint"] == fingerprint(kept.identity)


def test_guesses_at_the_same_time_are_one_guess(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    true = accounts.stretch

    def counted(account: accounts.Account | None, passphrase: str, cost: object) -> bytes:
        looked_at.append(passphrase)
        return true(account, passphrase, village.world.node.settings.login)

    monkeypatch.setattr(accounts, "stretch", counted)
    together = threading.Barrier(8)

    def guess(number: int) -> None:
        together.wait()
        village.desk.login("Made", f"tebakan {number}", None)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == 1


def test_a_locked_report_can_be_seen_but_not_acted_on(village: Village) -> None:
    ticket = village.world.report().ticket
    assert village.desk.act(r.Take(ticket, "Made")) == Refused(Reason.LOCKED)
    assert village.desk.act(r.Take("00000", "Made")) == Refused(Reason.UNKNOWN_TICKET)


@pytest.mark.parametrize("number", ["110", "0370-123456", "bukan nomor", "+1 415 555 0100"])
def test_only_mobile_numbers_come_into_the_phone_book(village: Village, number: str) -> None:
    before = village.desk.contacts()
    assert village.desk.set_contact(Contact("Made", "", number)) == Refused(Reason.NOT_A_NUMBER)
    assert village.desk.set_contact(Contact(" ", "", "081234567890")) == Refused(Reason.EMPTY_TEXT)
    assert village.desk.contacts() == before


def test_an_empty_number_takes_an_officer_out_of_the_phone_book(village: Village) -> None:
    village.desk.set_contact(Contact("Made", "Bhabinkamtibmas", "0812 3456 7890"))
    assert [one.number for one in village.desk.contacts()] == [SENDER]
    village.desk.set_contact(Contact("Made", "", ""))
    assert village.desk.contacts() == ()


def test_the_box_says_what_waits_and_for_whom(village: Village) -> None:
    box = village.desk.box()
    assert (box.locked_sessions, box.unsent, box.unread) == (1, 1, 0)
    assert box.waiting > 0
    village.world.exchange()
    after = village.desk.box()
    assert after.waiting < box.waiting
    assert after.polres_s is not None
