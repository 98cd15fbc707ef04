"""A village with one officer, one old session, and a copy of its card from every moment."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from paper_phone import Phone
from world import World

from server import lookup
from server.desa import steps
from server.desa.node import begin_session
from server.desa.officers import autolock
from server.desa.officers.keydesk import KeyDesk
from server.domain import requests as r
from server.domain.report import Report
from server.polres.restores import backup
from server.polres.store import news
from server.sections import Login as Cost

OLD, STAYS, OPEN = "+6281234567890", "+6281298765432", "+6281311112222"
SECRET, KEPT, WORKED = (
    "kemalingan tadi malam di RT 2 RW 1",
    "suami memukul istri di RT 9",
    "lampu mati RT 5",
)
DAY_S = 86_400
CHEAP = Cost(8, 1)


@dataclass
class Village:
    """A village with one officer, and a copy of its card from every moment that matters."""

    world: World
    made: dict[str, str] = field(default_factory=dict)
    copies: list[Path] = field(default_factory=list)

    @property
    def key(self) -> bytes:
        return bytes.fromhex(self.made["phone_path"].rpartition("/")[2])

    def copy(self) -> None:
        """What a thief's image would hold who took it now: flash forgets nothing of it."""
        folder = self.world.folder / f"copy{len(self.copies)}"
        folder.mkdir()
        self.world.node.database.connection.execute("pragma wal_checkpoint(truncate)")
        shutil.copy(self.world.directory / "kentongan.db", folder)
        self.copies.append(folder / "kentongan.db")

    def phone(self) -> Phone:
        desk = self.world.desk()
        return Phone(desk, KeyDesk(self.world.node, desk, lambda: self.world.mono_s))


def lived_in(tmp_path: Path) -> Village:
    """Of one old session: a theft that is over, domestic violence that is over, open work."""
    world = World(tmp_path)
    world.exchange()
    made = Village(world, world.officer("Made"))
    for sender, words in ((OLD, SECRET), (STAYS, KEPT), (OPEN, WORKED)):
        world.text(sender, words)
        world.listen()
        if words is not WORKED:
            world.desk().act(r.Close(world.report().ticket, "Made", "selesai"))
    world.speak()
    world.exchange()
    backed_up(world)
    made.copy()
    begin_session(world.node, world.mono_s)
    return made


def by_text(world: World) -> dict[str, Report]:
    return {one.text: one for one in lookup.reports(world.node.projection.db)}


def years_later(village: Village, days: int = 731) -> None:
    """Nobody is there, the day comes, and the keys are still in the running box."""
    world = village.world
    world.mono_s += days * DAY_S
    autolock.present(world.node, world.mono_s)
    world.exchange()
    backed_up(world)
    steps.tend(world.node, world.mono_s)
    world.exchange()


def backed_up(world: World) -> None:
    """The Polres backs up what it holds, and says so in the next whole exchange."""
    world.exchange()
    backup.back_up(world.district, world.folder / "polres.cadangan", world.wall_s())
    world.node.known.forget()
    world.exchange()


def told(world: World) -> list[news.NewsRow]:
    with world.district.read() as connection:
        lines = news.newest(connection, world.node.ledger.log_id.node)
    return [line for line in lines if line.kind == news.Kind.ERASED]


def log_in(village: Village) -> Phone:
    """The officer logs in with his phone, and looks at another page: new keys are in force."""
    phone = village.phone()
    phone.carries(village.key.hex())
    assert phone.login(village.made["passphrase"], "Made").status_code == 303
    fresh = phone.key() or ""
    village.made["phone_path"] = f"/hp/{fresh}"
    phone.get("/kunci")
    return phone
