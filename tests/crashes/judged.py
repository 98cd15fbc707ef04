"""What a disk must hold after a cut, asked of its files: each fault as one short sentence."""

import contextlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import older_tables
from told import Told
from watched_world import NUMBER

from server import radio
from server.database import FILE_NAME, SCHEMA_VERSION, open_database
from server.desa import keys as key_files
from server.desa.backup import sealed_file
from server.desa.backup.errors import BackupError
from server.domain import codec
from server.domain import events as e
from server.domain.errors import Told as Refusal
from server.polres.store.engine import FILE_NAME as POLRES_FILE
from server.polres.store.engine import open_tables
from server.vault import Vault
from sms import inbox
from sync import chain, seal
from sync.chain import LogId
from sync.entry import Entry, Header, Log, ticket_text
from sync.errors import CannotOpen, SyncError
from sync.session import SessionKeys


class Judge(Protocol):
    """Looks at the files of one machine."""

    def wrong(self, folder: Path, told: Told) -> tuple[list[str], bool]:
        """What is wrong, and whether looking has written to the files."""


UP, DOWN = LogId(NUMBER, Log.UP, 1), LogId(NUMBER, Log.DOWN, 1)


@dataclass(slots=True)
class Opener:
    """Opens what a day has sealed; bodies are written once, so each is opened once."""

    vault: Vault
    _pdus: dict[tuple[int, bytes], str | None] = field(default_factory=dict)
    _events: dict[bytes, e.Event | None] = field(default_factory=dict)

    @classmethod
    def of(cls, dumped: str) -> "Opener":
        """From the keys that a day has written last."""
        told = json.loads(dumped)
        known = [
            SessionKeys(
                bytes.fromhex(one), *(None if k is None else bytes.fromhex(k) for k in keys)
            )
            for one, keys in told["sessions"].items()
        ]
        vault = Vault(bytes.fromhex(told["duty"]), known[0], seal.box_pair(bytes(32)))
        for one in known:
            vault.learn(one)
        return cls(vault)

    def pdu(self, number: int, session: bytes, body: bytes) -> str | None:
        """The PDU of an inbox row."""
        if (number, body) not in self._pdus:
            row = inbox.Row(number, session, body, inbox.State.DONE, None)
            self._pdus[number, body] = radio.open_pdu(self.vault, row)
        return self._pdus[number, body]

    def event(self, header: bytes, body: bytes) -> e.Event | None:
        """What an entry says."""
        if body not in self._events:
            entry = Entry(header_of(header), body)
            try:
                self._events[body] = codec.decode(self.vault.open_entry(entry, unit=True))[1]
            except (CannotOpen, SyncError):
                self._events[body] = None
        return self._events[body]


header_of = lru_cache(maxsize=None)(Header.unpack)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Read a database as it lies there; its log is read, and neither is written to."""
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        yield db


def sound(db: sqlite3.Connection) -> list[str]:
    """SQLite's own check of pages and indexes."""
    found = db.execute("pragma integrity_check").fetchone()[0]
    return [] if found == "ok" else [f"broken database: {found.splitlines()[0]}"]


Rows = list[tuple[int, bytes, bytes, bytes]]


def chained(rows: Rows, log_id: LogId, name: str) -> tuple[list[str], list[bytes]]:
    """Faults of a log that must begin at 1, have no gap and hold its hashes; and these."""
    head, hashes = chain.genesis(log_id).hash, []
    for expected, (seq, header, body, digest) in enumerate(rows, start=1):
        head = Entry(header_of(header), body).hash_after(head)
        hashes.append(digest)
        if seq != expected or digest != head:
            return [f"{name}: entry {expected} does not follow"], hashes
    return [], hashes


def entries(db: sqlite3.Connection, log_id: LogId) -> Rows:
    """All of a log."""
    return db.execute(
        "select seq, header, body, hash from entries where node = ? and log = ? and instance = ?"
        " order by seq",
        (log_id.node, int(log_id.log), log_id.instance),
    ).fetchall()


@dataclass(slots=True)
class DesaJudge:
    """Of the village's card: tables, key files, and the stick that is in it."""

    opener: Opener

    def wrong(self, folder: Path, told: Told) -> tuple[list[str], bool]:
        """What is wrong, and whether looking has written to the files."""
        found: list[str] = []
        try:
            key_files.read(folder)
        except Refusal as refusal:
            found.append(f"keys: {type(refusal).__name__}")
        path, wrote = folder / FILE_NAME, False
        try:
            if not told.opened:
                wrote = True
                database = open_database(folder)
                version = database.connection.execute("pragma user_version").fetchone()[0]
                found += sound(database.connection)
                database.close()
                return found + ([] if version == SCHEMA_VERSION else ["half migrated"]), True
            with reading(path) as db:
                found += [*sound(db), *self._texts(db, told), *self._logs(db, told)]
                found += [*self._keys(db, told), *self._accounts(db)]
        except (sqlite3.Error, Refusal) as error:
            return [*found, f"cannot be read: {error!r}"], wrote
        return found + _backups(folder, told), wrote

    def _texts(self, db: sqlite3.Connection, told: Told) -> Iterator[str]:
        held = {
            self.opener.pdu(number, session, body)
            for number, session, body in db.execute("select id, session, body from inbox")
        }
        if told.freed - held:
            yield "I1: a text that the modem forgot is not here"
        tried = {n % 256 for (n,) in db.execute("select id from outbox where attempts > 0")}
        if told.answered.keys() - tried:
            yield "an answer that the modem took was never written down"

    def _logs(self, db: sqlite3.Connection, told: Told) -> Iterator[str]:
        rows, down = entries(db, UP), entries(db, DOWN)
        yield from chained(rows, UP, "I8")[0]
        yield from chained(down, DOWN, "I8 down")[0]
        if len(rows) < told.up or len(down) < told.down:
            yield "I5: less is here than the Polres was shown"
        if len(rows) < told.saved:
            yield "I10: what an officer was told is saved is not here"
        begun = [
            event
            for _, header, body, _ in rows
            if isinstance(event := self.opener.event(header, body), e.ReportReceived)
        ]
        by_text = Counter((one.sender, one.text) for one in begun)
        by_row = Counter(one.inbox_id for one in begun)
        if max([*by_text.values(), *by_row.values()], default=0) > 1:
            yield "I2: two reports of one text"
        yield from self._together(db, begun, rows)

    def _accounts(self, db: sqlite3.Connection) -> Iterator[str]:
        events = (self.opener.event(header, body) for _, header, body, _ in entries(db, UP))
        told = sum(isinstance(event, e.OfficerKeysChanged) for event in events)
        (renewed,) = db.execute("select count(*) from accounts where renewed > 0").fetchone()
        if renewed > told:
            yield "I3: an officer's keys changed and the journal does not say so"

    def _together(
        self, db: sqlite3.Connection, begun: list[e.ReportReceived], rows: Rows
    ) -> Iterator[str]:
        read = dict(
            db.execute("select id, ticket from inbox where state in ('done', 'gaps', 'receipt')")
        )
        answered = {
            int(key.split(":")[1])
            for (key,) in db.execute("select key from outbox where key like 'inbox:%'")
        }
        if any(read.get(one.inbox_id) != one.ticket for one in begun):
            yield "I3: a report whose text still waits to be read"
        if any(one.inbox_id not in answered for one in begun):
            yield "I3: a report without its answer"
        if answered - read.keys():
            yield "I3: an answer to a text that still waits to be read"
        tickets = {one.ticket for one in begun}
        tickets |= {ticket_text(header_of(header).ticket) for _, header, _, _ in rows}
        if {ticket for ticket in read.values() if ticket} - tickets:
            yield "I3: a text was read and its report is not here"

    def _keys(self, db: sqlite3.Connection, told: Told) -> Iterator[str]:
        known = {one for (one,) in db.execute("select id from sessions")}
        used = {header_of(header).session for _, header, _, _ in entries(db, UP)}
        used |= {one for (one,) in db.execute("select session from inbox union"
                                              " select session from outbox")}  # fmt: skip
        wrapped = {one for (one,) in db.execute("select session from wraps")}
        gone = {one for (one,) in db.execute("select session from erased")}
        if used - known or used - wrapped - gone:
            yield "something is sealed under a session that nobody got keys of"
        if gone & wrapped:
            yield "an erased session still has wraps"
        if {bytes.fromhex(one) for one in told.erased} - gone:
            yield "an erasure that was told is not here"
        remnants = {one for (one,) in db.execute("select id from remnants")}
        if gone and not remnants <= wrapped:
            yield "what stays of an erased session has no keys"


def _backups(folder: Path, told: Told) -> list[str]:
    """The newest proven backup is there and whole until a newer one is."""
    if not told.backups:
        return []
    oldest = told.backups[-1]
    for path in sorted((folder / "stick").glob("*.cadangan")):
        if path.name >= oldest:
            with contextlib.suppress(BackupError):
                sealed_file.check_sum(path)
                return []
    return ["no backup is there that was said to be proven"]


@dataclass(slots=True)
class PolresJudge:
    """Of the Polres' folder; `hashes` are those of the desa's log when the day ended."""

    hashes: list[bytes]

    def wrong(self, folder: Path, told: Told) -> tuple[list[str], bool]:
        """What is wrong; looking never writes."""
        found: list[str] = []
        try:
            with reading(folder / POLRES_FILE) as db:
                found += [*sound(db), *self._logs(db, told)]
            if told.covered:
                with reading(folder / "cadangan" / "polres.cadangan") as db:
                    held = len(entries(db, UP))
                    found += sound(db)
                if held < told.covered:
                    found.append("the backup holds less than the desas were told")
        except sqlite3.Error as error:
            found.append(f"cannot be read: {error!r}")
        return found, False

    def _logs(self, db: sqlite3.Connection, told: Told) -> Iterator[str]:
        rows, down = entries(db, UP), entries(db, DOWN)
        faults, hashes = chained(rows, UP, "I4")
        yield from faults
        yield from chained(down, DOWN, "I4 down")[0]
        if hashes != self.hashes[: len(hashes)]:
            yield "I4: another entry than the desa wrote"
        if len(rows) < told.received:
            yield "I4: an entry that has its receipt is not here"
        if len(down) < told.ordered:
            yield "I10: an order that was told to stand is not here"
        (public,) = db.execute("select public from nodes where node = ?", (NUMBER,)).fetchone()
        if told.enrolled and not public:
            yield "a box that was enrolled is not known"
        said = [one for _, packed, _, _ in rows if (one := header_of(packed)).sets]
        shown = dict(db.execute("select ticket, status from reports"))
        if {ticket_text(one.ticket): one.sets for one in said} != shown:
            yield "I3: entries and the reports that people see do not agree"


class OlderJudge:
    """Of tables that an earlier version left: they open, and hold what they held."""

    def wrong(self, folder: Path, _told: Told) -> tuple[list[str], bool]:
        """What is wrong; looking opens them with the version of today."""
        try:
            if folder.name == older_tables.DESA:
                open_database(folder).close()
                with reading(folder / FILE_NAME) as db:
                    return [*sound(db), *older_tables.desa_wrong(db)], True
            open_tables(folder).close()
            with reading(folder / POLRES_FILE) as db:
                return [*sound(db), *older_tables.polres_wrong(db)], True
        except (sqlite3.Error, Refusal) as error:
            return [f"cannot be opened: {error!r}"], True


def judges_of(folder: Path) -> dict[str, Judge]:
    """Who judges each machine of a day that was played to its end in a folder."""
    opener = Opener.of((folder / "keys.json").read_text(encoding="ascii"))
    with reading(folder / "desa" / FILE_NAME) as db:
        hashes = [digest for *_, digest in entries(db, UP)]
    older = OlderJudge()
    return {
        "desa": DesaJudge(opener),
        "polres": PolresJudge(hashes),
        older_tables.DESA: older,
        older_tables.POLRES: older,
    }
