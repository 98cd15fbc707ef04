"""Night after night: when a backup is due, sticks that come and go, and who is told."""

import errno
import os
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from backed_up import Village

from server import words
from server.desa.backup import asking, drill, making, nightly, records, room, sealed_file, stick
from server.desa.backup.errors import (
    BackupError,
    CardFull,
    StickAbsent,
    StickFull,
    StickGone,
    StickReadOnly,
    Stopped,
    TooLongForStick,
)
from server.desa.backup.making import Watcher
from server.desa.backup.shown import backups
from server.polres.store import backups as polres_backups
from server.polres.store.backups import BackupRow

DAY_S = 86_400


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(tmp_path)


def marked(village: Village) -> Path:
    """The stick was used before."""
    village.back_up()
    return village.stick


def made(village: Village) -> int:
    return len(list(village.stick.glob("*.cadangan")))


def at_polres(village: Village) -> BackupRow | None:
    village.world.exchange()
    with village.world.district.read() as connection:
        return polres_backups.get(connection, village.world.node.ledger.log_id.node)


@pytest.mark.parametrize(
    ("now", "night"),
    [
        # 2 o'clock WITA is 18.00 UTC of the day before.
        ("2026-11-22T17:59:59+00:00", "2026-11-21T18:00:00+00:00"),
        ("2026-11-22T18:00:00+00:00", "2026-11-22T18:00:00+00:00"),
        ("2026-11-23T10:00:00+00:00", "2026-11-22T18:00:00+00:00"),
    ],
)
def test_a_night_begins_at_its_hour_in_the_desa_s_zone(now: str, night: str) -> None:
    now_s, night_s = (int(datetime.fromisoformat(at).timestamp()) for at in (now, night))
    assert nightly.last_night_s(now_s, 2, "WITA") == night_s


def test_one_backup_is_made_each_night_and_none_between(village: Village) -> None:
    marked(village)
    counts = []
    for _ in range(3 * 48):
        village.night(0.5)
        counts.append(made(village))
    assert counts[-1] == 1 + 3
    assert counts == sorted(counts)


def test_a_box_that_was_off_at_night_is_backed_up_when_it_starts(village: Village) -> None:
    marked(village)
    village.night(12)
    settings = village.world.node.settings
    before = made(village)
    village.world.node.database.connection.close()
    village.world.mono_s += 3 * DAY_S
    village.world.start()
    village.world.node.settings = settings
    assert village.night(0.02) == 1
    assert made(village) == before + 1


def test_a_clock_that_ran_ahead_hinders_no_later_backup(village: Village) -> None:
    marked(village)
    village.world.mono_s += 400 * DAY_S
    village.night(0.02)
    village.world.mono_s -= 400 * DAY_S
    village.world.node.backup.looked_s = None
    before = made(village)
    village.night(30)
    assert made(village) == before + 1


def test_an_empty_mount_point_on_the_box_s_own_card_is_no_stick(village: Village) -> None:
    assert village.night(0.1) == 1
    assert list(village.stick.iterdir()) == []
    shown = backups(village.world.node)
    assert shown.hindered == (StickAbsent().sentence,)
    assert shown.sticks == ()
    # A person who names the folder means it, and is told what it is worth.
    made_ = village.back_up()
    assert made_.same_disk
    assert "kartu kotak sendiri" in nightly.sentence(made_)


def test_two_sticks_in_turn_are_told_apart_with_their_ages(village: Village) -> None:
    first = village.back_up().row.stick
    away = village.folder / "away"
    village.stick.rename(away)
    village.stick.mkdir()
    second = village.back_up().row.stick
    assert first != second
    for _ in range(2):
        village.night()
    shown = {one.mark: one for one in backups(village.world.node).sticks}
    assert (shown[first].plugged, shown[second].plugged) == (False, True)
    assert shown[second].made_s - shown[first].made_s >= DAY_S
    village.stick.rename(village.folder / "other")
    away.rename(village.stick)
    village.night()
    shown = {one.mark: one for one in backups(village.world.node).sticks}
    assert shown[first].plugged
    assert shown[first].made_s > shown[second].made_s


def test_a_stick_that_is_away_is_tried_each_hour_and_people_are_warned_after_days(
    village: Village,
) -> None:
    stick_there = marked(village)
    assert at_polres(village) is None
    village.night()
    first = at_polres(village)
    assert first is not None
    assert first.why == ""
    assert first.made_s
    away = village.folder / "away"
    stick_there.rename(away)
    troubles = []
    for _ in range(4 * 24):
        village.night(1)
        troubles.append(village.world.desk().box().trouble)
    told = [
        days for days, trouble in enumerate(troubles) if any("tanpa cadangan" in t for t in trouble)
    ]
    assert 2 * 24 < told[0] <= 3 * 24
    assert told == list(range(told[0], len(troubles)))
    assert StickAbsent().sentence in " ".join(troubles[-1])
    late = at_polres(village)
    assert late is not None
    assert (late.why, late.made_s) == ("absent", first.made_s)
    assert words.BACKUP_WHY[late.why] == "flashdisk tidak terpasang"
    away.rename(stick_there)
    village.night(1.1)
    again = at_polres(village)
    assert again is not None
    assert again.why == ""
    assert again.made_s > late.made_s
    assert not any("cadangan" in one for one in village.world.desk().box().trouble)


def test_a_month_of_good_nights_costs_the_journal_five_entries(village: Village) -> None:
    marked(village)
    node = village.world.node
    with node.database.read() as db:
        before = db.execute("select count(*) from entries").fetchone()[0]
    for _ in range(30):
        village.night()
    with node.database.read() as db:
        assert db.execute("select count(*) from entries").fetchone()[0] - before == 5


FAULTS = [
    (errno.ENOSPC, StickFull),
    (errno.EDQUOT, StickFull),
    (errno.EROFS, StickReadOnly),
    (errno.EACCES, StickReadOnly),
    (errno.EFBIG, TooLongForStick),
    (errno.EIO, StickGone),
    (errno.ENODEV, StickGone),
    (errno.ENOENT, StickGone),
]


@pytest.mark.parametrize(("number", "told"), FAULTS)
def test_each_fault_of_a_stick_says_what_to_do(number: int, told: type[BackupError]) -> None:
    with pytest.raises(told) as caught, stick.faults_told():
        raise OSError(number, os.strerror(number))
    assert caught.value.sentence.endswith(".")
    assert ";" in caught.value.sentence
    assert making.sentence_of(caught.value.why) == caught.value.sentence
    assert words.BACKUP_WHY[caught.value.why]


def test_every_word_for_a_hindrance_has_words_for_people() -> None:
    kinds = [kind for kind in BackupError.__subclasses__() if "why" in vars(kind)]
    assert {kind.why for kind in kinds} | {"", "broken"} == set(words.BACKUP_WHY)
    assert len({kind.why for kind in kinds}) == len(kinds)


def test_a_stick_that_is_pulled_out_in_the_middle_leaves_the_older_backups(
    village: Village,
) -> None:
    old = village.back_up().path.read_bytes()
    hidden = village.folder / "pulled out"

    def pull(work: str, _done: int, _of: int) -> None:
        if work == "menulis" and village.stick.exists():
            village.stick.rename(hidden)

    with pytest.raises(StickGone):
        village.back_up(Watcher(pull, threading.Event()))
    assert [path.read_bytes() for path in hidden.glob("*.cadangan")] == [old]
    hidden.rename(village.stick)
    village.back_up()
    assert made(village) == 2
    assert not list(village.stick.glob("*.baru"))


def test_a_box_that_is_stopped_breaks_its_backup_off(village: Village) -> None:
    marked(village)
    stop = threading.Event()
    with pytest.raises(Stopped):
        village.back_up(Watcher(lambda *_: stop.set(), stop))
    assert made(village) == 1
    assert not list(village.stick.glob("*.baru"))
    assert sorted(path.name for path in village.world.directory.glob("*.salinan")) == []


def test_a_card_without_room_for_the_copy_is_told(village: Village) -> None:
    (village.world.directory / "kentongan.db.salinan").mkdir()
    with pytest.raises(CardFull):
        village.back_up()
    assert made(village) == 0


def test_a_backup_that_the_memory_cannot_hold_is_read_back_and_said_so(village: Village) -> None:
    node = village.world.node
    path = village.back_up().path
    vault = drill.closed_vault(node.keys.identity.duty)
    key = sealed_file.backup_key(node.keys.identity.duty)
    small = drill.rehearse(path, lambda _: key, vault, lambda: 50 << 20)
    assert small.whole
    proven = drill.rehearse(path, lambda _: key, vault, lambda: 20 << 20)
    assert not proven.whole
    octets = bytearray(path.read_bytes())
    octets[-100] ^= 1
    path.write_bytes(octets)
    with pytest.raises(BackupError):
        drill.rehearse(path, lambda _: key, vault, lambda: 20 << 20)
    free = room.free_memory_octets()
    assert free is None or free > 1 << 20
    row = records.Row(1, 1, "AB12", "", 0, 0, 0, 0, records.Drill.READ)
    assert "terlalu besar" in nightly.counted(row)
    assert nightly.counted(replace(row, drill=records.Drill.WHOLE, reports=1204)) == (
        "diuji, 1.204 laporan utuh"
    )


def test_a_person_who_asks_hears_how_it_went(village: Village) -> None:
    node = village.world.node
    asked = asking.back_up(node, str(village.stick))
    assert next(asked)["work"] == ""
    before = village.world.desk().version()
    nightly.tick(node, village.world.mono_s, village.stop)
    # An open page followed the copying, the writing and the drill.
    assert village.world.desk().version() >= before + 3
    (last,) = [item["ended"] for item in asked if "ended" in item]
    assert isinstance(last, dict)
    assert last["good"]
    assert "0 laporan utuh" in last["sentences"][0]
    village.set_folders()
    asked = asking.back_up(node, "")
    next(asked)
    nightly.tick(node, village.world.mono_s, village.stop)
    (last,) = [item["ended"] for item in asked if "ended" in item]
    assert isinstance(last, dict)
    assert not last["good"]
    assert "folders" in last["sentences"][0]
