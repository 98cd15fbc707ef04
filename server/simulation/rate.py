"""How many texts a second go from a phone to the Polres through the real steps, on one core."""

import shutil
import time
from dataclasses import dataclass

from server.desa import steps
from server.simulation.plan import Plan, Weather
from server.simulation.run import Stage
from server.simulation.world.box import Process
from server.simulation.world.template import copy
from server.simulation.world.words import MARK, NUMBERS, Sort
from server.simulation.world.world import World

A_LOT = 40


@dataclass(frozen=True, slots=True)
class Rate:
    """Seconds of the processor for so many texts: listened to and read, and exchanged."""

    texts: int
    listen_s: float
    exchange_s: float
    at_polres: int

    @property
    def a_second(self) -> float:
        """Texts a second, from the modem's memory to the Polres' tables."""
        return self.texts / (self.listen_s + self.exchange_s)


def measure(stage: Stage, texts: int) -> Rate:
    """Let so many texts come in lots, as fast as the steps take them."""
    world = World(Plan(0, 1, 1, Weather(), ()), copy(stage.prepared, stage.folder / "rate"))
    spent = [0.0, 0.0]
    try:
        with world.outside.in_place():
            world.polres.start()
            world.boxes[0].start()
            for first in range(0, texts, A_LOT):
                world.boxes[0].do(lambda process, at=first: _lot(world, process, at, texts, spent))  # type: ignore[misc]
            world.boxes[0].do(lambda process: _exchange(world, process, spent))
            with world.polres.district.read() as connection:
                found = connection.exec_driver_sql("select count(*) from reports").fetchone()
    finally:
        world.close()
        shutil.rmtree(world.folder, ignore_errors=True)
    return Rate(texts, spent[0], spent[1], 0 if found is None else int(found[0]))


def _lot(world: World, process: Process, first: int, texts: int, spent: list[float]) -> None:
    line = world.boxes[0].line
    for number in range(first, min(first + A_LOT, texts)):
        sender = f"{NUMBERS}{number % 100_000:05}"
        world.air.write(line, sender, f"ada maling {MARK} {number} di RT {number % 9}", Sort.REPORT)
        for one in world.air.texts[-1].pdus:
            line.modem.deliver(one)
    began_s = time.process_time()
    while line.modem.stored("SM") or line.modem.stored("ME"):
        steps.listen(process.node, process.radio.modem, world.clock.mono_s())
        steps.read(process.node, world.clock.mono_s())
        world.clock.pass_s(0.1)
    spent[0] += time.process_time() - began_s
    if first % (A_LOT * 5) == 0:
        _exchange(world, process, spent)


def _exchange(world: World, process: Process, spent: list[float]) -> None:
    began_s = time.process_time()
    steps.exchange(process.node, world.clock.mono_s())
    spent[1] += time.process_time() - began_s
