"""A burnt box is replaced from its backup by another one, which nobody takes for the old one."""

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from backed_up import Village

from server import settings as settings_file
from server.desa import commands
from server.desa.backup import restoring
from server.desa.backup.errors import (
    BackupError,
    CardTooOld,
    DirectoryThere,
    DrillFailed,
    FileBroken,
    KeyMissing,
    NothingThere,
    NotPlaced,
)
from server.desa.desk import Login
from server.domain import codec
from server.domain import events as e
from server.domain.report import Status
from server.domain.requests import Close, Take
from server.polres.down.orders import grant_keys, order_answer
from sync.entry import Log
from sync.errors import CardRefused
from sync.store import SqliteStore
from tests.world import CODE


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(tmp_path)


def lived_in(village: Village) -> dict[str, str]:
    """An officer, two reports, one of them taken, all of it at the Polres and on the stick."""
    world = village.world
    made = world.officer("Bripka Made")
    world.text("+6281234567001", "ada maling di RT 3")
    world.text("+6281234567002", "pohon tumbang di jalan dekat pasar")
    world.listen()
    world.speak()
    world.desk().act(Take(world.report().ticket, "Bripka Made"))
    world.exchange()
    village.back_up()
    return made


def unlock(village: Village, made: dict[str, str]) -> None:
    phone_key = bytes.fromhex(made["phone_path"][-64:])
    opened = village.world.desk().login("Bripka Made", made["passphrase"], phone_key)
    assert isinstance(opened, Login)
    assert opened.opened


def test_a_restored_box_shows_the_old_reports_once_an_officer_unlocks(village: Village) -> None:
    made = lived_in(village)
    before = village.world.desk().reports()
    done = village.restore()
    assert (done.proven.reports, done.instance) == (2, 2)
    village.move_in()
    world = village.world
    assert {one.locked for one in world.desk().reports()} == {True}
    unlock(village, made)
    after = world.desk().reports()
    assert [(r.ticket, r.text, r.sender, r.status, r.officer) for r in after] == [
        (r.ticket, r.text, r.sender, r.status, r.officer) for r in before
    ]
    history = world.desk().history(before[0].ticket)
    assert [line.kind for line in history][:1] == ["received"]
    assert [line.seq for line in history] == sorted(line.seq for line in history)


def test_a_restored_box_goes_on_at_the_polres_under_a_new_number(village: Village) -> None:
    made = lived_in(village)
    old = village.world.node
    taken = village.world.report().ticket
    village.restore()
    village.world.restart()
    old = village.world.node
    village.move_in()
    world = village.world
    unlock(village, made)
    world.text("+6281234567003", "kebakaran lahan dekat kali")
    world.listen()
    world.desk().act(Close(taken, "Bripka Made", "Selesai di tempat"))
    assert world.exchange().trouble == ""
    assert {line.report.ticket for line in world.at_polres()} == {
        one.ticket for one in world.desk().reports()
    }
    closed = next(line for line in world.at_polres() if line.report.ticket == taken)
    assert closed.report.status is Status.CLOSED
    assert old.keys.identity.signing.public != world.node.keys.identity.signing.public
    assert old.keys.identity.duty == world.node.keys.identity.duty


def test_the_polres_opens_the_old_reports_of_a_restored_box_after_a_person_agreed(
    village: Village,
) -> None:
    lived_in(village)
    village.restore()
    village.move_in()
    world = village.world
    world.exchange()
    assert {one.locked for one in world.desk().reports()} == {True}
    grant_keys(world.district, CODE, "operator", world.wall_s())
    world.exchange()
    assert {one.locked for one in world.desk().reports()} == {False}
    figures = commands.status(world.node)
    assert (figures["reports"], figures["open_reports"]) == (2, 2)


def test_the_box_that_was_replaced_is_refused_and_takes_no_number_of_the_new_one(
    village: Village,
) -> None:
    lived_in(village)
    village.restore()
    world = village.world
    home = world.directory
    village.move_in()
    assert world.exchange().trouble == ""
    world.node.database.connection.close()
    world.directory = home
    world.start()
    world.text("+6281234567009", "ada orang asing di kebun")
    world.listen()
    assert "Kotak menunggu izin Polres" in world.exchange().trouble
    # What it still writes is kept apart.
    assert sorted(line.flagged for line in world.at_polres()) == [False, False, True]


def test_a_second_box_from_the_same_backup_and_card_is_refused(village: Village) -> None:
    lived_in(village)
    card = village.card()
    village.restore(card=card)
    restoring.restore(village.stick, village.folder / "twin", card, (), secrets.token_bytes)
    village.move_in()
    world = village.world
    assert world.exchange().trouble == ""
    world.node.database.connection.close()
    world.directory = village.folder / "twin"
    world.start()
    assert world.exchange().trouble == CardRefused().sentence


def test_the_first_entries_of_a_restored_box_name_the_end_of_the_old_log(village: Village) -> None:
    lived_in(village)
    with village.world.node.database.read() as db:
        rows = db.execute("select instance, seq, hash from entries where log = 0 order by seq desc")
        instance, seq, digest = rows.fetchone()
    village.restore()
    village.move_in()
    node = village.world.node
    with node.database.read() as db:
        entries = SqliteStore(db).entries(node.ledger.log_id, 1, 10)
    events = [codec.decode(node.vault.open_entry(entry))[1] for entry in entries]
    told = [one for one in events if isinstance(one, e.BoxRestored)]
    assert [(one.old_instance, one.old_seq, one.old_hash) for one in told] == [
        (instance, seq, digest)
    ]
    village.world.restart()
    with village.world.node.database.read() as db:
        assert SqliteStore(db).newest(node.ledger.log_id.node, Log.UP) == node.ledger.log_id


def test_orders_that_the_old_box_carried_out_are_not_carried_out_again(village: Village) -> None:
    world = village.world
    made = lived_in(village)
    ticket = world.report().ticket
    order_answer(
        world.district, CODE, ticket, "Petugas menuju lokasi.", by="SPKT", now_s=world.wall_s()
    )
    world.exchange()
    world.speak()
    world.exchange()
    village.back_up()
    told = [words for _, words in world.sent if "menuju lokasi" in words]
    assert len(told) == 1
    village.restore()
    village.move_in()
    unlock(village, made)
    world.exchange()
    world.speak()
    world.exchange()
    assert len([words for _, words in world.sent if "menuju lokasi" in words]) == 1


def test_settings_and_accounts_come_back_and_the_card_s_keys_do_not_stay(village: Village) -> None:
    lived_in(village)
    before = settings_file.load(village.world.directory / settings_file.FILE_NAME)
    village.restore()
    village.move_in()
    node = village.world.node
    assert node.settings.desa == before.desa
    assert node.settings.login == before.login
    assert village.world.desk().officers() == ("Bripka Made",)
    assert node.keys.card.duties == ()
    assert "duties" not in (village.world.directory / "card.json").read_text(encoding="utf-8")
    modes = {path.name: path.stat().st_mode & 0o777 for path in village.world.directory.iterdir()}
    assert {modes[name] for name in ("node.key", "card.json", "kentongan.db")} == {0o600}


@pytest.mark.parametrize("there", ["file", "empty folder", "broken link"])
def test_nothing_that_is_there_is_overwritten(village: Village, there: str) -> None:
    lived_in(village)
    new = village.folder / "new"
    match there:
        case "file":
            new.write_text("milik orang lain", encoding="utf-8")
        case "empty folder":
            new.mkdir()
        case _:
            new.symlink_to(village.folder / "nowhere")
    with pytest.raises(DirectoryThere):
        village.restore()
    assert not [path for path in village.folder.iterdir() if "memulihkan" in path.name]


def test_a_broken_newest_backup_is_named_and_the_one_before_it_is_used(village: Village) -> None:
    lived_in(village)
    newest = village.back_up().path
    octets = bytearray(newest.read_bytes())
    octets[len(octets) // 2] ^= 1
    newest.write_bytes(octets)
    done = village.restore()
    assert done.refused == (newest.name,)
    assert done.head.number == 1


def _cut(village: Village) -> None:
    for path in village.stick.glob("*.cadangan"):
        path.write_bytes(path.read_bytes()[:-40])


def _gone(village: Village) -> None:
    for path in village.stick.glob("*.cadangan"):
        path.unlink()


@pytest.mark.parametrize(("spoil", "fault"), [(_cut, FileBroken), (_gone, NothingThere)])
def test_without_a_sound_backup_no_box_is_made(
    village: Village,
    spoil: object,
    fault: type[BackupError],
) -> None:
    lived_in(village)
    spoil(village)  # type: ignore[operator]
    with pytest.raises(fault):
        village.restore()
    assert not (village.folder / "new").exists()


def test_a_card_without_the_old_key_or_of_the_old_box_makes_no_box(village: Village) -> None:
    lived_in(village)
    with pytest.raises(KeyMissing):
        village.restore(card=village.card(restore=False))
    sealed = village.card()
    with pytest.raises(CardTooOld):
        village.restore(card=replace(sealed, instance=1))
    wrong = replace(sealed, duties=((1, bytes(32)),))
    with pytest.raises(KeyMissing):
        village.restore(card=wrong)
    assert not (village.folder / "new").exists()


def test_a_journal_that_was_rewritten_with_the_key_is_no_sound_backup(village: Village) -> None:
    lived_in(village)
    with village.world.node.database.write() as db:
        db.execute("update entries set body = zeroblob(length(body)) where log = 0 and seq = 3")
    with pytest.raises(DrillFailed):
        village.back_up()
    _gone(village)
    spoilt = next(village.stick.glob("*.rusak"))
    spoilt.rename(spoilt.with_suffix(""))
    with pytest.raises(DrillFailed):
        village.restore()
    assert not (village.folder / "new").exists()


def test_a_place_that_cannot_be_written_is_told(village: Village) -> None:
    lived_in(village)
    (village.folder / "block").write_text("", encoding="utf-8")
    with pytest.raises(NotPlaced):
        restoring.restore(
            village.stick, village.folder / "block" / "new", village.card(), (), secrets.token_bytes
        )


def test_what_a_stop_left_behind_hinders_no_later_restore_and_starts_nowhere(
    village: Village,
) -> None:
    lived_in(village)
    left = village.folder / ".new.memulihkan"
    left.mkdir()
    (left / "kentongan.db").write_bytes(b"half of a database")
    with pytest.raises(settings_file.SettingsError):
        settings_file.load(left / settings_file.FILE_NAME)
    village.restore()
    assert not left.exists()
    village.move_in()
    assert len(village.world.desk().reports()) == 2


def test_a_box_that_was_restored_is_backed_up_and_restored_once_more(village: Village) -> None:
    lived_in(village)
    village.restore()
    village.move_in()
    village.world.exchange()
    village.world.text("+6281234567004", "ada balap liar di jalan raya")
    village.world.listen()
    made = village.back_up()
    assert (made.row.reports, made.row.instance) == (3, 2)
    village.folder.joinpath("new").rename(village.folder / "second")
    done = village.restore()
    assert (done.head.instance, done.instance, done.proven.reports) == (2, 3, 3)
    village.move_in()
    assert len(village.world.desk().reports()) == 3
    assert village.world.exchange().trouble == ""


def test_what_the_polres_lacked_of_the_burnt_box_reaches_it_from_the_backup(
    village: Village,
) -> None:
    lived_in(village)
    world = village.world
    world.road.cut = True
    world.text("+6281234567004", "sapi hilang di kebun")
    world.listen()
    world.text("+6281234567005", "oknum polisi minta uang kepada saya")
    world.listen()
    village.back_up()
    village.restore()
    village.move_in()
    world.road.cut = False
    for _ in range(3):
        assert world.exchange().trouble == ""
    grant_keys(world.district, CODE, "operator", world.wall_s())
    for _ in range(2):
        world.exchange()
    texts = [line.report.text for line in world.at_polres() if not line.report.sealed]
    assert sorted(texts) == [
        "ada maling di RT 3", "pohon tumbang di jalan dekat pasar", "sapi hilang di kebun",
    ]  # fmt: skip
    assert sum(line.report.sealed for line in world.at_polres()) == 1
    assert len(world.desk().reports()) == 4
