"""What people do that looks like a robot: each is answered once all the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from spoken import OFFICER, MakeWorld, say, told, villages

from server.desa.desk import Contact
from server.desa.intake import missed_call
from server.sections import Answers

SENDER = "+6281234567890"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeWorld]:
    with villages(tmp_path) as build:
        yield build


def test_who_sent_the_same_cry_for_help_thrice_while_the_box_was_off_is_answered_once(
    make: MakeWorld,
) -> None:
    world = make(Answers())
    world.desk().set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    for _ in range(3):
        world.mono_s += 120
        world.text(SENDER, "tolong ada perampokan di RT 01 RW 02")
    world.listen()
    world.speak()
    assert [words[:17] for words in told(world)] == ["DARURAT DITERIMA,"]


def test_who_rang_thrice_while_an_answer_waited_still_gets_it(make: MakeWorld) -> None:
    world = make(Answers())
    say(world, "kemalingan di pasar tadi malam")
    for _ in range(3):
        world.mono_s += 60
        missed_call(world.node, SENDER, world.mono_s)
    world.speak()
    assert world.desk().reports()[-1].ticket in told(world)[0]


@pytest.mark.parametrize(
    "words",
    [
        "Dusun Krajan RT 02/01 dekat masjid ada orang terluka parah",
        "Tolong pak di Dusun Krajan RT 02/01 dekat masjid ada maling",
        "masih terjadi sekarang, ada orang terluka, tidak ada petugas datang",
        "Ada orang terluka, tetap di tempat, bila keadaan berubah saya balas",
        "polisi minta uang atau pulsa kepada saya di jalan",
    ],
)
def test_a_report_in_the_words_that_we_taught_is_no_copy_of_ours(
    make: MakeWorld, words: str
) -> None:
    world = make(Answers())
    say(world, words)
    world.speak()
    assert len(told(world)) == 1


def test_the_last_answer_of_a_day_to_a_complaint_about_an_official_says_it_is_sealed(
    make: MakeWorld,
) -> None:
    world = make(Answers(per_sender_day=2, per_sender_urgent=2))
    say(world, "kemalingan di pasar tadi malam")
    world.speak()
    say(world, "Kapolsek minta uang 5 juta supaya motor saya kembali, oknum polisi memeras")
    world.speak()
    assert world.report().sealed
    assert "disegel" in told(world)[-1]
    assert "petugas" not in told(world)[-1]


def test_of_a_backlog_the_receipt_of_a_report_stays_and_not_the_answer_to_a_call(
    make: MakeWorld,
) -> None:
    world = make(Answers(per_hour=0))
    say(world, "kemalingan di pasar tadi malam")
    missed_call(world.node, SENDER, world.mono_s)
    world.mono_s += 3_600
    world.node.settings = replace(world.node.settings, answers=Answers())
    world.speak()
    (answer,) = told(world)
    assert world.desk().reports()[-1].ticket in answer
