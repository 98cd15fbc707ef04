"""What a power cut leaves of a database is what a disk may leave, and no more."""

import sqlite3
from pathlib import Path

import pytest

from server.database import Database, open_database
from server.simulation.outside.clock import Clock
from server.simulation.outside.disk import Disk, Injected
from server.simulation.outside.effects import Effects, PowerCut, When
from server.simulation.outside.seams import Outside


class Machine:
    """A machine with one database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.effects = folder, Effects()
        self.outside = Outside(Clock())
        self.disk = Disk(folder, self.effects, self.outside.clock.pass_s)
        self.outside.disks.append(self.disk)

    def open(self) -> Database:
        """Switch it on."""
        self.effects.begin()
        database = open_database(self.folder)
        database.connection.execute("create table if not exists kept (word text)")
        return database

    def words(self) -> list[str]:
        """What is there after a start."""
        with self.outside.in_place():
            database = self.open()
            found = [word for (word,) in database.connection.execute("select word from kept")]
            database.close()
        return found


def write(database: Database, word: str, *, lazy: bool = False) -> None:
    """Commit one word."""
    with database.jot() if lazy else database.write() as db:
        db.execute("insert into kept values (?)", (word,))


def fewest(least: int, _: int) -> int:
    """The worst cut: nothing that was not synced is there."""
    return least


@pytest.mark.parametrize(
    ("when", "there"),
    [(When.BEFORE, ["one"]), (When.WITHIN, ["one"]), (When.AFTER, ["one", "two"])],
)
def test_a_commit_is_there_once_it_is_synced(tmp_path: Path, when: When, there: list[str]) -> None:
    machine = Machine(tmp_path)
    with machine.outside.in_place():
        database = machine.open()
        write(database, "one")
        machine.effects.left, machine.effects.when = 1, when
        with pytest.raises(PowerCut):
            write(database, "two")
        machine.disk.fall(fewest, power=True)
    assert machine.words() == there


def test_what_was_only_jotted_is_lost_in_a_cut_and_stays_in_a_kill(tmp_path: Path) -> None:
    for power, there in ((True, ["one"]), (False, ["one", "two"])):
        folder = tmp_path / str(power)
        folder.mkdir()
        machine = Machine(folder)
        with machine.outside.in_place():
            database = machine.open()
            write(database, "one")
            write(database, "two", lazy=True)
            machine.disk.fall(fewest, power=power)
        assert machine.words() == there


def test_what_was_jotted_before_a_synced_commit_stays_with_it(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with machine.outside.in_place():
        database = machine.open()
        write(database, "one", lazy=True)
        write(database, "two")
        machine.disk.fall(fewest, power=True)
    assert machine.words() == ["one", "two"]


def test_a_machine_that_has_ended_does_nothing_more(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with machine.outside.in_place():
        database = machine.open()
        machine.effects.end()
        with pytest.raises(PowerCut):
            write(database, "late")
        with pytest.raises(PowerCut):
            (tmp_path / "kentongan.db").rename(tmp_path / "elsewhere")
        machine.disk.fall(fewest, power=True)
    assert machine.words() == []


def test_a_full_disk_fails_the_commit_and_takes_it_back(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with machine.outside.in_place():
        database = machine.open()
        machine.disk.full = True
        with pytest.raises(Injected) as failure:
            write(database, "one")
        assert failure.value.sqlite_errorcode == sqlite3.SQLITE_FULL
        machine.disk.full = False
        write(database, "two")
        database.close()
    assert machine.words() == ["two"]


def test_a_failed_sync_is_never_tried_again_but_all_is_opened_anew(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with machine.outside.in_place():
        database = machine.open()
        write(database, "one")
        machine.disk.fsync_errors = 1
        with pytest.raises(Injected):
            write(database, "two")
        assert database.distrusted
        write(database, "three")
        assert (database.distrusted, database.failures) == (False, 1)
        machine.disk.fall(fewest, power=True)
    assert machine.words() == ["one", "three"]


def test_who_writes_on_after_a_failed_sync_loses_what_comes_later(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with machine.outside.in_place():
        database = machine.open()
        write(database, "one")
        machine.disk.fsync_errors = 1
        kept, path = database.connection, tmp_path / "kentongan.db"
        # It looks whether the file can be read, and writes on where it wrote before.
        careless = Database(kept, lambda mode: sqlite3.connect(path) if mode == "ro" else kept)
        with pytest.raises(Injected):
            write(careless, "two")
        write(careless, "three")
        machine.disk.fall(fewest, power=True)
    assert machine.words() == ["one"]
