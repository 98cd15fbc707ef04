"""Several boxes of one desa: copies of its folder that live on beside each other."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from world import CODE, World

from hardware.modem import Modem
from hardware.simulated.virtual import VirtualModem
from server.card import node_number
from server.desa.node import Node
from server.polres.down.orders import known
from server.polres.restores import claims
from server.polres.restores.claims import Asked

NUMBER = node_number(CODE)


@dataclass
class Box:
    """One of them, with its modem."""

    name: str
    node: Node
    modem: Modem
    virtual: VirtualModem


class Boxes:
    """The boxes of a world; one of them is played at a time.

    Args:
        world: whose box is the first, named "a".
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.playing = "a"
        self._others: dict[str, Box] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """All boxes that run."""
        return (self.playing, *self._others)

    def play(self, name: str) -> World:
        """Let the world be that of another box."""
        if name != self.playing:
            self._put_aside()
            one = self._others.pop(name)
            world = self.world
            world.directory = one.node.directory
            world.node, world.modem, world.virtual = one.node, one.modem, one.virtual
            self.playing = name
        return self.world

    def copy(self, name: str) -> None:
        """Copy the folder of the box that is played, as a card is copied; nothing runs on it."""
        # A copy of a running database is that of a card pulled out: with its write-ahead log.
        shutil.copytree(self.world.directory, self.folder(name))

    def switch_on(self, name: str) -> World:
        """Start a copied folder as a box of its own, and play it."""
        self._put_aside()
        world = self.world
        world.directory = world.folder / f"box-{name}"
        shutil.copytree(self.folder(name), world.directory)
        world.virtual = VirtualModem(on_send=world._out)
        self.playing = name
        world.start()
        return world

    def put_back(self, name: str) -> World:
        """Put a copied folder in the place of the box that is played, which is gone for good."""
        world = self.world
        world.node.database.connection.close()
        shutil.rmtree(world.directory)
        shutil.copytree(self.folder(name), world.directory)
        world.mono_s += 60
        world.start()
        return world

    def waiting(self) -> tuple[Asked, ...]:
        """Boxes that wait for a person at the Polres."""
        with self.world.district.read() as connection:
            node = known(connection, CODE)
            found = claims.waiting(connection, node)
        return tuple(one for one in found if one.state == "waiting")

    def allow(self, words: str) -> None:
        """A person at the Polres lets the box with these words go on."""
        world = self.world
        claims.decide(world.district, NUMBER, words, go_on=True, by="spkt", now_s=world.wall_s())

    def close(self) -> None:
        """Close all of them."""
        self.world.node.database.close()
        for one in self._others.values():
            one.node.database.close()
        self.world.district.close()

    def folder(self, name: str) -> Path:
        """Where a copy lies that is not switched on."""
        return self.world.folder / f"copy-{name}"

    def _put_aside(self) -> None:
        world = self.world
        self._others[self.playing] = Box(self.playing, world.node, world.modem, world.virtual)
