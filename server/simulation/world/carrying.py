"""What people carry: files to the Polres and back, sticks with backups."""

from collections.abc import Callable
from typing import Final

from server.desa.backup import making, nightly
from server.desa.backup.errors import BackupError
from server.polres.errors import PolresError
from server.polres.parcel import giving, taking
from server.simulation.chance import Chance
from server.simulation.plan import DAY_S, Happening
from server.simulation.world.box import Box, Process
from server.simulation.world.cards import Cards
from server.simulation.world.place import Place
from server.simulation.world.station import Station
from server.simulation.world.template import code_of
from sync.errors import SyncError

LOST_SHARE: Final = 0.2
DOUBLED_SHARE: Final = 0.2


class Carrying:
    """All files and sticks of a world."""

    def __init__(self, world: Place, cards: Cards) -> None:
        self._world, self._cards = world, cards
        self.parcels = self.taken = self.returned = 0
        self.backed_up = 0

    def parcel(self, _: Happening, box: Box, chance: Chance) -> None:
        """Somebody takes a file to the Polres, on a way of hours or days; it may get lost."""
        made = box.do(lambda process: process.desk.make_parcel())
        if made is None:
            return
        self.parcels += 1
        for _n in range(1 + chance.happens(DOUBLED_SHARE)):
            if not chance.happens(LOST_SHARE):
                self._later(chance, lambda: self._take(box, made.octets, chance))

    def _later(self, chance: Chance, act: Callable[[], object]) -> None:
        wait_s = chance.choice((3_600.0, DAY_S, 3 * DAY_S)) * chance.random()
        self._world.later(self._world.clock.now_s + wait_s, act)

    def _take(self, box: Box, octets: bytes, chance: Chance) -> None:
        """The file is taken in at the Polres, and its return goes back."""
        world, code = self._world, code_of(box.number)

        def act(station: Station) -> bytes | None:
            try:
                taking.take(station.district, octets, "spkt", world.clock.true_s)
                return giving.file_for(station.district, code, world.clock.true_s)[1]
            except (PolresError, SyncError) as error:
                world.trace.tell(f"file of box {box.number}: {type(error).__name__}")
                return None

        made = world.polres.do(act)
        self.taken += made is not None
        if made is not None and not chance.happens(LOST_SHARE):
            self._later(chance, lambda: self._bring(box, made))

    def _bring(self, box: Box, octets: bytes) -> None:
        def act(process: Process) -> None:
            try:
                process.desk.take_parcel(octets)
                self.returned += 1
            except SyncError as error:
                self._world.trace.tell(f"return to box {box.number}: {type(error).__name__}")

        box.do(act)
        box.wake()

    def backup(self, _: Happening, box: Box, chance: Chance) -> None:
        """Somebody plugs a stick in and asks for a backup."""
        del chance
        world = self._world
        stick = world.folder / f"stick{box.number}"
        stick.mkdir(exist_ok=True)

        def act(process: Process) -> bool:
            try:
                making.make(
                    nightly.box_of(process.node), stick, world.clock.true_s,
                    making.Watcher(stop=process.stop), by_hand=True,
                )  # fmt: skip
            except BackupError as error:
                world.trace.tell(f"backup of box {box.number}: {type(error).__name__}")
                return False
            return True

        if box.do(act):
            self.backed_up += 1
            self._cards.backed_up(box, stick)
