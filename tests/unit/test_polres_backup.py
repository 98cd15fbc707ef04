"""A backup of the Polres: checked before it counts, and told to the desas as a watermark."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from server.desa import commands
from server.polres.district import open_district
from server.polres.errors import BackupFailed
from server.polres.restores.backup import back_up
from server.polres.store.engine import FILE_NAME
from sync import peers
from sync.store import SqliteStore


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give an enrolled desa with one report at the Polres."""
    made = World(tmp_path)
    made.text("+6281234567890", "ada maling di RT 2")
    made.listen()
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


def durable(world: World) -> int:
    """How far the node knows its log to lie in a backup."""
    with world.node.database.read() as db:
        return peers.durable(db, world.node.ledger.log_id)


def head(world: World) -> int:
    """Where the node's log ends."""
    return SqliteStore(world.node.database.connection).head(world.node.ledger.log_id).seq


def test_only_what_a_backup_holds_is_durable_whatever_was_acknowledged(world: World) -> None:
    assert durable(world) == 0
    held = head(world)
    back_up(world.district, world.folder / "cadangan.db", world.wall_s())
    world.restart()
    world.text("+6281298765432", "rumah kebakaran")
    world.listen()
    world.exchange()
    assert durable(world) == held < head(world)
    back_up(world.district, world.folder / "cadangan.db", world.wall_s())
    world.restart()
    world.exchange()
    assert durable(world) > held
    assert commands.status(world.node)["journal"]["durable"] == durable(world)  # type: ignore[index]


def test_a_backup_put_in_place_opens_and_the_node_brings_the_rest_again(world: World) -> None:
    target = world.folder / "cadangan.db"
    back_up(world.district, target, world.wall_s())
    world.text("+6281298765432", "rumah kebakaran")
    world.listen()
    world.exchange()
    world.district.close()
    for path in (world.folder / "polres").glob(f"{FILE_NAME}*"):
        path.unlink()
    shutil.copy(target, world.folder / "polres" / FILE_NAME)
    world.district = open_district(world.folder / "polres")
    world.road.district = world.district
    assert len(world.at_polres()) == 1
    world.exchange()
    world.exchange()
    assert {line.report.text for line in world.at_polres()} == {
        "ada maling di RT 2",
        "rumah kebakaran",
    }


def test_a_backup_that_fails_leaves_the_older_one_and_moves_no_watermark(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = world.folder / "cadangan.db"
    back_up(world.district, target, world.wall_s())
    kept = target.read_bytes()
    world.restart()
    world.exchange()
    before = durable(world)
    world.text("+6281298765432", "rumah kebakaran")
    world.listen()
    world.exchange()

    def full(path: Path, to: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(BackupFailed):
            back_up(world.district, target, world.wall_s())
    assert target.read_bytes() == kept
    assert [path.name for path in world.folder.glob("cadangan*")] == ["cadangan.db"]
    world.restart()
    world.exchange()
    assert durable(world) == before


def test_a_broken_copy_is_never_called_a_backup(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = world.folder / "cadangan.db"

    def broken(source: Path, to: Path) -> None:
        shutil.copy(source, to)
        octets = bytearray(to.read_bytes())
        octets[4096:8192] = bytes(4096)
        to.write_bytes(octets)

    monkeypatch.setattr("server.polres.restores.backup._copy", broken)
    with pytest.raises(BackupFailed):
        back_up(world.district, target, world.wall_s())
    assert not target.exists()


def test_nobody_else_reads_a_backup_and_it_holds_no_key_in_the_open(world: World) -> None:
    target = world.folder / "cadangan.db"
    made = back_up(world.district, target, world.wall_s())
    assert target.stat().st_mode & 0o077 == 0
    assert made.octets == target.stat().st_size
    assert made.entries == head(world)
    keys = world.district.keys
    octets = target.read_bytes()
    assert keys.exchange.secret not in octets
    assert keys.root.secret[:32] not in octets
    with sqlite3.connect(target) as opened:
        assert opened.execute("select count(*) from session_keys").fetchone()[0] >= 1
    opened.close()
