"""What the tests of speaking share: villages with brakes of their own, and modems that fail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from world import PATIENT, World

from hardware.errors import HardwareError
from hardware.modem import Slot
from server.desa import steps
from server.domain import requests as r
from server.domain.errors import Refused
from server.sections import Answers
from sms import outbox, pdu

SENDER, OTHER, OFFICER = "+6281234567890", "+6281298765432", "+6281211112222"
HOUR_S = 3_600
MakeWorld = Callable[..., World]


@contextmanager
def villages(folder: Path) -> Iterator[MakeWorld]:
    """Give a maker of villages that the Polres knows, with the brakes that a test wants."""
    made: list[World] = []

    def build(answers: Answers = PATIENT, **wishes: object) -> World:
        world = World(folder, answers=answers, **wishes)  # type: ignore[arg-type]
        world.exchange()
        made.append(world)
        return world

    yield build
    for world in made:
        world.node.database.close()
        world.district.close()


class Modem:
    """The world's modem, but sending fails as often and as a test says."""

    def __init__(self, world: World, *failures: HardwareError | None) -> None:
        self._inner, self._failures = world.modem, list(failures)
        self.handed: list[pdu.Submit] = []

    def list(self) -> tuple[Slot, ...]:
        return self._inner.list()

    def forget(self, slot: Slot) -> None:
        self._inner.forget(slot)

    def send(self, tpdu_length: int, hex_pdu: str) -> int:
        self.handed.append(pdu.decode_submit(hex_pdu))
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure
        return self._inner.send(tpdu_length, hex_pdu)


def say(world: World, words: str, sender: str = SENDER) -> None:
    """A villager writes, and it is read; nothing is sent yet."""
    world.text(sender, words)
    world.listen()


def speak(world: World, modem: Modem) -> None:
    """Send what may be sent through a modem of the test."""
    while steps.speak(world.node, modem, world.mono_s).result is steps.Result.DONE:
        pass


def told(world: World, to: str = SENDER) -> list[str]:
    """What a number has received."""
    return [words for number, words in world.sent if number == to]


def counts(world: World) -> dict[str, int]:
    """States of the outbox that some text is in."""
    found = outbox.counts(world.node.database.connection)
    return {state: count for state, count in found.items() if count}


def journeys(world: World, ticket: str) -> list[str | None]:
    """What the village page tells of the texts about a report."""
    return [line.journey for line in world.desk().history(ticket) if line.kind == "message"]


def act(world: World, action: r.Action) -> Refused | None:
    """An officer acts on the page."""
    return world.desk().act(action)


def spent(world: World) -> int:
    """Parts that were counted today."""
    return world.desk().box().spent_parts_today


def report_of(world: World, reference: int, number: str, status: int = 0) -> None:
    """The network reports on a text with this reference to this number."""
    at = datetime.fromtimestamp(world.wall_s(), UTC)
    steps.keep_passing(
        world.node, pdu.encode_status_report(reference, number, at, at, status), world.mono_s
    )
    steps.read(world.node, world.mono_s)


class Silent(Modem):
    """A modem that takes every text, and whose network says nothing by itself."""

    references: tuple[int, ...] = (7, 7)

    def send(self, tpdu_length: int, hex_pdu: str) -> int:
        del tpdu_length
        self.handed.append(pdu.decode_submit(hex_pdu))
        return self.references[len(self.handed) - 1]
