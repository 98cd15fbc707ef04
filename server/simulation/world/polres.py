"""The Polres as a machine: its process starts, falls, is set back; people sit at its desk."""

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from server.card import node_number
from server.domain.report import Move
from server.polres import lookup
from server.polres.accounts import Account, check_user
from server.polres.district import District, open_district
from server.polres.down import officers, orders
from server.polres.enrolment import Reply
from server.polres.errors import PolresError
from server.polres.lookup import DesaLine
from server.polres.restores import claims
from server.polres.store.engine import FILE_NAME
from server.simulation.chance import Chance
from server.simulation.outside.clock import Watch
from server.simulation.outside.disk import Disk
from server.simulation.outside.effects import Effects, PowerCut
from server.simulation.outside.seams import Outside
from server.simulation.trace import Trace
from server.simulation.world.air import Later
from server.simulation.world.station import Station

T = TypeVar("T")
log = logging.getLogger(__name__)
BY: Final = "spkt"
_UP_AGAIN_S: Final = 120.0
_MOVES: Final = (Move.TAKE, Move.FORWARD, Move.CLOSE)


class Down(Exception):
    """The Polres does not run."""


class Polres:
    """The server of a world.

    Args:
        folder: its directory; its backup is kept beside it.
        outside: clock and disks.
        later: lets something happen at a moment.
    """

    def __init__(
        self, folder: Path, outside: Outside, later: Later, chance: Chance, trace: Trace
    ) -> None:
        self.folder, self.clock, self.later = folder, outside.clock, later
        self.chance, self.trace = chance, trace
        self.effects, self.watch = Effects(), Watch()
        self.disk = Disk(folder, self.effects, outside.clock.pass_s)
        outside.disks.append(self.disk)
        self.station: Station | None = None
        self.ordered = self.crashes = self.restores = 0
        self.passphrase = ""
        self._saved = folder.with_name("polres-saved")

    @property
    def district(self) -> District:
        """The open server."""
        if self.station is None:
            raise Down
        return self.station.district

    def start(self) -> None:
        """Start its process."""
        if self.station is not None:
            return
        self.effects.begin()
        try:
            with self.clock.of(self.watch):
                district = open_district(self.folder, self.chance.octets)
                district.opened_s = self.clock.true_s
                self.station = Station(district)
        except PowerCut:
            self.fall(power=True)
        except Exception:
            # As its disk, so does its process wait for somebody.
            log.exception("start failed")
            self.later(self.clock.now_s + _UP_AGAIN_S, self.start)

    def serve(self, box: int, path: str, octets: bytes) -> Reply | None:
        """Answer a box; None while nobody does."""
        del box
        return self.do(lambda one: one.serve(path, octets, None, self.clock.true_s))

    def do(self, act: Callable[[Station], T]) -> T | None:
        """Let its process do something; it may fall meanwhile."""
        if self.station is None:
            return None
        try:
            with self.clock.of(self.watch):
                return act(self.station)
        except PowerCut:
            self.fall(power=True)
            return None
        except Exception:
            log.exception("page failed")
            return None

    def fall(self, *, power: bool) -> None:
        """Its process or its power is gone; somebody starts it again."""
        self.effects.end()
        station, self.station = self.station, None
        self.disk.fall(self.chance.randint, power=power)
        self._close(station)
        self.crashes += 1
        self.trace.tell("polres falls" if power else "polres is killed")
        self.later(self.clock.now_s + _UP_AGAIN_S, self.start)

    def save(self) -> None:
        """Make a backup of its tables."""
        self._shut()
        shutil.copyfile(self.folder / FILE_NAME, self._saved)
        self.start()
        self.trace.tell("polres is backed up")

    def restore(self) -> None:
        """Its tables are lost; the backup takes their place."""
        if not self._saved.exists():
            return
        self._shut()
        for path in self.folder.glob(f"{FILE_NAME}*"):
            path.unlink()
        shutil.copyfile(self._saved, self.folder / FILE_NAME)
        self.restores += 1
        self.start()
        self.trace.tell("polres is set back to its backup")

    def _shut(self) -> None:
        station, self.station = self.station, None
        self._close(station)

    def _close(self, station: Station | None) -> None:
        if station is not None:
            with suppress(Exception):
                station.district.close()

    def close(self) -> None:
        """End for good."""
        self._shut()

    def order(self, code: str, chance: Chance) -> None:
        """The duty desk gives an order about some open report of a desa."""
        self.do(lambda one: self._order(one.district, code, chance))

    def _order(self, district: District, code: str, chance: Chance) -> None:
        known = isinstance(check_user(district, BY, self.passphrase, self.clock.true_s), Account)
        if not known:
            return
        found = lookup.search(district, lookup.ReportFilter(code=code))
        if not found:
            return
        ticket, now_s = chance.choice(found).report.ticket, self.clock.true_s
        if chance.happens(0.5):
            words = f"Polres sudah menuju lokasi {self.ordered}"
            placed = orders.order_answer(district, code, ticket, words, by=BY, now_s=now_s)
        else:
            move = chance.choice(_MOVES)
            placed = orders.order_status(
                district, code, ticket, move, "Polsek Utan", by=BY, now_s=now_s
            )
        self.ordered += isinstance(placed, orders.Placed)

    def attend(self, code: str) -> None:
        """A person allows what waits for one: boxes that ask to go on, keys, officers."""
        self.do(lambda one: self._attend(one.district, code))

    def _attend(self, district: District, code: str) -> None:
        now_s, number = self.clock.true_s, node_number(code)
        with district.read() as connection:
            asked = claims.waiting(connection, orders.known(connection, code))
        for one in asked:
            if one.state == "waiting":
                claims.decide(district, number, one.words, go_on=True, by=BY, now_s=now_s)
                self.trace.tell(f"a person lets a box of {code} go on")
        line = self.line(district, code)
        if line.keys_waiting:
            orders.grant_keys(district, code, BY, now_s)
        for waiting in line.officers_waiting:
            with suppress(PolresError):
                officers.approve_officer(
                    district, code, waiting.name, BY, now_s, waiting.fingerprint
                )

    def is_closed(self, code: str) -> bool:
        """Whether the box of a desa was reported stolen here."""
        return bool(self.do(lambda one: self._closed(one.district, code)))

    def _closed(self, district: District, code: str) -> bool:
        with district.read() as connection:
            return orders.known(connection, code).revoked_s is not None

    def line(self, district: District, code: str) -> DesaLine:
        """A desa on the district's screen."""
        return lookup.desa(district, code, self.clock.true_s)
