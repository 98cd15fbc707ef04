"""A day of a village and its Polres on real files; run as a script it is what strace looks at.

Words: an empty folder, and the name of a fault from `faulty_ways` ("" for the product as it is).
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import faulty_ways
import older_tables
from watched_world import WatchedWorld, browser, dumped
from world import CODE

from server import lookup
from server.desa import steps
from server.desa.backup import making, nightly
from server.desa.backup.making import Watcher
from server.desa.desk import Contact
from server.desa.node import begin_session
from server.desa.officers import autolock
from server.domain import requests as r
from server.domain.report import Move
from server.polres.down import orders
from server.polres.restores import backup as polres_backup
from server.sections import Backup

DAY_S = 86_400
LONG = (
    "Selamat malam pak, saya warga sini mau lapor bahwa tadi malam dekat rumah pak Kadus ada orang "
    "tak dikenal mondar mandir, lalu pagi ini dua motor hilang dan pagar kebun kopi rusak. Mohon "
    "petugas datang ke dusun Puncak karena warga resah dan takut."
)
MATTERS = (
    ("+6281234567890", "kemalingan tadi malam di RT 2 RW 1"),
    ("+6281298765432", "suami memukul istri di RT 9"),
    ("+6281311112222", "lampu jalan mati di RT 5 sejak kemarin"),
    ("+6281355556666", "kebakaran di pasar, tolong segera"),
    ("+6281377778888", LONG),
    ("+6281399990000", "pohon tumbang menutup jalan ke dusun Puncak"),
    ("+6281312341234", "anak hilang sejak sore di dekat sungai"),
)
OFFICER = "Made"
PROMISED = "Petugas menuju lokasi"
COMPLAINT = "+6281344445555", "oknum polisi minta uang di pos, saya ada bukti"


def main(folder: Path, fault: str) -> None:
    """Play the day; what is told goes to a file among the disk's calls."""
    told = os.open(folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    play(folder, fault, lambda line: os.write(told, line.encode()))


def play(folder: Path, fault: str, hear: Callable[[str], object]) -> None:
    """Play the day; its keys come last, for the judge."""
    with faulty_ways.put_in(fault):
        older = older_tables.made(folder)
        world = WatchedWorld(folder, hear=hear)
        for part in (_morning, _noon, _evening, _years_later):
            part(world)
            world.note_keys()
        for machine, opens in older.items():
            opens()
            world.say("migrated", machine)
        world.node.database.close()
        world.district.close()
        (folder / "keys.json").write_text(dumped(world), encoding="ascii")


def _text(world: WatchedWorld, number: int) -> None:
    world.mono_s += 60
    world.say("clock", world.mono_s)
    world.text(*MATTERS[number])
    world.listen()


def _morning(world: WatchedWorld) -> None:
    world.exchange()
    made = world.officer(OFFICER)
    world.say("phone", made["passphrase"], made["phone_path"].rpartition("/")[2])
    world.desk().set_contact(Contact("Made", "Bhabinkamtibmas", "081300001111"))
    world.saved()
    for number in (0, 1):
        _text(world, number)
        world.speak()
    world.exchange()
    world.text(*MATTERS[2])
    # The network brings it once more: two rows, one report.
    (again,) = world.virtual.stored("SM").values()
    world.virtual.deliver(again)
    world.text(*COMPLAINT)
    world.listen()
    world.speak()


def _noon(world: WatchedWorld) -> None:
    _text(world, 3)
    _text(world, 4)
    world.speak()
    first = _ticket(world, 0)
    world.desk().act(r.Take(first, "Made"))
    world.saved()
    world.exchange()
    orders.order_answer(world.district, CODE, first, PROMISED, by="SPKT", now_s=world.wall_s())
    world.ordered()
    world.say("promised", PROMISED)
    orders.order_status(
        world.district, CODE, _ticket(world, 1), Move.TAKE, "", by="SPKT", now_s=world.wall_s()
    )
    world.ordered()
    world.exchange()
    world.speak()
    world.exchange()
    world.restart()
    _text(world, 5)
    world.exchange()
    world.speak()


def _evening(world: WatchedWorld) -> None:
    for number in (0, 1):
        world.desk().act(r.Close(_ticket(world, number), "Made", "selesai"))
        world.saved()
    world.speak()
    world.exchange()
    _stick(world)
    _polres_backup(world)
    begin_session(world.node, world.mono_s)
    world.note_keys()
    _text(world, 6)
    world.speak()
    world.exchange()
    _stick(world)


def _years_later(world: WatchedWorld) -> None:
    """The keys are still in the running box when the time of two reports is up."""
    world.mono_s += 731 * DAY_S
    world.say("clock", world.mono_s)
    autolock.present(world.node, world.mono_s)
    world.exchange()
    _polres_backup(world)
    steps.tend(world.node, world.mono_s)
    with world.node.database.read() as db:
        gone = [bytes(one).hex() for (one,) in db.execute("select session from erased")]
    assert gone, "nothing was erased"
    world.say("erased", *gone)
    world.exchange()
    _login(world)


def _login(world: WatchedWorld) -> None:
    """After an erasure the officer's phone gets new keys, which it shows with the next page."""
    phone = browser(world)
    passphrase, key = world.phone
    phone.carries(key)
    assert phone.login(passphrase, OFFICER).status_code == 303
    fresh = phone.key() or ""
    assert fresh != key, "no new keys were given"
    world.say("phone", passphrase, fresh)
    phone.get("/kunci")
    world.exchange()


def _stick(world: WatchedWorld) -> None:
    stick = world.folder / "desa" / "stick"
    stick.mkdir(exist_ok=True)
    world.node.settings = replace(world.node.settings, backup=Backup(folders=(str(stick),), keep=1))
    world.mono_s += 1
    made = making.make(nightly.box_of(world.node), stick, world.wall_s(), Watcher(), by_hand=True)
    world.say("backup", made.path.name)


def _polres_backup(world: WatchedWorld) -> None:
    folder = world.folder / "polres" / "cadangan"
    folder.mkdir(exist_ok=True)
    world.exchange()
    made = polres_backup.back_up(world.district, folder / "polres.cadangan", world.wall_s())
    world.say("covered", made.entries)
    world.node.known.forget()
    world.exchange()


def _ticket(world: WatchedWorld, number: int) -> str:
    words = MATTERS[number][1]
    found = lookup.reports(world.node.projection.db)
    return next(one.ticket for one in found if one.text == words)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
