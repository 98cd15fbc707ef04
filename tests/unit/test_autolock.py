"""Without an officer the box forgets what no work waits for, and shows it as locked again."""

from pathlib import Path

import pytest
from paper_phone import Phone
from world import World

from server import lookup
from server.desa import app, steps
from server.desa.desk import Login
from server.desa.officers import autolock
from server.desa.officers.keydesk import KeyDesk
from server.domain import requests as r
from server.domain.report import Report

CLOSED, OPEN, NEXT = "+6281234567890", "+6281298765432", "+6281311112222"
IDLE_S = 30 * 60


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Yesterday's session holds a closed report and, alone, today's an open one."""
    made = World(tmp_path)
    made.exchange()
    made.officer()
    made.text(CLOSED, "kemalingan tadi malam di RT 2 RW 1")
    made.listen()
    made.desk().act(r.Close(made.report().ticket, "Made", "selesai di tempat"))
    made.speak()
    turn_the_day(made)
    return made


def turn_the_day(world: World) -> None:
    """A day later with an officer at the pages: a new session begins."""
    before = world.node.vault.running.id
    world.mono_s += 86_400
    autolock.present(world.node, world.mono_s)
    steps.tend(world.node, world.mono_s)
    assert world.node.vault.running.id != before
    world.exchange()


def leave_alone(world: World, seconds: int = IDLE_S) -> None:
    """Nobody comes, and the box goes on."""
    world.mono_s += seconds
    world.exchange()
    steps.tend(world.node, world.mono_s)


def by_text(world: World) -> dict[str, Report]:
    return {one.text: one for one in lookup.reports(world.node.projection.db)}


def test_after_the_time_without_an_officer_yesterdays_closed_report_is_locked_again(
    world: World,
) -> None:
    assert "kemalingan tadi malam di RT 2 RW 1" in by_text(world)
    version = world.desk().version()
    leave_alone(world, IDLE_S - 60)
    assert not world.report().locked
    leave_alone(world, 120)
    kept = world.report()
    assert (kept.locked, kept.text, kept.sender) == (True, "", None)
    assert world.desk().version() > version
    assert lookup.latest_of(world.node.projection.db, CLOSED) is None
    assert b"maling" not in b"".join(line.encode() for line in world.node.projection.db.iterdump())


def test_what_still_owes_work_stays_open_and_is_not_asked_back(world: World) -> None:
    world.text(OPEN, "lampu jalan mati di RT 5")
    world.listen()
    turn_the_day(world)
    leave_alone(world)
    assert "lampu jalan mati di RT 5" in by_text(world)
    with world.district.read() as connection:
        given = connection.exec_driver_sql("select count(*) from returns").scalar()
    assert given == 0


def test_the_running_session_is_never_forgotten(world: World) -> None:
    world.text(NEXT, "ada perkelahian di pasar")
    world.listen()
    world.desk().act(r.Close(world.report().ticket, "Made", "didamaikan"))
    leave_alone(world)
    assert "ada perkelahian di pasar" in by_text(world)
    world.text(NEXT, "TAMBAH sudah aman")
    world.listen()
    world.speak()


def test_the_officers_keys_open_it_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    made = world.officer()
    key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
    world.text(CLOSED, "kemalingan tadi malam di RT 2 RW 1")
    world.listen()
    world.desk().act(r.Close(world.report().ticket, "Made", "selesai"))
    world.speak()
    turn_the_day(world)
    leave_alone(world)
    assert world.report().locked
    answer = world.desk().login("Made", made["passphrase"], key)
    assert isinstance(answer, Login)
    assert answer.opened == 1
    assert world.report().text == "kemalingan tadi malam di RT 2 RW 1"


def test_a_text_that_comes_again_after_it_was_locked_is_kept_and_merged_at_the_unlock(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    made = world.officer()
    key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
    sent_s = world.wall_s()
    world.text(CLOSED, "kemalingan tadi malam di RT 2 RW 1", sent_s)
    world.listen()
    ticket = world.report().ticket
    world.desk().act(r.Close(ticket, "Made", "selesai"))
    world.speak()
    turn_the_day(world)
    leave_alone(world)
    world.text(CLOSED, "kemalingan tadi malam di RT 2 RW 1", sent_s)
    world.listen()
    assert world.report().ticket != ticket
    world.desk().login("Made", made["passphrase"], key)
    assert world.report(ticket).copies == 2


def test_what_a_page_asks_by_itself_is_no_officer_and_what_a_person_does_is(world: World) -> None:
    desk = world.desk()
    keys = KeyDesk(world.node, desk, lambda: world.mono_s)
    client = app.create_app(desk, keys=keys).test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = f"{world.desk().mark('Made')}:Made"
    world.mono_s += 600
    client.get("/kotak", headers={"X-Segar": "1"})
    assert world.node.present_s < world.mono_s
    client.get("/kotak")
    assert world.node.present_s == world.mono_s


def test_an_officer_locks_at_once_before_he_leaves_the_box(world: World) -> None:
    desk = world.desk()
    keys = KeyDesk(world.node, desk, lambda: world.mono_s)
    phone = Phone(desk, keys)
    with phone.client.session_transaction() as kept:
        kept["_user_id"] = f"{world.desk().mark('Made')}:Made"
    assert not world.report().locked
    assert phone.post("/kunci", "/kunci/tutup").status_code == 303
    assert "sesi lama dikunci lagi" in phone.get("/kunci")
    assert world.report().locked
