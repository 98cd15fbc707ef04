"""An empty phone book: nobody is told that officers are called, and the officer sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from spoken import OFFICER, OTHER, SENDER, MakeWorld, say, told, villages

from server.desa.desk import Contact
from server.desa.frontdesk import NO_BUDGET, NO_OFFICER
from server.sections import Answers

EMERGENCY = "tolong ada perampokan di RT 01 RW 02"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeWorld]:
    with villages(tmp_path) as build:
        yield build


def test_with_an_empty_phone_book_no_answer_claims_that_officers_are_called(
    make: MakeWorld,
) -> None:
    world = make()
    say(world, EMERGENCY)
    world.speak()
    (answer,) = told(world)
    assert f"no {world.report().ticket}" in answer
    assert "dihubungi" not in answer
    assert "110" in answer


def test_with_an_officer_in_the_book_he_is_called_and_the_answer_says_so(make: MakeWorld) -> None:
    world = make()
    world.desk().set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    say(world, EMERGENCY)
    world.speak()
    assert "Petugas sedang dihubungi" in told(world, SENDER)[0]
    assert len(told(world, OFFICER)) == 1


def test_the_box_says_that_emergencies_ring_nobody_until_somebody_stands_in_the_book(
    make: MakeWorld,
) -> None:
    desk = make().desk()
    assert (desk.box().officers, NO_OFFICER in desk.box().trouble) == (0, True)
    desk.set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    assert (desk.box().officers, NO_OFFICER in desk.box().trouble) == (1, False)
    desk.set_contact(Contact("Bripka Made", "", ""))
    assert NO_OFFICER in desk.box().trouble


def test_the_book_is_known_while_every_session_is_locked(make: MakeWorld) -> None:
    world = make()
    world.desk().set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    world.road.cut = True
    world.restart()
    assert world.desk().box().officers == 1


def test_a_number_whose_emergencies_ring_nobody_any_more_is_not_told_that_they_do(
    make: MakeWorld,
) -> None:
    world = make()
    world.desk().set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    for words in ("kebakaran rumah, api besar", "tolong orang tenggelam di sungai", "ada begal"):
        say(world, f"{words}, tolong sekarang")
        world.speak()
    say(world, EMERGENCY)
    world.speak()
    claims = sum("dihubungi" in words for words in told(world))
    assert claims == len(told(world, OFFICER)) < len(told(world)) == 4


def test_the_box_says_that_nothing_is_well_when_no_money_is_left_to_call_anybody(
    make: MakeWorld,
) -> None:
    world = make(Answers(per_day=1, reserved=1, reserved_alarms=1))
    world.desk().set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    assert NO_BUDGET not in world.desk().box().trouble
    for sender in (SENDER, OTHER):
        say(world, EMERGENCY, sender)
        world.speak()
    assert len(told(world, OFFICER)) == 1
    assert NO_BUDGET in world.desk().box().trouble
