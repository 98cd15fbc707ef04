"""Kills at every SQL statement and between all effects: the day goes on and everything arrives.

`KENTONGAN_CUT_STATES=1` goes on from every state, 4 from every fourth.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from judged import UP, entries, reading
from power_cut import in_memory
from scripted_day import COMPLAINT, MATTERS
from statement_cuts import Camera, gone_on, judged, photographed

from server.database import FILE_NAME

EVERY = int(os.environ.get("KENTONGAN_CUT_STATES", "8"))


def test_the_day_has_everything_in_it_that_must_survive(camera: Camera) -> None:
    told = camera.told
    assert [(sender, words) for sender, words, _ in told.texts].count(COMPLAINT) == 1
    assert {(sender, words) for sender, words, _ in told.texts} == {*MATTERS, COMPLAINT}
    assert len(told.freed) > len(MATTERS)
    assert min(told.received, told.saved, told.ordered, told.covered) > 0
    assert told.erased
    assert len(told.backups) > 1
    assert len(told.migrated) == 2
    assert told.opened == 2
    with reading(camera.folder / "desa" / FILE_NAME) as db:
        assert len(entries(db, UP)) >= told.received


def test_every_statement_may_be_the_last_one(camera: Camera, folder: Path) -> None:
    began_s = time.process_time()
    wrong = judged(camera, folder)
    seconds = time.process_time() - began_s
    print(
        f"{camera.statements} statements, {len(camera.states)} states that differ, {seconds:.1f} s"
    )
    assert wrong == {}
    assert camera.statements > 2_000
    assert len(camera.states) > 250


def test_after_any_of_them_the_day_goes_on_and_everything_arrives_once(
    camera: Camera, folder: Path
) -> None:
    began_s = time.process_time()
    states = camera.states[::EVERY]
    wrong = gone_on(states, folder)
    print(f"gone on from {len(states)} states, {time.process_time() - began_s:.1f} s")
    assert wrong == {}


@pytest.fixture
def faulty(request: pytest.FixtureRequest) -> Iterator[Camera]:
    with in_memory() as home:
        yield photographed(home, request.param)


@pytest.mark.parametrize(
    ("faulty", "told", "arrives"),
    [
        ("delete first", "desa: I1: a text that the modem forgot is not here", "arrived 0 times"),
        ("split commit", "desa: I3: a report without its answer", "I2: two reports of one text"),
    ],
    indirect=["faulty"],
)
def test_a_way_of_working_that_a_kill_can_hurt_is_found(
    faulty: Camera, told: str, arrives: str, folder: Path
) -> None:
    assert told in judged(faulty, folder)
    # Where the files are wrong is known; whether going on shows it is the question.
    morning = [one for one in faulty.states if len(one.told.texts) == 1]
    assert arrives in gone_on(morning, folder)
