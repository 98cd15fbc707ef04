"""The state in which every world begins: an enrolled district, made once and copied."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from server.desa import commands, steps
from server.desa import keys as key_files
from server.desa.login import NewOfficer
from server.desa.node import open_node
from server.polres import district as districts
from server.polres import enrolment
from server.polres.accounts import Role, add_user
from server.sections import Desa, Login, Modem, Polres, Settings
from server.settings import FILE_NAME, dump, load
from server.simulation.chance import Chance
from server.simulation.outside.clock import Clock
from server.simulation.outside.seams import Outside
from server.simulation.world.polres import BY
from server.simulation.world.station import Station, answered

POLRES: Final = "polres"
URL: Final = "http://127.0.0.1:1"
OFFICER: Final = "Made"
CHEAP: Final = Login(memory_mib=1, passes=1)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder to be copied, and what its people know.

    Attributes:
        officers: the officer of each box.
        duty: the passphrase of the Polres' duty desk.
    """

    folder: Path
    officers: tuple[NewOfficer, ...]
    duty: str


def code_of(number: int) -> str:
    """The code of a box's desa."""
    return f"52.04.07.2{number + 1:03}"


def sim_of(number: int) -> str:
    """The number of a box's SIM."""
    return f"+6281190000{number:02}"


def officer_of(number: int) -> str:
    """The phone of a box's officer."""
    return f"+6281180000{number:02}"


def prepare(folder: Path, boxes: int) -> Prepared:
    """Make the Polres and its boxes, each with an officer whom the Polres listed."""
    clock = Clock()
    chance = Chance("template")
    with Outside(clock).in_place():
        districts.init(folder / POLRES, "Polres Sumbawa", chance.octets)
        path = folder / POLRES / FILE_NAME
        path.write_text(dump(replace(load(path), login=CHEAP)), encoding="utf-8")
        district = districts.open_district(folder / POLRES, chance.octets)
        station = Station(district)
        officers = tuple(_box(folder, station, number, clock, chance) for number in range(boxes))
        duty = add_user(district, BY, Role.SPKT, clock.true_s)
        district.close()
    return Prepared(folder, officers, duty)


def _box(folder: Path, station: Station, number: int, clock: Clock, chance: Chance) -> NewOfficer:
    directory = folder / f"box{number}"
    directory.mkdir()
    code, name = code_of(number), f"Desa {number}"
    card = enrolment.enroll(station.district, code, name, URL, now_s=clock.true_s)
    key_files.create(directory, card, chance.octets)
    written = dump(_settings(number))
    (directory / FILE_NAME).write_text(written, encoding="utf-8")
    node = open_node(
        directory,
        system_s=clock.wall_s(),
        now_s=clock.mono_s(),
        random=chance.octets,
        make_road=lambda _url, _timeout_s: _Straight(station, clock),
    )
    made = commands.add_officer(node, OFFICER)
    commands.set_contact(
        node, {"name": OFFICER, "role": "Bhabinkamtibmas", "number": officer_of(number)}
    )
    for _ in range(3):
        clock.pass_s(30.0)
        steps.exchange(node, clock.mono_s())
    node.database.close()
    phone_key = bytes.fromhex(made["phone_path"].rpartition("/")[2])
    return NewOfficer(OFFICER, made["passphrase"], phone_key, b"", recovery=made["recovery"])


def _settings(number: int) -> Settings:
    return Settings(
        desa=Desa(code_of(number), f"Desa {number}"),
        polres=Polres(url=URL, exchange_every_s=12 * 3_600),
        modem=Modem(ports=("none",), numbers=(sim_of(number),)),
        login=CHEAP,
    )


@dataclass(frozen=True, slots=True)
class _Straight:
    """A road without trouble."""

    station: Station
    clock: Clock

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message."""
        return answered(self.station.serve(path, octets, None, self.clock.true_s))


def copy(prepared: Prepared, folder: Path) -> Prepared:
    """A world's own copy."""
    shutil.copytree(prepared.folder, folder)
    return replace(prepared, folder=folder)
