"""Random lives of a village whose Polres changes its exchange key: nothing is lost, none goes back.

`KENTONGAN_ROTATIONS=N` plays N lives instead of the everyday few.
"""

import contextlib
import os
import random
from pathlib import Path

import pytest
from renewed import RenewedWorld
from world import CODE

from server.desa.desk import Login
from server.desa.exchange import rotation
from server.desa.node import begin_session
from server.desa.parcel import making
from server.desa.parcel import taking as desa_taking
from server.polres.errors import PolresError
from server.polres.parcel import giving, taking
from server.polres.restores.backup import back_up
from server.polres.rotation import renewing
from sync.errors import SyncError

LIVES = int(os.environ.get("KENTONGAN_ROTATIONS", "16"))
STEPS = 40
DEEDS = {
    "tell": 8,
    "exchange": 12,
    "road": 3,
    "lose": 2,
    "restart": 3,
    "session": 2,
    "renew": 3,
    "forget": 3,
    "parcel": 3,
    "keep": 3,
    "put_back": 3,
}


class Life:
    """One village, played by a seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.world = RenewedWorld(folder)
        self.made = self.world.officer()
        self.world.exchange()
        self.told: set[str] = set()
        self.number = 0
        self.deeds: list[str] = []

    def live(self) -> None:
        """Do something, again and again."""
        names, weights = list(DEEDS), list(DEEDS.values())
        for _ in range(STEPS):
            deed = self.dice.choices(names, weights)[0]
            self.deeds.append(deed)
            getattr(self, f"_{deed}")()
            number = self.world.node.keys.exchange_number
            assert number >= self.number, self.deeds
            self.number = number

    def settle(self) -> None:
        """What people do in the end: mend the road and the server, log in, wait."""
        world = self.world
        world.road.cut, world.road.lose_answers = False, 0
        world.exchange()
        if world.standing().lacking:
            world.renew()
        world.exchange()
        key = bytes.fromhex(self.made["phone_path"][-64:])
        assert isinstance(world.desk().login("Made", self.made["passphrase"], key), Login)
        rotation.tend(world.node)
        for _ in range(6):
            world.exchange()

    def _tell(self) -> None:
        words = f"maling sapi nomor {len(self.told)} di RT {len(self.told) % 9 + 1}"
        self.world.tell(words, f"+62812345{len(self.told):05}")
        self.told.add(words)

    def _exchange(self) -> None:
        self.world.exchange()

    def _road(self) -> None:
        self.world.road.cut = self.dice.random() < 0.35

    def _lose(self) -> None:
        self.world.road.lose_answers = self.dice.choice((1, 2))

    def _restart(self) -> None:
        self.world.restart()

    def _session(self) -> None:
        begin_session(self.world.node, self.world.mono_s)

    def _renew(self) -> None:
        self.world.renew()

    def _forget(self) -> None:
        world = self.world
        if self.dice.random() < 0.7:
            back_up(world.district, world.folder / "polres.bak", world.wall_s())
        with contextlib.suppress(PolresError):
            renewing.forget_old(world.district)

    def _parcel(self) -> None:
        world = self.world
        world.mono_s += 1
        octets = making.make(world.node, world.mono_s).octets
        try:
            taking.take(world.district, octets, "spkt", world.wall_s())
        except taking.KeyMissing:
            assert world.standing().lacking
            return
        if self.dice.random() < 0.7:
            with contextlib.suppress(SyncError):
                back = giving.give(world.district, CODE, world.wall_s())
                desa_taking.take(world.node, back, world.mono_s)

    def _keep(self) -> None:
        self.world.keep_key_file()

    def _put_back(self) -> None:
        if (self.world.folder / "kept.key").exists():
            self.world.put_key_file_back()
            self.world.exchange()


@pytest.mark.parametrize("seed", range(LIVES))
def test_whatever_happens_every_report_arrives_and_every_box_ends_at_the_newest_key(
    tmp_path: Path, seed: int
) -> None:
    life = Life(tmp_path, seed)
    life.live()
    life.settle()
    world = life.world
    assert world.texts() == life.told, life.deeds
    assert len(world.at_polres()) == len(life.told), life.deeds
    assert world.standing().missing == (), life.deeds
    assert world.node.keys.exchange == world.district.keys.exchange.public, life.deeds
    said = world.said()
    assert said == sorted(set(said)), life.deeds
    back_up(world.district, world.folder / "polres.bak", world.wall_s())
    if world.district.keys.older:
        renewing.forget_old(world.district)
    life._tell()
    world.exchange()
    assert world.texts() == life.told, life.deeds
