"""What may have gone out is sent once more at most; what was refused waits before it is tried."""

from pathlib import Path

import pytest

from hardware.errors import SendRefused, SendUnknown
from server.desa import steps
from server.desa.desk import Contact, ModemMood
from sms import outbox
from tests.world import World

OFFICER = "+6281211112222"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.text("+6281200001111", "Ada maling di rumah bu Siti")
    made.listen()
    return made


class Troubled:
    """A modem that takes every PDU and then fails in one way."""

    def __init__(self, world: World, error: Exception) -> None:
        self._inner, self._error = world.modem, error
        self.sent = 0

    def list(self) -> object:
        return self._inner.list()

    def forget(self, slot: object) -> None:
        self._inner.forget(slot)  # type: ignore[arg-type]

    def send(self, tpdu_length: int, pdu: str) -> int:
        del tpdu_length, pdu
        self.sent += 1
        raise self._error


def speak(world: World, modem: Troubled, times: int) -> None:
    for _ in range(times):
        world.mono_s += 3_600
        while steps.speak(world.node, modem, world.mono_s).result is steps.Result.DONE:  # type: ignore[arg-type]
            pass


def test_an_uncertain_text_is_sent_once_more_and_then_given_up(world: World) -> None:
    modem = Troubled(world, SendUnknown())
    speak(world, modem, 10)
    assert modem.sent == 2
    assert outbox.counts(world.node.database.connection)["failed"] == 1


def test_a_refused_text_waits_longer_each_time_and_is_tried_until_it_is_too_old(
    world: World,
) -> None:
    modem = Troubled(world, SendRefused(38))
    while steps.speak(world.node, modem, world.mono_s).result is steps.Result.DONE:  # type: ignore[arg-type]
        pass
    assert modem.sent == 1
    speak(world, modem, 23)
    assert modem.sent == 24
    speak(world, modem, 2)
    assert modem.sent == 24
    counts = outbox.counts(world.node.database.connection)
    assert counts["expired"] == 1
    assert world.desk().box().spent_parts_today == 0


def test_an_hour_without_credit_costs_no_answer_and_no_call_and_the_page_says_so(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.desk().set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    world.node.health.modem = ModemMood.GOOD
    world.text("+6281200001111", "tolong ada perampokan di RT 01 RW 02")
    world.text("+6281200002222", "sapi saya hilang")
    world.listen()
    modem = Troubled(world, SendRefused(38))
    assert SendRefused.sentence not in world.desk().box().trouble
    for _ in range(60):
        world.mono_s += 60
        while steps.speak(world.node, modem, world.mono_s).result is steps.Result.DONE:  # type: ignore[arg-type]
            pass
    assert SendRefused.sentence in world.desk().box().trouble
    for _ in range(60):
        world.mono_s += 60
        world.speak()
    assert sorted(to for to, _ in world.sent) == ["+6281200001111", "+6281200002222", OFFICER]
    assert SendRefused.sentence not in world.desk().box().trouble


def test_a_call_to_an_officer_that_failed_is_journalled(world: World) -> None:
    world.desk().set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    world.text("+6281200001111", "tolong ada perampokan di RT 01 RW 02")
    world.listen()
    speak(world, Troubled(world, SendUnknown()), 10)
    lines = world.desk().history(world.report().ticket)
    assert sorted((line.text, line.journey) for line in lines if line.kind == "message") == [
        ("ack_darurat", "failed"),
        ("alarm", "failed"),
    ]
