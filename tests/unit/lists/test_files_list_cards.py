"""Cards, databases and sticks as accidents leave them: one sentence, and nothing is lost."""

import errno
import os
import random
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backed_up import Village
from outcomes import VILLAGER, arrived, begun
from world import World

from server import database
from server.database import FILE_NAME, SCHEMA_VERSION, open_database
from server.desa import steps
from server.desa.backup import restoring, stick
from server.desa.backup.errors import BackupError, DirectoryThere, StickGone, StickReadOnly
from server.desa.console import card as card_of
from server.process.carried import CarryError, write_file

ONE, TWO = "kemalingan tadi malam di rumah pak Wayan", "tolong kebakaran di dusun Puncak"
LOG = FILE_NAME + "-wal"
Bend = Callable[[World, World], object]


@pytest.fixture
def settled(world: World) -> World:
    """Give a box that holds one report, and whose modem holds one more text."""
    world.text(VILLAGER, ONE)
    world.listen()
    world.speak()
    world.exchange()
    world.text(VILLAGER, TWO)
    return world


def files_of(folder: Path) -> dict[str, bytes]:
    """Everything that stands in a box's directory, but what a start leaves in any case."""
    left = {f"{FILE_NAME}-shm", "running.lock"}
    found = {one.name: one.read_bytes() for one in folder.iterdir() if one.name not in left}
    return {name: octets for name, octets in found.items() if octets or name != LOG}


def heals(world: World, folder: Path) -> None:
    """With the files of `folder` again, the box runs, and no text is lost."""
    shutil.rmtree(world.directory)
    shutil.copytree(folder, world.directory)
    assert begun(world) == ""
    world.listen()
    assert arrived(world) == (ONE, TWO)


def as_folder(box: World, _other: World) -> None:
    (box.directory / FILE_NAME).unlink()
    (box.directory / FILE_NAME).mkdir()


def as_link(to: str) -> Bend:
    """What makes the database a link to a name in its folder."""

    def link(box: World, _other: World) -> None:
        (box.directory / FILE_NAME).unlink()
        (box.directory / FILE_NAME).symlink_to(box.directory / to)

    return link


def as_nothing(box: World, _other: World) -> None:
    (box.directory / FILE_NAME).write_bytes(b"")


def as_half(box: World, _other: World) -> None:
    path = box.directory / FILE_NAME
    path.write_bytes(path.read_bytes()[:70_000])


def as_another_box(box: World, other: World) -> None:
    shutil.copy(other.directory / FILE_NAME, box.directory / FILE_NAME)


def as_newer(box: World, _other: World) -> None:
    path = box.directory / FILE_NAME
    octets = path.read_bytes()
    path.write_bytes(octets[:60] + (SCHEMA_VERSION + 1).to_bytes(4, "big") + octets[64:])


@pytest.mark.parametrize(
    ("bend", "sentence"),
    [
        pytest.param(as_folder, "hilang atau kosong", id="102 a folder"),
        pytest.param(as_link("nowhere/x.db"), "hilang atau kosong", id="102 a link to nothing"),
        pytest.param(as_link(FILE_NAME), "hilang atau kosong", id="102 a link to itself"),
        pytest.param(as_nothing, "hilang atau kosong", id="102 empty"),
        pytest.param(as_half, "rusak atau bercampur", id="102 half of it"),
        pytest.param(as_another_box, "milik kotak lain", id="102 of another box"),
        pytest.param(as_newer, "versi Kentongan yang lebih baru", id="102 of a newer version"),
    ],
)
def test_a_database_that_is_not_this_box_s(
    settled: World, neighbour: World, tmp_path: Path, bend: Bend, sentence: str
) -> None:
    neighbour.node.database.close()
    settled.node.database.close()
    whole = tmp_path / "whole"
    shutil.copytree(settled.directory, whole)
    bend(settled, neighbour)
    bent = (settled.directory / FILE_NAME).is_file() and files_of(settled.directory)
    assert sentence in begun(settled)
    if bent:
        assert files_of(settled.directory) == bent
    heals(settled, whole)


def test_a_database_behind_a_link_is_the_database(settled: World, tmp_path: Path) -> None:
    """102: a link that leads to the box's own file is followed, and the log lies beside it."""
    settled.node.database.close()
    path, real = settled.directory / FILE_NAME, tmp_path / "elsewhere.db"
    path.rename(real)
    path.symlink_to(real)
    assert begun(settled) == ""
    settled.listen()
    assert arrived(settled) == (ONE, TWO)
    assert path.is_symlink()
    assert not (settled.directory / LOG).exists()


@pytest.mark.parametrize(
    "of_whom",
    [pytest.param("other", id="103 of another box"), pytest.param("chance", id="103 of noise")],
)
def test_a_log_of_another_database_changes_nothing(
    settled: World, neighbour: World, tmp_path: Path, of_whom: str
) -> None:
    foreign = (neighbour.directory / LOG).read_bytes()
    assert len(foreign) > 50_000
    neighbour.node.database.close()
    settled.node.database.close()
    whole = tmp_path / "whole"
    shutil.copytree(settled.directory, whole)
    noise = random.Random(103).randbytes(len(foreign))
    (settled.directory / LOG).write_bytes(foreign if of_whom == "other" else noise)
    before = (settled.directory / FILE_NAME).read_bytes()
    said = begun(settled)
    if of_whom == "other":
        assert "milik kotak lain" in said
        assert (settled.directory / FILE_NAME).read_bytes() == before
        assert (settled.directory / LOG).read_bytes() == foreign
        heals(settled, whole)
    else:
        # What has no sound head is no log: SQLite begins a new one.
        assert said == ""
        settled.listen()
        assert arrived(settled) == (ONE, TWO)


def test_a_log_that_does_not_fit_is_found_without_a_name_in_it(tmp_path: Path) -> None:
    """103: pages of two files together are no tree; it is seen before they are joined for good."""
    for name, rows in (("a", 3_000), ("b", 2_000)):
        (tmp_path / name).mkdir()
        made = open_database(tmp_path / name)
        counted(made, name, rows)
        made.close()
    left = open_database(tmp_path / "b")
    counted(left, "late", 20)
    shutil.copy(tmp_path / "b" / LOG, tmp_path / "a" / LOG)
    left.close()
    before = files_of(tmp_path / "a")
    with pytest.raises(database.BrokenDatabase):
        open_database(tmp_path / "a")
    assert files_of(tmp_path / "a") == before
    (tmp_path / "a" / LOG).unlink()
    again = open_database(tmp_path / "a")
    assert again.connection.execute("select count(*) from counters").fetchone() == (3_000,)
    again.close()


def counted(made: database.Database, name: str, rows: int) -> None:
    """Fill a table, in no order."""
    with made.write() as db:
        for number in range(rows):
            key = f"{number * 7_919 % 10_007:05}{name:.>80}"
            db.execute("insert into counters (name, value) values (?, 1)", (key,))


class Card:
    """A connection to a card that refuses what a test says, in SQLite's own words."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self.real = real
        self.refused: dict[str, tuple[int, str]] = {}

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        word = sql.split(" ", maxsplit=1)[0]
        if word in self.refused:
            error = sqlite3.OperationalError(word)
            error.sqlite_errorcode, error.sqlite_errorname = self.refused[word]
            raise error
        return self.real.execute(sql, *values)

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


@pytest.mark.parametrize(
    ("code", "name", "failing"),
    [
        pytest.param(sqlite3.SQLITE_READONLY, "SQLITE_READONLY", False, id="104 read-only"),
        pytest.param(sqlite3.SQLITE_FULL, "SQLITE_FULL", False, id="105 no room"),
        pytest.param(1034, "SQLITE_IOERR_FSYNC", True, id="104 a sync failed"),
        pytest.param(778, "SQLITE_IOERR_WRITE", True, id="104 a write failed"),
    ],
)
def test_a_card_that_refuses_leaves_texts_in_the_modem(
    settled: World, code: int, name: str, *, failing: bool
) -> None:
    node = settled.node
    broken = Card(node.database.connection)
    broken.refused["commit"] = (code, name)
    node.database.connection = broken  # type: ignore[assignment]
    with pytest.raises(sqlite3.OperationalError):
        settled.listen()
    assert len(settled.virtual.stored("SM")) + len(settled.virtual.stored("ME")) == 1
    assert node.database.distrusted == failing
    assert (card_of.FAILING in settled.desk().box().trouble) == failing
    broken.refused.clear()
    settled.listen()
    assert (node.database.connection is broken) != failing
    assert not node.database.distrusted
    assert (card_of.FAILED in settled.desk().box().trouble) == failing
    assert arrived(settled) == (ONE, TWO)
    steps.tend(node, settled.mono_s)
    assert begun(settled) == ""
    assert (card_of.FAILED in settled.desk().box().trouble) == failing
    settled.mono_s += card_of.WARNED_DAYS * 86_400
    assert card_of.FAILED not in settled.desk().box().trouble


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Give a village with a stick and one report."""
    made = Village(tmp_path / "village")
    made.world.text(VILLAGER, ONE)
    made.world.listen()
    made.world.exchange()
    yield made
    made.world.node.database.close()
    made.world.district.close()


def test_a_stick_with_ten_thousand_files_and_odd_names_is_used(village: Village) -> None:
    """106: what others put there is neither read nor changed, whatever it is called."""
    odd = ("baris\nbaru.cadangan", "kentongan-\n.cadangan", "\x1b[2J", "🏠" * 60, "-rf", "...")
    for number in range(10_000):
        (village.stick / f"foto {number}.jpg").touch()
    for name in odd:
        (village.stick / name).write_bytes(b"others")
    first = village.back_up()
    second = village.back_up()
    assert {first.path, second.path} <= set(village.stick.iterdir())
    assert all((village.stick / name).read_bytes() == b"others" for name in odd)
    assert len(list(village.stick.iterdir())) >= 10_000 + len(odd) + 2
    newest = stick.generations(village.stick, village.world.node.keys.card.node)[0]
    assert newest.path == second.path
    assert village.restore().proven.reports == 1


@pytest.mark.parametrize(
    ("number", "told"),
    [
        pytest.param(errno.EIO, StickGone, id="106 pulled out while writing"),
        # A dirty FAT is mounted, and turns read-only at the first fault that is found.
        pytest.param(errno.EROFS, StickReadOnly, id="106 dirty FAT"),
    ],
)
def test_a_stick_that_fails_in_the_middle(
    village: Village, number: int, told: type[BackupError], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = village.back_up().path
    octets = whole.read_bytes()
    synced = os.fsync

    def fail(handle: int) -> None:
        if str(village.stick) in str(Path(f"/proc/self/fd/{handle}").readlink()):
            raise OSError(number, os.strerror(number))
        synced(handle)

    monkeypatch.setattr("server.desa.backup.stick.os.fsync", fail)
    with pytest.raises(told):
        village.back_up()
    with pytest.raises(CarryError):
        write_file(village.stick / "desa\nTepal.kentongan", b"parcel")
    monkeypatch.undo()
    assert whole.read_bytes() == octets
    assert [one for one in village.stick.iterdir() if one.suffix in {".baru", ".part"}] == []
    write_file(village.stick / "desa\nTepal.kentongan", b"parcel")
    assert village.back_up().path != whole


def test_a_cut_at_any_statement_of_a_migration_is_finished_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """111: the card as it was at each statement opens, with everything that was there."""
    home, images = tmp_path / "home", tmp_path / "images"
    home.mkdir()
    older(home)
    before = dict(sqlite3.connect(home / FILE_NAME).execute("select name, value from counters"))
    connect, cuts = database._connect, []

    def watched(uri: str) -> sqlite3.Connection:
        connection = connect(uri)
        if "mode=rw" in uri:
            connection.set_trace_callback(lambda _: cuts.append(_copied(home, images, len(cuts))))
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(database, "_connect", watched)
        whole = open_database(home)
    wanted = _shape(whole)
    whole.connection.set_trace_callback(None)
    whole.close()
    for image in cuts:
        again = open_database(image)
        assert _shape(again) == wanted
        counters = dict(again.connection.execute("select name, value from counters"))
        assert counters == before
        again.close()
    print(f"{len(cuts)} cuts")
    assert len(cuts) > 30


def older(home: Path) -> None:
    """A database as an earlier version left it, with something in it."""
    connection = database._connect((home / FILE_NAME).as_uri() + "?mode=rwc")
    connection.execute("pragma journal_mode=wal")
    for group in database._SETS:
        kept = group._migrations[:2]
        part = type(group)(group.name)
        part._migrations = kept
        part.apply(database.sqlite_utils.Database(connection))
    connection.execute("insert into counters (name, value) values ('boot', 41)")
    connection.execute("pragma user_version = 1")
    connection.close()


def _copied(home: Path, images: Path, number: int) -> Path:
    image = images / str(number)
    image.mkdir(parents=True)
    for name in (FILE_NAME, LOG):
        if (home / name).exists():
            shutil.copy(home / name, image / name)
    return image


def _shape(opened: database.Database) -> list[tuple[object, ...]]:
    wanted = "select type, name, tbl_name from sqlite_schema order by type, name"
    columns = [
        tuple(opened.connection.execute(f"pragma table_info({name})").fetchall())
        for kind, name, _ in opened.connection.execute(wanted).fetchall()
        if kind == "table"
    ]
    version = opened.connection.execute("pragma user_version").fetchone()
    return [*opened.connection.execute(wanted).fetchall(), *columns, version]


def test_a_backup_is_not_restored_onto_a_box_that_runs(village: Village) -> None:
    """112: a box is never written over, whether it runs or not; the one that runs goes on."""
    village.back_up()
    world = village.world
    before = files_of(world.directory)
    with pytest.raises(DirectoryThere) as caught:
        restoring.restore(village.stick, world.directory, village.card(), (), secrets.token_bytes)
    assert caught.value.sentence
    assert files_of(world.directory) == before
    world.text(VILLAGER, TWO)
    world.listen()
    assert arrived(world) == (ONE, TWO)
