"""`desa parcel` and `polres parcel`: through the socket of a running node, and without one."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_parcel_road import reported
from world import CODE, World

from server.cli import carrying
from server.cli.polres import take_parcel
from server.desa import commands as desa_commands
from server.polres import commands as polres_commands
from server.process.carried import NoFolder, NoSuchFile
from server.process.control import ControlRefused, ControlSocket
from sync.parcel import errors

HERE = Path(__file__).parents[2]


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.exchange()
    world.road.cut = True
    (tmp_path / "stick").mkdir()
    return world


@pytest.fixture
def running(world: World) -> Iterator[World]:
    """Give a world whose node and district answer on their sockets."""
    sockets = [
        ControlSocket(world.directory, desa_commands.answers(world.node, world.desk())),
        ControlSocket(world.folder / "polres", polres_commands.answers(world.district)),
    ]
    yield world
    for one in sockets:
        one.close()


def to_polres(world: World, path: Path, out: Path | None = None) -> tuple[str, ...]:
    return take_parcel(world.folder / "polres", path, out, "operator")


def test_a_stick_goes_there_and_back_through_running_nodes(running: World) -> None:
    world, stick = running, running.folder / "stick"
    reported(world, 3)
    path = stick / "kiriman.kentongan"
    assert carrying.desa(world.directory, path)[0].startswith("Berkas kiriman memuat")
    assert "3 laporan baru" in to_polres(world, path)[0]
    reply = stick / f"balasan-{CODE}.kentongan"
    assert sorted(one.name for one in stick.iterdir()) == [reply.name, path.name]
    assert "catatan diterima Polres" in carrying.desa(world.directory, reply)[0]
    assert "sudah pernah masuk" in carrying.desa(world.directory, reply)[0]
    # Again, in place of the older files.
    reported(world, 1, 3)
    carrying.desa(world.directory, path)
    assert "1 laporan baru" in to_polres(world, path)[0]
    assert "tidak ada catatan baru" in to_polres(world, path)[0]


def test_what_lies_there_and_is_no_file_of_ours_is_never_overwritten(running: World) -> None:
    world, stick = running, running.folder / "stick"
    letter = stick / "surat.txt"
    letter.write_text("Yth. Bapak Kapolres", encoding="utf-8")
    with pytest.raises(ControlRefused, match="bukan berkas Kentongan"):
        carrying.desa(world.directory, letter)
    with pytest.raises(errors.NotParcel):
        to_polres(world, letter)
    path = stick / "kiriman.kentongan"
    carrying.desa(world.directory, path)
    with pytest.raises(carrying.OtherFile):
        to_polres(world, path, letter)
    with pytest.raises(carrying.OtherFile):
        to_polres(world, path, path)
    assert letter.read_text(encoding="utf-8") == "Yth. Bapak Kapolres"
    with pytest.raises(NoFolder):
        carrying.desa(world.directory, world.folder / "gone" / "a.kentongan")
    with pytest.raises(NoSuchFile):
        to_polres(world, world.folder / "gone" / "a.kentongan")


def kentongan(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the command as its own process."""
    return subprocess.run(
        [sys.executable, "-m", "server", *map(str, words)],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_stick_goes_there_and_back_while_nothing_runs(world: World) -> None:
    reported(world, 2)
    world.node.database.close()
    world.district.close()
    path = world.folder / "stick" / "kiriman.kentongan"
    out = kentongan("desa", "parcel", world.directory, path)
    assert (out.returncode, out.stderr) == (0, "")
    assert out.stdout.splitlines()[-1] == f"Ditulis ke {path}."
    taken = kentongan("polres", "parcel", world.folder / "polres", path)
    assert "2 laporan baru" in taken.stdout, taken.stderr
    reply = path.with_name(f"balasan-{CODE}.kentongan")
    back = kentongan("desa", "parcel", world.directory, reply)
    assert "catatan diterima Polres" in back.stdout, back.stderr
    wrong = kentongan("polres", "parcel", world.folder / "polres", reply)
    assert wrong.returncode == 1
    assert "bawa berkas ini ke kotak desa" in wrong.stderr
    assert "Traceback" not in wrong.stderr
