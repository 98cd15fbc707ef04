"""A road that loses, doubles, delays, swaps and changes everything: each text arrives once."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mutants import mutant_of

from server.polres.down import orders
from sync.errors import NoRoad
from tests.world import CODE, MemoryRoad, World

VILLAGER = "+6281200001111"
STEPS = int(os.environ.get("KENTONGAN_ROUGH_STEPS", "60"))
SEEDS = int(os.environ.get("KENTONGAN_ROUGH_SEEDS", "2"))


@dataclass
class RoughRoad(MemoryRoad):
    """Keeps all that was ever said in either direction, and plays with it."""

    draw: random.Random = field(default_factory=lambda: random.Random(0))
    calm: bool = False
    said: list[tuple[str, bytes]] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)
    played: Counter[str] = field(default_factory=Counter)

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message, or what somebody makes of it."""
        if self.calm:
            return super().post(path, octets)
        self.said.append((path, octets))
        trick = self.draw.choice(
            (
                "none",
                "none",
                "drop",
                "lose answer",
                "replay",
                "change",
                "old answer",
                "change answer",
                "twice",
            )
        )
        self.played[trick] += 1
        if trick == "drop":
            raise NoRoad
        if trick == "replay":
            self._replay(self.draw.randrange(1, 6))
        if trick == "change":
            changed = mutant_of(self.draw, octets, [one for _, one in self.said[-8:]])
            return super().post(path, changed)
        answer = super().post(path, octets)
        self.answered.append(answer)
        if trick == "twice":
            super().post(path, octets)
            self._replay(2)
        if trick == "lose answer":
            raise NoRoad
        if trick == "old answer":
            return self.draw.choice(self.answered)
        if trick == "change answer":
            return mutant_of(self.draw, answer, self.answered[-8:])
        return answer

    def _replay(self, count: int) -> None:
        """Say something old again; whatever is answered goes nowhere."""
        for _ in range(count):
            path, octets = self.draw.choice(self.said)
            try:
                super().post(path, octets)
            except Exception as error:  # noqa: BLE001 -- told below by its name
                self.played[f"replay: {type(error).__name__}"] += 1


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_the_road_does_each_text_and_each_order_arrives_once(
    world: World, seed: int
) -> None:
    draw = random.Random(seed)
    road = RoughRoad(world.district, world, draw=draw)
    world.road = world.node.road = road
    texts: list[str] = []
    ordered: list[str] = []
    for step in range(STEPS):
        match draw.randrange(8):
            case 0 | 1 | 2:
                texts.append(f"sapi hilang di {_name(step)}")
                world.text(VILLAGER, texts[-1])
                world.listen()
            case 3 if world.at_polres():
                line = draw.choice(world.at_polres())
                ordered.append(f"petugas ke {_name(step)}")
                orders.order_answer(
                    world.district, CODE, line.report.ticket, ordered[-1],
                    by="spkt", now_s=world.wall_s(),
                )  # fmt: skip
            case 4 if draw.random() < 0.2:
                world.restart()
                orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
            case _:
                world.exchange()
                world.speak()
    road.calm = True
    for _ in range(4):
        orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
        world.exchange()
        world.listen()
        world.speak()
    arrived = Counter(one.report.text for one in world.at_polres())
    told = Counter(text.partition(": ")[2] for _, text in world.sent if ": petugas ke" in text)
    print(f"seed {seed}: {len(texts)} texts, {len(ordered)} orders; {dict(road.played)}")
    assert arrived == Counter(texts)
    assert told == Counter(ordered)
    assert {name for name in road.played if name.startswith("replay: ")} <= {
        "replay: NotEnrolled",
        "replay: MalformedFrame",
    }
    assert world.node.health.sync_state == "ok"


def _name(number: int) -> str:
    return "".join("bdgjklmnrs"[int(digit)] + "aiueo"[int(digit) % 5] for digit in f"{number:03}")
