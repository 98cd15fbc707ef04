"""The model of a disk is true where the answer is known: SQLite's own modes, good and bad."""

import contextlib
import random
import sqlite3
from pathlib import Path

import disk_calls
import pytest
from disk_calls import Made, Removed, Renamed, Resized, Said, StrangeCallError, Synced, Written
from power_cut import Card, Disk

SMALL = Path(__file__).with_name("small_disk.py")
FOLDER = "/somewhere"


class Seen:
    """What the images of a small database hold."""

    def __init__(self) -> None:
        self.images = self.lost = self.broken = 0

    def look(self, folder: Path, told: int) -> bool:
        """Judge one image; True when looking has written."""
        self.images += 1
        writes = (folder / "one.db-journal").exists()
        mode = "rw" if writes else "ro"
        try:
            address = f"{(folder / 'one.db').as_uri()}?mode={mode}"
            with contextlib.closing(sqlite3.connect(address, uri=True)) as db:
                sound = db.execute("pragma integrity_check").fetchone() == ("ok",)
                rows = [
                    [number for (number,) in db.execute(f"select number from {table} order by 1")]
                    for table in ("numbers", "companions")
                ]
        except sqlite3.Error:
            self.broken += 1
            return True
        whole = sound and rows[0] == rows[1] == list(range(len(rows[0])))
        self.broken += not whole
        self.lost += whole and len(rows[0]) < told + 1
        return writes


def small(home: Path, journal: str, synchronous: str, *, honest: bool = True) -> Seen:
    """Cut a small program's power at every call."""
    folder = home / "small"
    folder.mkdir()
    calls = disk_calls.recorded(SMALL, folder, journal, synchronous)
    disk, card, seen, told = Disk(honest=honest), Card(home / "card"), Seen(), None
    chance = random.Random(1)
    for call in calls:
        if isinstance(call, Said):
            if told is None:
                disk.settle()
            told = -1 if told is None else int(call.line)
            continue
        for image in disk.images(chance, 5) if told is not None and disk.choices() else ():
            card.lay(image)
            if seen.look(card.folder, told):
                card.spoiled()
        disk.take(call)
    left = {one.name: one.read_bytes() for one in folder.iterdir()}
    del left["told"]
    assert {name: one.octets() for name, one in disk.as_it_runs().items()} == left
    return seen


def test_with_wal_and_full_no_cut_loses_or_breaks_anything(folder: Path) -> None:
    seen = small(folder, "wal", "full")
    assert seen.images > 300
    assert (seen.lost, seen.broken) == (0, 0)


def test_with_wal_and_normal_commits_are_lost_and_nothing_breaks(folder: Path) -> None:
    seen = small(folder, "wal", "normal")
    assert seen.lost > 100
    assert seen.broken == 0


def test_a_deleted_journal_that_comes_back_undoes_the_last_commit(folder: Path) -> None:
    seen = small(folder, "delete", "full")
    assert seen.lost > 10
    assert seen.broken == 0


def test_with_a_synced_folder_it_does_not_come_back(folder: Path) -> None:
    seen = small(folder, "delete", "extra")
    assert seen.images > 500
    assert (seen.lost, seen.broken) == (0, 0)


@pytest.mark.parametrize(("synchronous", "honest"), [("off", True), ("full", False)])
def test_without_syncs_and_with_lying_ones_databases_break(
    folder: Path, synchronous: str, *, honest: bool
) -> None:
    seen = small(folder, "wal", synchronous, honest=honest)
    assert seen.broken > 100


def contents(disk: Disk, name: str, count: int = 300) -> set[bytes]:
    """What a file may hold after a cut; b"-" where there is none."""
    chance = random.Random(7)
    images = disk.images(chance, count)
    return {image[name].octets() if name in image else b"-" for image in images}


def test_an_unsynced_write_may_be_there_or_not_and_a_synced_one_is() -> None:
    disk = Disk()
    for call in (Made("d/a"), Synced("d"), Written("d/a", 0, b"one"), Synced("d/a")):
        disk.take(call)
    assert contents(disk, "d/a") == {b"one"}
    disk.take(Written("d/a", 0, b"two"))
    assert contents(disk, "d/a") == {b"one", b"two"}


def test_a_page_is_torn_at_sectors_and_sectors_come_in_any_order() -> None:
    disk = Disk()
    for call in (Made("d/a"), Synced("d"), Written("d/a", 0, bytes(2048)), Synced("d/a")):
        disk.take(call)
    disk.take(Written("d/a", 0, b"x" * 2048))
    marks = {
        "".join("x" if one[at] else "." for at in range(0, 2048, 512))
        for one in contents(disk, "d/a")
    }
    assert {"....", "xxxx", "x...", "xx..", "xxx.", ".xxx", "...x", "x.x."} <= marks


def test_of_two_writes_to_one_block_the_second_is_never_there_without_the_first() -> None:
    disk = Disk()
    for call in (Made("d/a"), Synced("d"), Written("d/a", 0, b"....")):
        disk.take(call)
    disk.take(Synced("d/a"))
    disk.take(Written("d/a", 0, b"1"))
    disk.take(Written("d/a", 1, b"2"))
    chance = random.Random(3)
    mixed = {image["d/a"].octets() for image in disk.images(chance, 40)}
    assert {b"....", b"1...", b"12.."} <= mixed


def test_a_renamed_file_is_the_old_or_the_new_one_and_may_be_empty_when_unsynced() -> None:
    disk = Disk()
    for call in (Made("d/a"), Written("d/a", 0, b"old"), Synced("d/a"), Synced("d")):
        disk.take(call)
    for call in (Made("d/b"), Written("d/b", 0, b"new"), Renamed("d/b", "d/a")):
        disk.take(call)
    assert contents(disk, "d/a") == {b"old", b"new", b"", bytes(3)}
    disk.take(Synced("d/a"))
    assert contents(disk, "d/a") == {b"old", b"new"}
    disk.take(Synced("d"))
    assert contents(disk, "d/a") == {b"new"}


def test_a_file_that_was_cut_short_grows_again_with_zeros() -> None:
    disk = Disk()
    for call in (Made("d/a"), Synced("d"), Written("d/a", 0, b"x" * 1024), Synced("d/a")):
        disk.take(call)
    disk.take(Resized("d/a", 0))
    disk.take(Written("d/a", 512, b"y" * 512))
    found = contents(disk, "d/a")
    assert {b"x" * 1024, b"", bytes(512) + b"y" * 512} <= found
    assert not any(one[:512] == b"x" * 512 and len(one) == 512 for one in found)


def test_a_removed_file_may_be_there_again_until_its_folder_is_synced() -> None:
    disk = Disk()
    for call in (Made("d/a"), Written("d/a", 0, b"one"), Synced("d/a"), Synced("d")):
        disk.take(call)
    disk.take(Removed("d/a"))
    assert contents(disk, "d/a") == {b"one", b"-"}
    disk.take(Synced("d"))
    assert contents(disk, "d/a") == {b"-"}


def hexed(text: str) -> str:
    """As strace prints it."""
    return "".join(f"\\x{octet:02x}" for octet in text.encode())


def read(*lines: str) -> list[disk_calls.Call]:
    """The calls in these lines."""
    return list(disk_calls.read(iter(lines), FOLDER))


def test_calls_of_several_threads_are_read_in_the_order_in_which_they_end() -> None:
    name = hexed(f"{FOLDER}/d/a")
    assert read(
        f'7 openat(AT_FDCWD<{hexed("/")}>, "{name}", O_RDWR|O_CREAT, 0600) = 3<{name}>',
        f'7 pwrite64(3<{name}>, "{hexed("one")}", 3, 4 <unfinished ...>',
        f'8 write(3<{name}>, "{hexed("three")}", 5) = 2',
        "7 <... pwrite64 resumed>) = 3",
        f'8 write(3<{name}>, "{hexed("x")}", 1) = -1 ENOSPC (No space left on device)',
        f"8 fdatasync(3<{name}>) = 0",
        f'8 unlink("{name}") = 0',
    ) == [
        Made("d/a"), Written("d/a", 0, b"th"), Written("d/a", 4, b"one"), Synced("d/a"),
        Removed("d/a"),
    ]  # fmt: skip


def test_a_call_that_is_not_understood_ends_the_reading_instead_of_being_passed_over() -> None:
    name = hexed(f"{FOLDER}/d/a")
    with pytest.raises(StrangeCallError):
        read(f"7 fallocate(3<{name}>, 0, 0, 4096) = 0")
    elsewhere = hexed("/elsewhere/a")
    assert read(f"7 fallocate(3<{elsewhere}>, 0, 0, 4096) = 0") == []
