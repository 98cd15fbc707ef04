"""Parts that come hours or weeks late complete the report that was shown with gaps."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from paper_slots import KeyRing, parts

from server import lookup
from server.desa import steps
from server.desa.desk import Contact
from server.domain.requests import Close, Take
from server.polres import propam
from server.polres.keys import PROPAM_FILE
from server.sections import Texts
from sms import inbox
from tests.world import NOW_S, World

SENDER, OFFICER = "+6281234567890", "+6281211112222"
DAY_S = 86_400
STORY = "ada maling ayam di kebun " * 16
FIRE = "pak saya mau lapor soal jalan di dusun kami yang rusak sejak lama sekali " * 3 + (
    "tolong kebakaran rumah pak Amir sekarang ada anak di dalam "
)
GRAFT = "pak saya mau lapor soal jalan di dusun kami yang rusak sejak lama sekali " * 3 + (
    "kepala desa korupsi dana desa "
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.exchange()
    return made


def come(world: World, *pdus: str) -> None:
    """The network delivers parts, and they are read."""
    for one in pdus:
        world.virtual.deliver(one)
    world.listen()


def wait(world: World, seconds: float = 15 * 60) -> None:
    """Time goes by, and the node cares for what waits."""
    world.mono_s += seconds
    steps.tend(world.node, world.mono_s)


def shown_with_gaps(world: World, *pdus: str) -> str:
    """Let parts come and wait for the others in vain; the ticket of the report."""
    come(world, *pdus)
    assert lookup.reports(world.node.projection.db) == ()
    wait(world)
    world.speak()
    return world.report().ticket


@pytest.mark.parametrize("sender", ["+447700900123", "PROMO", "3636"])
def test_a_sender_whose_centre_stamps_what_it_likes_does_not_move_the_clock(
    tmp_path: Path, sender: str
) -> None:
    world = World(tmp_path)
    world.text(sender, "halo", sent_s=world.wall_s() + 9 * 365 * DAY_S)
    world.listen()
    assert world.node.stamp(world.mono_s).wall_s == world.wall_s()
    world.text(SENDER, "ada maling", sent_s=world.wall_s() + 3_600)
    world.listen()
    assert world.node.stamp(world.mono_s).wall_s == world.wall_s() + 3_600


def kinds(world: World, ticket: str) -> list[str]:
    return [row.kind for row in lookup.history(world.node.projection.db, ticket)]


def answered(world: World) -> int:
    return sum(to == SENDER for to, _ in world.sent)


def states(world: World) -> dict[str, int]:
    found = inbox.counts(world.node.database.connection)
    return {state: count for state, count in found.items() if count and state != "kept"}


@pytest.mark.parametrize("late_s", [3_600, 20 * DAY_S])
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_late_part_completes_its_report(world: World, missing: int, late_s: int) -> None:
    pdus = parts(SENDER, STORY, NOW_S)
    late = pdus.pop(missing)
    ticket = shown_with_gaps(world, *pdus)
    assert f"bagian {missing + 1} dari 3 belum diterima" in world.report().text
    assert states(world)["gaps"] == 2
    assert answered(world) == 1
    world.mono_s += late_s
    come(world, late)
    world.speak()
    assert world.report(ticket).text == STORY
    assert kinds(world, ticket)[-1] == "completed"
    assert len(lookup.reports(world.node.projection.db)) == 1
    assert answered(world) == 1
    assert states(world) == {"done": 3, "receipt": 1}
    world.exchange()
    assert [line.report.text for line in world.at_polres()] == [STORY]


def test_parts_that_come_one_by_one_fill_the_gaps_one_by_one(world: World) -> None:
    pdus = parts(SENDER, STORY, NOW_S)
    ticket = shown_with_gaps(world, pdus[1])
    come(world, pdus[2])
    assert "bagian 1 dari 3 belum diterima" in world.report(ticket).text
    assert kinds(world, ticket)[-1] == "completed"
    come(world, pdus[0])
    assert world.report(ticket).text == STORY
    assert states(world)["done"] == 3


def test_copies_of_shown_parts_begin_nothing_new(world: World) -> None:
    pdus = parts(SENDER, STORY, NOW_S)
    ticket = shown_with_gaps(world, *pdus[:2])
    come(world, pdus[0], pdus[1], pdus[1])
    wait(world)
    assert [one.ticket for one in lookup.reports(world.node.projection.db)] == [ticket]
    assert world.report().copies == 2
    come(world, pdus[2])
    assert world.report(ticket).text == STORY


def test_after_a_restart_the_late_part_finds_its_report_when_the_keys_come(world: World) -> None:
    ring = KeyRing(world)
    pdus = parts(SENDER, STORY, NOW_S)
    ticket = shown_with_gaps(world, *pdus[:2])
    ring.restart()
    come(world, pdus[2])
    ring.unlock()
    assert world.report(ticket).text == STORY
    assert len(lookup.reports(world.node.projection.db)) == 1
    assert answered(world) == 1


def test_a_late_part_that_was_shown_alone_is_merged_when_the_keys_come(world: World) -> None:
    ring = KeyRing(world)
    pdus = parts(SENDER, STORY, NOW_S)
    ticket = shown_with_gaps(world, *pdus[:2])
    ring.restart()
    come(world, pdus[2])
    wait(world)
    other = world.report().ticket
    assert other != ticket
    ring.unlock()
    assert world.report(ticket).text == STORY
    assert ticket in (world.report(other).result or "")
    ring.unlock()
    assert kinds(world, ticket).count("completed") == 1
    assert states(world)["done"] == 3


def test_a_new_session_does_not_part_the_parts(world: World) -> None:
    pdus = parts(SENDER, STORY, NOW_S)
    ticket = shown_with_gaps(world, *pdus[:2])
    wait(world, 2 * DAY_S)
    come(world, pdus[2])
    assert world.report(ticket).text == STORY


def test_an_emergency_that_only_the_whole_text_tells_alarms_like_a_new_one(world: World) -> None:
    world.desk().set_contact(Contact("Made", "Bhabinkamtibmas", OFFICER))
    *early, last = parts(SENDER, FIRE, NOW_S)
    ticket = shown_with_gaps(world, *early)
    assert world.report(ticket).urgency != "darurat"
    wait(world, 5 * DAY_S)
    world.sent.clear()
    come(world, last)
    world.speak()
    assert world.report(ticket).urgency == "darurat"
    assert [to for to, _ in world.sent] == [OFFICER]
    world.mono_s += 11 * 60
    steps.remind(world.node, world.mono_s)
    world.speak()
    assert [to for to, _ in world.sent] == [OFFICER, OFFICER]


def test_a_locked_box_still_sees_that_the_whole_text_was_urgent(world: World) -> None:
    *early, last = parts(SENDER, FIRE, NOW_S)
    ticket = shown_with_gaps(world, *early)
    come(world, last)
    world.restart()
    assert (world.report(ticket).locked, world.report(ticket).urgency) == (True, "darurat")


def test_a_complaint_that_only_the_whole_text_tells_is_sealed(world: World) -> None:
    *early, last = parts(SENDER, GRAFT, NOW_S)
    ticket = shown_with_gaps(world, *early)
    assert not world.report(ticket).sealed
    world.text(SENDER, f"TAMBAH {ticket} orangnya masih di balai desa")
    world.listen()
    world.speak()
    before = answered(world)
    come(world, last)
    world.speak()
    sealed = world.report(ticket)
    assert (sealed.sealed, sealed.text, sealed.sender) == (True, "", None)
    assert all("balai" not in line.text for line in world.desk().history(ticket))
    assert answered(world) == before
    world.exchange()
    (shown,) = world.at_polres()
    assert (shown.report.sealed, shown.report.text) == (True, "")
    key = propam.read_key(world.folder / "polres" / PROPAM_FILE, world.district)
    (told,) = propam.complaints(world.district, key)
    assert (told["kind"], told["ticket"], told["text"]) == ("completed", ticket, GRAFT)
    ring = KeyRing(world)
    ring.restart()
    ring.unlock()
    assert world.report(ticket).sealed


def test_late_parts_of_a_sealed_complaint_stay_sealed(world: World) -> None:
    ring = KeyRing(world)
    text = "kepala desa korupsi dana desa, " * 10
    *early, last = parts(SENDER, text, NOW_S)
    ticket = shown_with_gaps(world, *early)
    assert world.report(ticket).sealed
    ring.restart()
    come(world, last)
    ring.unlock()
    (report,) = lookup.reports(world.node.projection.db)
    assert (report.ticket, report.sealed, report.text) == (ticket, True, "")
    assert states(world)["done"] == len(early) + 1


def test_a_closed_report_is_opened_again_by_what_was_missing(world: World) -> None:
    pdus = parts(SENDER, STORY, NOW_S)
    ticket = shown_with_gaps(world, *pdus[:2])
    world.desk().act(Take(ticket, "Made"))
    world.desk().act(Close(ticket, "Made", "selesai di tempat"))
    world.speak()
    before = answered(world)
    come(world, pdus[2])
    world.speak()
    report = world.report(ticket)
    assert (report.status.name, report.officer, report.result) == ("TAKEN", "Made", None)
    assert answered(world) == before


def test_a_part_of_another_time_waits_for_its_own_sibling(world: World) -> None:
    old, new = parts(SENDER, STORY, NOW_S), parts(SENDER, STORY.upper(), NOW_S + 7_200)
    ticket = shown_with_gaps(world, *old[:2])
    come(world, new[2])
    assert "bagian 3 dari 3" in world.report(ticket).text
    come(world, *new[:2])
    assert world.report().text == STORY.upper()
    assert "bagian 3 dari 3" in world.report(ticket).text
    come(world, old[2])
    assert world.report(ticket).text == STORY


def test_after_the_time_to_keep_a_late_part_is_a_report_of_its_own(world: World) -> None:
    world.node.settings = replace(world.node.settings, texts=Texts(parts_keep_days=30))
    pdus = parts(SENDER, STORY, NOW_S)
    ticket = shown_with_gaps(world, *pdus[:2])
    wait(world, 31 * DAY_S)
    assert states(world).get("gaps") is None
    come(world, pdus[2])
    wait(world)
    assert world.report().ticket != ticket
    assert "bagian 1-2 dari 3 belum diterima" in world.report().text


def test_the_time_to_wait_is_a_setting(world: World) -> None:
    world.node.settings = replace(world.node.settings, texts=Texts(parts_wait_min=60))
    come(world, parts(SENDER, STORY, NOW_S)[0])
    wait(world, 59 * 60)
    assert lookup.reports(world.node.projection.db) == ()
    wait(world, 60)
    assert "bagian 2-3 dari 3" in world.report().text


@pytest.mark.parametrize("order", list(permutations(range(3)))[1::2])
def test_signs_of_two_alphabets_and_split_emoji_come_together(
    world: World, order: tuple[int, ...]
) -> None:
    words = "maling \N{POLICE CARS REVOLVING LIGHT} di RT 3 \N{EURO SIGN} " * 8 + "\N{FIRE}" * 30
    pdus = parts(SENDER, words, NOW_S)[:3]
    whole = parts(SENDER, words, NOW_S)
    come(world, *whole[3:])
    for number in order:
        come(world, pdus[number])
    assert world.report().text == words


def test_255_parts_in_reverse_are_one_text(world: World) -> None:
    pdus = parts(SENDER, "abcdefghi " * 3_901, NOW_S)
    assert len(pdus) == 255
    for first in range(250, -1, -10):
        come(world, *pdus[first : first + 10][::-1])
    come(world, *pdus[:10])
    (report,) = lookup.reports(world.node.projection.db)
    assert report.text == ("abcdefghi " * 3_901)[:39_015]
