"""Each thing that the judges of a cut look for is found when it is there."""

import contextlib
import copy
import sqlite3
from collections.abc import Callable
from pathlib import Path

import older_tables
import pytest
from going_on import laid_out, wrong_after
from judged import DesaJudge, Judge, OlderJudge, PolresJudge, judges_of
from statement_cuts import Camera
from told import Told

from server.domain import events as e

DESA, POLRES = "desa/kentongan.db", "polres/polres.db"
BACKUP = "polres/cadangan/polres.cadangan"


def faults(camera: Camera, folder: Path, machine: str, judge: Judge | None = None) -> list[str]:
    """What is said of a machine, as it lies in a folder when the day is over."""
    return (judge or judges_of(camera.folder)[machine]).wrong(folder / machine, camera.told)[0]


@pytest.fixture
def end(camera: Camera, folder: Path) -> Path:
    """Give what the day left."""
    laid_out(folder, camera.states[-1].files)
    return folder


def change(path: Path, *statements: str) -> None:
    """Change tables with other hands."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        for one in statements:
            assert db.execute(one).rowcount, one


def test_nothing_is_found_where_nothing_is(camera: Camera, end: Path) -> None:
    for machine in judges_of(camera.folder):
        assert faults(camera, end, machine) == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("delete from inbox where id = 1", "I1: a text that the modem forgot is not here"),
        ("update outbox set attempts = 0", "an answer that the modem took was never written down"),
        ("delete from entries where log = 0 and seq = 7", "I8: entry 7 does not follow"),
        ("update entries set body = x'00' where log = 0 and seq = 9", "I8: entry 9 does not"),
        ("delete from entries where log = 1 and seq = 1", "I8 down: entry 1 does not follow"),
        ("delete from entries where log = 0 and seq > 9", "I5: less is here than the Polres"),
        ("delete from entries where log = 1", "I5: less is here than the Polres was shown"),
        ("delete from entries where log = 0 and seq > 9", "I10: what an officer was told"),
        ("update inbox set state = 'unread' where id = 1", "I3: a report whose text still waits"),
        ("update inbox set state = 'unread' where id = 1", "I3: an answer to a text that still"),
        ("delete from outbox where key = 'inbox:1:0'", "I3: a report without its answer"),
        ("update inbox set ticket = '1' where id = 1", "I3: a text was read and its report is"),
        ("delete from sessions", "something is sealed under a session that nobody got keys of"),
        ("delete from wraps", "something is sealed under a session that nobody got keys of"),
        ("delete from wraps", "what stays of an erased session has no keys"),
        ("delete from erased", "an erasure that was told is not here"),
        (
            "insert into wraps select session, 'polres', x'00', x'00' from erased",
            "an erased session still has wraps",
        ),
        ("update accounts set renewed = 1; drop table entries", "cannot be read"),
    ],
)
def test_every_fault_of_a_villages_card_is_found(
    camera: Camera, end: Path, statement: str, fault: str
) -> None:
    for one in statement.split("; "):
        change(end / DESA, one)
    assert any(said.startswith(fault) for said in faults(camera, end, "desa"))


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("delete from entries where log = 0 and seq = 9", "I4: entry 9 does not follow"),
        ("delete from entries where log = 0 and seq > 9", "I4: an entry that has its receipt"),
        ("delete from entries where log = 1 and seq > 1", "I10: an order that was told to stand"),
        ("delete from entries where log = 1 and seq = 1", "I4 down: entry 1 does not follow"),
        ("update nodes set public = null", "a box that was enrolled is not known"),
        ("update reports set status = 2", "I3: entries and the reports that people see do not"),
        ("delete from reports where text like 'kemalingan%'", "I3: entries and the reports that"),
        ("drop table nodes", "cannot be read"),
    ],
)
def test_every_fault_of_the_polres_tables_is_found(
    camera: Camera, end: Path, statement: str, fault: str
) -> None:
    change(end / POLRES, statement)
    assert any(said.startswith(fault) for said in faults(camera, end, "polres"))


def test_another_history_is_found_at_the_polres(camera: Camera, end: Path) -> None:
    other = PolresJudge([bytes(32)] * 99)
    assert "I4: another entry than the desa wrote" in faults(camera, end, "polres", other)


def test_a_backup_that_holds_less_than_was_told_is_found(camera: Camera, end: Path) -> None:
    change(end / BACKUP, "delete from entries where log = 0 and seq > 20")
    assert "the backup holds less than the desas were told" in faults(camera, end, "polres")


def test_two_reports_of_one_text_and_keys_that_changed_in_secret_are_found(
    camera: Camera, end: Path
) -> None:
    judge = judges_of(camera.folder)["desa"]
    assert isinstance(judge, DesaJudge)
    assert faults(camera, end, "desa", judge) == []
    said = judge.opener._events
    reports = [body for body, event in said.items() if isinstance(event, e.ReportReceived)]
    said[reports[1]] = said[reports[0]]
    assert "I2: two reports of one text" in faults(camera, end, "desa", judge)
    for body, event in said.items():
        said[body] = None if isinstance(event, e.OfficerKeysChanged) else event
    secret = "I3: an officer's keys changed and the journal does not say so"
    assert secret in faults(camera, end, "desa", judge)


def test_broken_pages_keys_and_backups_are_found(camera: Camera, end: Path) -> None:
    path = end / DESA
    octets = bytearray(path.read_bytes())
    octets[40_960:49_152] = bytes(8_192)
    path.write_bytes(octets)
    (end / "desa" / "card.json").write_text("")
    for backup in (end / "desa" / "stick").glob("*.cadangan"):
        backup.write_bytes(backup.read_bytes()[:-1])
    said = " ".join(faults(camera, end, "desa"))
    assert "keys: CardBroken" in said
    assert "broken database" in said or "cannot be read" in said
    assert "no backup is there that was said to be proven" in said or "cannot be read" in said


@pytest.mark.parametrize(
    ("machine", "statement", "fault"),
    [
        (older_tables.DESA, "delete from inbox where id = 1", "11 of 12 texts outlived"),
        (older_tables.DESA, "delete from sent_parts", "references of sent texts were not"),
        (older_tables.POLRES, "update nodes set fresh_s = 1", "desas of the Polres were not"),
        (older_tables.POLRES, "update alembic_version set version_num = '9'", "cannot be opened"),
    ],
)
def test_what_a_migration_lost_is_found(
    camera: Camera, end: Path, machine: str, statement: str, fault: str
) -> None:
    name = {older_tables.DESA: "kentongan.db", older_tables.POLRES: "polres.db"}[machine]
    change(end / machine / name, statement)
    assert faults(camera, end, machine, OlderJudge())[0].startswith(fault)


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (
            lambda folder, _: change(folder / POLRES, "update reports set text = 'x'"),
            "a report of what nobody wrote",
        ),
        (
            lambda folder, _: change(folder / POLRES, "update reports set copies = 9"),
            "I2: a report says wrongly how often its text was sent",
        ),
        (
            lambda folder, _: change(
                folder / POLRES, "delete from reports where text like 'kemalingan%'"
            ),
            "arrived 0 times",
        ),
        (
            lambda folder, _: change(folder / POLRES, "delete from reports where sealed"),
            "the complaint did not arrive",
        ),
        (
            lambda folder, _: change(folder / DESA, "update inbox set state = 'unread'"),
            " texts are never read",
        ),
        (
            lambda folder, _: change(
                folder / DESA, "update outbox set state = 'queued', body = x'00' where id = 1"
            ),
            "1 answers never go out",
        ),
        (
            lambda folder, _: (folder / "desa" / "card.json").write_text(""),
            "does not open: CardBroken",
        ),
        (
            lambda folder, _: change(
                folder / POLRES,
                "insert into entries select node, log, 7, seq, header, body, hash from entries",
            ),
            " entries",
        ),
        (
            lambda folder, _: change(folder / POLRES, "update nodes set revoked_s = 1"),
            "Polres menutup kotak ini karena dilaporkan hilang. Hubungi Polres.",
        ),
        (
            lambda folder, _: change(
                folder / POLRES,
                "insert into forks (node, instance, seq, ours, theirs, proof, found_s)"
                " values (1, 1, 1, x'00', x'01', x'02', 1)",
            ),
            "I5: a fork where there is no second box",
        ),
        (
            lambda _, told: told.promised.append("janji"),
            "an answer that the Polres promised was never sent",
        ),
        (
            lambda _, told: told.texts.append(("+628", *told.texts[0][1:])),
            "a villager was never answered",
        ),
        (
            lambda _, told: told.spoken.extend(told.spoken[:1] * 2),
            "I7: one answer was sent again and again",
        ),
        (
            lambda _, told: setattr(told, "phone", (told.phone[0], "00" * 32)),
            "the officer's phone opens nothing any more",
        ),
    ],
)
def test_what_does_not_arrive_or_arrives_twice_is_found(
    camera: Camera, end: Path, harm: Callable[[Path, Told], object], fault: str
) -> None:
    told = copy.deepcopy(camera.told)
    assert wrong_after(end, told) == []
    laid_out(end, camera.states[-1].files)
    harm(end, told)
    assert any(said.endswith(fault) for said in wrong_after(end, told))
