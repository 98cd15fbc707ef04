"""Backups: sealed, tested, kept in generations, and told when they fail."""

import random
import tempfile
import threading
from pathlib import Path

import pytest
from backed_up import Village
from hypothesis import given
from hypothesis import strategies as st

from server.desa.backup import copying, drill, nightly, records, room, sealed_file
from server.desa.backup.errors import DrillFailed, FileBroken, FileNewer, KeyMissing
from server.desa.backup.making import Watcher
from server.desa.backup.sealed_file import Head, Meta
from sync.store import SqliteStore

KEY = bytes(range(32))


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(tmp_path)


def report(village: Village, number: int) -> None:
    village.world.text(f"+62812345670{number:02}", f"ada maling di RT {number}")
    village.world.listen()


def opened(village: Village, path: Path) -> drill.Proven:
    vault = drill.closed_vault(village.world.node.keys.identity.duty)
    return drill.rehearse(path, lambda _: village.key(), vault, room.free_memory_octets)


def test_a_backup_holds_what_was_there_and_passes_its_drill(village: Village) -> None:
    for number in range(5):
        report(village, number)
    made = village.back_up()
    proven = opened(village, made.path)
    with village.world.node.database.read() as db:
        head = SqliteStore(db).head(village.world.node.ledger.log_id)
    assert (made.row.reports, proven.reports) == (5, 5)
    assert (proven.meta.seq, proven.meta.hash) == (head.seq, head.hash)
    assert made.row.entries == head.seq
    assert made.row.drill == records.Drill.WHOLE
    assert not (village.world.directory / copying.COPY_FILE).exists()
    assert {path.suffix for path in village.stick.iterdir()} == {".cadangan", ".txt"}


def test_texts_kept_while_a_backup_runs_are_in_the_journal_and_the_backup_is_sound(
    village: Village,
) -> None:
    with village.world.node.database.write() as db:
        db.execute("create table ballast (x blob)")
        for _ in range(600):
            db.execute("insert into ballast values (randomblob(4000))")
    steps: list[int] = []

    def between(work: str, done: int, _of: int) -> None:
        if work == "menyalin" and len(steps) < 8:
            steps.append(done)
            report(village, len(steps))

    made = village.back_up(Watcher(between, threading.Event()))
    assert len(steps) == 8
    assert steps == sorted(steps)
    assert len(village.world.desk().reports()) == 8
    # What was committed between two steps is in the copy as well.
    assert made.row.reports == 8
    assert opened(village, made.path).reports == 8


def test_generations_go_only_after_the_new_one_passed(village: Village) -> None:
    village.keep = 3
    village.set_folders(village.stick)
    names = [village.back_up().path.name for _ in range(5)]
    assert sorted(path.name for path in village.stick.glob("*.cadangan")) == names[2:]
    with village.world.node.database.read() as db:
        kept = [number for (number,) in db.execute("select number from backups order by number")]
    assert kept == [3, 4, 5]
    with village.world.node.database.write() as db:
        db.execute("update entries set hash = zeroblob(32) where seq = 1 and log = 0")
    with pytest.raises(DrillFailed):
        village.back_up()
    assert sorted(path.name for path in village.stick.glob("*.cadangan")) == names[2:]
    assert [path.name[-15:] for path in village.stick.glob("*.rusak")] == [".cadangan.rusak"]
    assert "tidak lulus uji" in nightly.trouble(village.world.node, village.world.wall_s())


def test_backups_of_an_earlier_box_are_never_rotated_away(village: Village) -> None:
    village.keep = 1
    village.set_folders(village.stick)
    older = Head(village.world.node.ledger.log_id.node, 0, 9, bytes(31)).file_name
    (village.stick / older).write_bytes(b"of the box before")
    for _ in range(3):
        newest = village.back_up().path.name
    assert {path.name for path in village.stick.glob("*.cadangan")} == {older, newest}


def _payload(octets: int, seed: int) -> tuple[Meta, bytes]:
    pages = random.Random(seed).randbytes(octets)
    return Meta(1_790_000_000, 1, 7, bytes(32), "[desa]\n", octets), pages


def _written(folder: Path, octets: int, pieces: int = 4_096) -> Path:
    meta, pages = _payload(octets, octets)
    head = Head(5_204_072_004, 1, 3, bytes(31))
    path = folder / head.file_name
    with path.open("wb") as file:
        cut = [pages[at : at + pieces] for at in range(0, len(pages), pieces)]
        assert sealed_file.write(file, head, KEY, meta, cut) == file.tell()
    return path


@given(st.integers(0, 300_000), st.integers(1, 200_000))
def test_a_file_of_any_length_is_read_as_it_was_written(octets: int, pieces: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = _written(Path(folder), octets, pieces)
        meta, pages = _payload(octets, octets)
        found = sealed_file.read(path, lambda _: KEY)
        assert found.meta == meta
        assert b"".join(found.database) == pages
        assert sealed_file.check_sum(path) == found.head


def _refused(path: Path) -> bool:
    try:
        for _ in sealed_file.read(path, lambda _: KEY).database:
            pass
    except (FileBroken, FileNewer):
        return True
    return False


def test_a_file_cut_at_any_kilobyte_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, 200_000)
    whole = path.read_bytes()
    cuts = {*range(0, len(whole), 1_024), len(whole) - 1, len(whole) - 32, 50 + 2 * 65_552}
    for cut in cuts:
        path.write_bytes(whole[:cut])
        assert _refused(path), cut
        with pytest.raises((FileBroken, FileNewer)):
            sealed_file.check_sum(path)
    path.write_bytes(whole)
    assert not _refused(path)


def test_a_file_changed_in_any_kilobyte_is_refused(tmp_path: Path) -> None:
    chance = random.Random(17)
    path = _written(tmp_path, 200_000)
    whole = path.read_bytes()
    for begin in range(0, len(whole), 1_024):
        octets = bytearray(whole)
        at = min(begin + chance.randrange(1_024), len(whole) - 1)
        octets[at] ^= 1 << chance.randrange(8)
        path.write_bytes(octets)
        assert _refused(path), at
    for longer in (whole + b"\0", whole + whole):
        path.write_bytes(longer)
        assert _refused(path)


def test_chunks_of_another_file_or_place_are_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, 200_000)
    whole = path.read_bytes()
    first, second = whole[50 : 50 + 65_552], whole[50 + 65_552 : 50 + 2 * 65_552]
    path.write_bytes(whole[:50] + second + first + whole[50 + 2 * 65_552 :])
    assert _refused(path)


def test_another_key_is_told_from_a_broken_file(tmp_path: Path) -> None:
    path = _written(tmp_path, 5_000)
    with pytest.raises(KeyMissing):
        sealed_file.read(path, lambda _: bytes(32))
    octets = bytearray(path.read_bytes())
    octets[100] ^= 1
    path.write_bytes(octets)
    with pytest.raises(FileBroken):
        sealed_file.read(path, lambda _: bytes(32))
    octets[7] = 2
    path.write_bytes(octets)
    with pytest.raises(FileNewer):
        sealed_file.read(path, lambda _: KEY)
