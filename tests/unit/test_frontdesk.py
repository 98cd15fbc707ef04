"""The front desk: logins that wait, and what a phone's key alone or a passphrase alone opens."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from server.desa import login as accounts
from server.desa.desk import Contact, Login
from server.domain import requests as r
from server.domain.errors import Reason, Refused

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
