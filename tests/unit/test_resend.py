"""What may have gone out is sent once more at most; what was refused waits before it is tried."""

from pathlib import Path

import pytest

from hardware.errors import SendRefused, SendUnknown
from server.desa import steps
from sms import outbox
from tests.world import World


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


def test_a_refused_text_is_tried_five_times_and_never_twice_within_half_a_minute(
    world: World,
) -> None:
    modem = Troubled(world, SendRefused(38))
    while steps.speak(world.node, modem, world.mono_s).result is steps.Result.DONE:  # type: ignore[arg-type]
        pass
    assert modem.sent == 1
    speak(world, modem, 10)
    assert modem.sent == 5
    assert outbox.counts(world.node.database.connection)["failed"] == 1
