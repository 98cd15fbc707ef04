"""Calls and texts that ask for one become requests to be called, each answered once."""

from pathlib import Path

import pytest
from paper_desk import PaperDesk, report
from paper_phone import Phone

from server import lookup
from server.desa.intake import missed_call
from server.domain.report import CALL_BACK
from server.domain.requests import Close
from tests.world import World

CALLER, OTHER = "+6281234567890", "+6281298765432"
HOUR_S = 3_600
CALL_ME = "Pelanggan 081234567890 meminta Anda segera menghubunginya."


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.exchange()
    return made


def ring(world: World, number: str = "081234567890") -> None:
    missed_call(world.node, number, world.mono_s)
    world.speak()


def answered(world: World, number: str = CALLER) -> int:
    return sum(to == number for to, _ in world.sent)


def notes(world: World) -> list[str]:
    return [note.reason for note in world.desk().notes()]


def test_three_calls_are_one_request_and_one_answer(world: World) -> None:
    for _ in range(3):
        ring(world)
    (request,) = lookup.reports(world.node.projection.db)
    assert (request.category, request.sender, request.copies) == (CALL_BACK, CALLER, 3)
    assert answered(world) == 1
    world.exchange()
    (shown,) = world.at_polres()
    assert (shown.report.category, shown.report.copies) == (CALL_BACK, 3)


def test_after_twelve_hours_a_call_is_answered_again_and_after_handling_it_is_new(
    world: World,
) -> None:
    ring(world)
    world.mono_s += 12 * HOUR_S
    ring(world)
    assert answered(world) == 2
    world.mono_s += HOUR_S
    ring(world)
    assert answered(world) == 2
    first = world.report()
    assert first.copies == 3
    world.desk().act(Close(first.ticket, "Made", "sudah ditelepon"))
    world.speak()
    before = answered(world)
    ring(world)
    assert world.report().ticket != first.ticket
    assert answered(world) == before + 1


def test_two_callers_of_one_moment_are_both_answered(world: World) -> None:
    for number in (CALLER, OTHER):
        missed_call(world.node, number, world.mono_s)
    world.speak()
    assert (answered(world, CALLER), answered(world, OTHER)) == (1, 1)


@pytest.mark.parametrize("service", ["TELKOMSEL", "808", "3"])
def test_a_call_me_text_is_a_request_of_the_number_in_it(world: World, service: str) -> None:
    world.text(service, CALL_ME)
    world.listen()
    world.speak()
    request = world.report()
    assert (request.category, request.sender) == (CALL_BACK, CALLER)
    assert [to for to, _ in world.sent] == [CALLER]
    ring(world)
    world.text(service, CALL_ME + " ")
    world.listen()
    world.speak()
    assert world.report().copies == 3
    assert answered(world) == 1


def test_a_person_cannot_have_somebody_else_called(world: World) -> None:
    world.text(OTHER, CALL_ME)
    world.listen()
    world.speak()
    report = world.report()
    assert (report.sender, report.category != CALL_BACK) == (OTHER, True)
    assert answered(world) == 0


@pytest.mark.parametrize("number", ["0213456789", "+60123456789"])
def test_a_service_text_about_a_number_that_is_no_mobile_one_is_only_kept(
    world: World, number: str
) -> None:
    world.text("TELKOMSEL", f"Pelanggan {number} meminta Anda segera menghubunginya.")
    world.listen()
    world.speak()
    assert lookup.reports(world.node.projection.db) == ()
    assert notes(world) == ["bukan nomor HP"]
    assert world.sent == []


def test_hidden_and_foreign_calls_are_noted_now_and_then_and_never_answered(world: World) -> None:
    for _ in range(5):
        ring(world, "")
        ring(world, "+60123456789")
    assert sorted(notes(world)) == ["panggilan dari nomor tersembunyi", "panggilan tak terjawab"]
    world.mono_s += HOUR_S
    ring(world, "")
    assert len(notes(world)) == 3
    assert world.sent == []
    assert lookup.reports(world.node.projection.db) == ()


def test_a_machine_that_rings_all_day_burns_no_credit_and_fills_no_journal(world: World) -> None:
    for _ in range(300):
        world.mono_s += 120
        missed_call(world.node, CALLER, world.mono_s)
        world.speak()
    assert answered(world) == 1
    assert world.report().copies == 99


def test_what_is_added_goes_to_the_report_and_not_to_the_request(world: World) -> None:
    world.text(CALLER, "kemalingan ayam tadi malam di RT 3")
    world.listen()
    ticket = world.report().ticket
    ring(world)
    world.text(CALLER, "TAMBAH lari ke sawah")
    world.listen()
    kinds = [line.kind for line in world.desk().history(ticket)]
    assert "note" in kinds


def test_the_page_shows_the_number_to_call_and_how_often_it_rang() -> None:
    asked = report("41275", 5, "Menelepon", category=CALL_BACK, copies=3)
    phone = Phone(PaperDesk(kept={"41275": asked}))
    phone.login()
    page = phone.get("/laporan/41275")
    assert 'href="tel:+6281234567890"' in page
    assert "0812-3456-7890" in page
    assert "Minta dihubungi" in page
    assert "menelepon 3x" in page


def test_a_machine_that_rings_on_for_days_is_answered_once_in_twelve_hours(world: World) -> None:
    for _ in range(110):
        ring(world)
    for _ in range(2):
        world.mono_s += 12 * HOUR_S
        for _ in range(30):
            world.mono_s += 60
            ring(world)
    assert answered(world) == 3
    lines = world.desk().history(world.report().ticket)
    assert sum(line.kind == "repeated" for line in lines) <= 98 + 2
