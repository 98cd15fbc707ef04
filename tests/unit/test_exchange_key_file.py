"""The Polres' key file while the exchange key changes: cuts of power, copies that are older."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from renewed import RenewedWorld
from world import CODE, NAME

from server.cli.root import kentongan
from server.desa.steps import Result
from server.polres import keys as key_files
from server.polres.backlog.status import status
from server.polres.errors import NotPrepared
from server.polres.keys import POLRES_FILE, read_keys
from server.polres.rotation import renewing
from server.process import files
from sync.errors import KeyLost

THIEF, FLOOD, FIRE = "maling di RT 3", "banjir di RT 4", "kebakaran di RT 5"


class PowerCut(Exception):
    """The machine stops here."""


@pytest.fixture
def world(tmp_path: Path) -> RenewedWorld:
    made = RenewedWorld(tmp_path)
    made.officer()
    assert made.exchange().result is Result.DONE
    return made


def cut_at(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, call: int = 1) -> None:
    """Power goes just before the so-many-th call of a function."""
    true: Callable[..., object] = getattr(owner, name)
    calls = []

    def cut(*args: object, **named: object) -> object:
        calls.append(name)
        if len(calls) == call:
            raise PowerCut
        return true(*args, **named)

    monkeypatch.setattr(owner, name, cut)


CUTS = [
    *((files.os, name, call) for name, call in (("link", 1), ("fsync", 1), ("fsync", 2))),
    (files, "write_private", 1),
    (files, "_overwrite", 1),
    (files, "sync_folder", 2),
    (renewing.exchange_keys, "add", 1),
]


@pytest.mark.parametrize(("owner", "name", "call"), CUTS)
def test_a_cut_at_any_step_leaves_one_key_file_that_opens_everything(
    world: RenewedWorld, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, call: int
) -> None:
    before = world.district.keys.exchange.public
    with monkeypatch.context() as patched:
        cut_at(patched, owner, name, call)
        with pytest.raises(PowerCut):
            world.renew()
    world.district.close()
    world.reopen()
    keys = world.district.keys
    assert before in {one.pair.public for one in keys.held}
    assert not (world.folder / "polres" / (POLRES_FILE + files.OLD)).exists()
    assert world.standing().lacking == ()
    for words, sender in ((THIEF, "+6281234567891"), (FLOOD, "+6281234567892")):
        world.tell(words, sender)
        assert world.exchange().result is Result.DONE
        world.renew()
    assert world.texts() == {THIEF, FLOOD}


@pytest.mark.parametrize(("owner", "name", "call"), CUTS[:-1])
def test_a_cut_while_the_old_key_is_destroyed_loses_nothing_that_counts(
    world: RenewedWorld, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, call: int
) -> None:
    world.renew()
    world.settle()
    newest = world.district.keys.exchange.public
    with monkeypatch.context() as patched:
        cut_at(patched, owner, name, call)
        with pytest.raises(PowerCut):
            renewing.forget_old(world.district)
    world.district.close()
    world.reopen()
    assert world.district.keys.exchange.public == newest
    if world.district.keys.older:
        renewing.forget_old(world.district)
    assert [one.number for one in world.district.keys.gone] == [0]
    world.tell(FIRE)
    assert world.exchange().result is Result.DONE
    assert world.texts() == {FIRE}


def test_the_octets_of_a_destroyed_key_are_written_over_in_the_file_itself(
    world: RenewedWorld,
) -> None:
    path = world.folder / "polres" / POLRES_FILE
    seed = json.loads(path.read_text(encoding="utf-8"))["exchange"]
    world.renew()
    world.settle()
    with path.open("rb") as held:
        assert seed.encode() in held.read()
        renewing.forget_old(world.district)
        # Opened before, so it still shows the file that was there.
        held.seek(0)
        left = held.read()
    assert left
    assert seed.encode() not in left
    assert seed not in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_cover_of_other_keys_does_not_change_with_the_exchange_key(
    world: RenewedWorld,
) -> None:
    cover = world.district.keys.cover
    for _ in range(3):
        world.renew()
        world.settle()
        renewing.forget_old(world.district)
    kept = read_keys(world.folder / "polres")
    assert kept.cover == cover
    assert len(kept.gone) == 3
    assert len(kept.earlier) == 3


def test_a_broken_list_of_keys_is_told_and_not_half_used(world: RenewedWorld) -> None:
    world.renew()
    folder = world.folder / "polres"
    fields = json.loads((folder / POLRES_FILE).read_text(encoding="utf-8"))
    for name, broken in (
        ("older", [{"number": 0}]),
        ("older", [7]),
        ("number", "x"),
        ("cover", "00"),
        ("gone", [{"number": 1, "public": "zz"}]),
    ):
        (folder / POLRES_FILE).write_text(json.dumps(fields | {name: broken}), encoding="utf-8")
        with pytest.raises(NotPrepared):
            read_keys(folder)


def test_a_server_that_was_set_back_says_that_it_lacks_a_key(world: RenewedWorld) -> None:
    world.keep_key_file()
    world.tell(THIEF)
    lost = world.renew()
    world.settle()
    world.put_key_file_back()
    # Its tables know of the key that its file lacks.
    assert world.standing().lacking == (lost,)
    assert status(world.district, world.wall_s())["exchange_key"]["lacking"] == (lost,)
    outcome = world.exchange()
    assert outcome.result is Result.LATER
    assert outcome.trouble == KeyLost().sentence
    assert world.node.keys.exchange_number == lost
    world.tell(FLOOD, "+6281234567891")
    found = world.renew()
    assert found > lost
    assert world.standing().lacking == ()
    assert world.exchange().result is Result.DONE
    assert world.node.keys.exchange_number == found
    world.settle()
    assert world.texts() == {THIEF, FLOOD}
    assert renewing.forget_old(world.district) == 1


def test_a_server_whose_tables_were_set_back_too_learns_it_from_a_desa(
    world: RenewedWorld,
) -> None:
    world.keep_key_file()
    world.district.close()
    database = world.folder / "polres" / "polres.db"
    before = database.read_bytes()
    world.reopen()
    world.node.road = None
    world.tell(THIEF)
    lost = world.renew()
    world.settle()
    world.restart()
    world.tell(FLOOD, "+6281234567891")
    world.exchange()
    world.district.close()
    for old in database.parent.glob("polres.db*"):
        old.unlink()
    database.write_bytes(before)
    world.put_key_file_back()
    assert world.standing().lacking == ()
    assert world.exchange().trouble == KeyLost().sentence
    assert world.standing().lacking == (lost,)
    found = world.renew()
    assert world.exchange().result is Result.DONE
    world.settle()
    assert world.node.keys.exchange_number == found
    # Both came again: of the older session the node had got the keys back, so it wrapped them.
    assert world.texts() == {THIEF, FLOOD}


def test_a_key_file_of_a_later_time_ends_the_trouble_by_itself(world: RenewedWorld) -> None:
    world.keep_key_file()
    world.renew()
    world.settle()
    newest = (world.folder / "polres" / POLRES_FILE).read_bytes()
    world.put_key_file_back()
    assert world.exchange().result is Result.LATER
    (world.folder / "kept.key").write_bytes(newest)
    world.put_key_file_back()
    assert world.standing().lacking == ()
    assert world.exchange().result is Result.DONE


def test_a_clock_that_ran_back_does_not_lower_the_number(world: RenewedWorld) -> None:
    first = world.renew()
    second = renewing.renew(world.district, 1)
    assert second == first + 1
    world.exchange()
    assert world.node.keys.exchange_number == second


def test_the_command_renews_shows_who_is_missing_and_destroys(tmp_path: Path) -> None:
    def run(*words: str, well: bool = True) -> str:
        done = CliRunner().invoke(kentongan, ["polres", *words])
        assert (done.exit_code == 0) == well, done.output
        return done.output

    world = RenewedWorld(tmp_path)
    world.exchange()
    world.district.close()
    folder = str(tmp_path / "polres")
    assert "Kunci pertukaran pertama" in run("exchange-key", folder)
    told = run("exchange-key", folder, "--renew")
    assert "simpan salinan barunya" in told
    assert f"Belum memakainya: {NAME}." in told
    assert NAME in run("status", folder)
    assert "Belum memakai kunci pertukaran baru" in run("status", folder)
    world.reopen()
    world.settle()
    world.district.close()
    assert "Semua desa sudah memakainya" in run("exchange-key", folder)
    run("exchange-key", folder, "--forget-old", "--renew", "--yes", well=False)
    run("exchange-key", folder, "--forget-old", well=False)
    assert "1 kunci lama dihapus" in run("exchange-key", folder, "--forget-old", "--yes")
    assert "kunci lama" not in run("exchange-key", folder)
    assert CODE in run("status", folder)
    assert key_files.read_keys(tmp_path / "polres").older == ()
