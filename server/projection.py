"""The desa's projection: its journal folded into tables in RAM, thrown away at every stop."""

import dataclasses
import operator
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from server.domain import codec
from server.domain import events as e
from server.domain.evolve import (
    HistoryLine,
    LineKind,
    evolve,
    evolve_erased,
    evolve_sealed,
    line,
    ticket_of,
)
from server.domain.report import Report, Stamp, Status
from server.vault import Gone, Vault
from sync.entry import Entry, Header, Shape, ticket_text
from sync.errors import CannotOpen, MalformedFrame

_FIELDS = tuple(field.name for field in dataclasses.fields(Report))
CALL_REASON = "panggilan tak terjawab"
HIDDEN = "panggilan dari nomor tersembunyi"
_BOOLEANS = frozenset({"locked", "sealed", "confidential"})
_values = operator.attrgetter(*_FIELDS)
_INSERT = (
    f"insert or replace into reports ({', '.join(_FIELDS)})"
    f" values ({', '.join('?' * len(_FIELDS))})"
)


class Projection:
    """Reports, their history, notes and contacts; rebuilt from the journal at start and unlock.

    Attributes:
        version: rises whenever something that pages show has changed.
        locked_sessions: sessions with entries that only their missing key opens.
        open_sessions: sessions with entries that lie open in the tables.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        self.version = 0
        self.locked_sessions: set[bytes] = set()
        self.open_sessions: set[bytes] = set()
        # What was given up for good, and which remnants were known, when the first was folded.
        self._given_up: tuple[Gone, frozenset[bytes]] | None = None
        # What the entries that are being folded have changed; written when all of them are.
        self._drafts: dict[str, Report | None] = {}
        self._lines: list[tuple[object, ...]] = []
        self._create()

    def _create(self) -> None:
        columns = ", ".join(name for name in _FIELDS if name != "ticket")
        self.db.executescript(
            f"""
            pragma user_version = 0;
            drop table if exists reports; drop table if exists history;
            drop table if exists notes; drop table if exists contacts;
            drop table if exists opened; drop table if exists orders;
            create table reports (ticket text primary key, {columns}) without rowid;
            create index reports_by_sender on reports(sender, seq);
            create table history (seq integer, ticket text, kind text, by text, text text,
                at_s integer, trust integer, primary key (ticket, seq));
            create table notes (seq integer primary key, at_s integer, sender text, text text,
                reason text);
            create table contacts (name text primary key, role text, number text);
            create table opened (inbox_id integer primary key, ticket text);
            create table orders (instance integer, seq integer, outcome text,
                primary key (instance, seq));
            """
        )

    @property
    def folded_to(self) -> int:
        """How many entries, through all logs of the box, are in the tables."""
        return int(self.db.execute("pragma user_version").fetchone()[0])

    def clear(self) -> None:
        """Throw everything away, to fold the journal again."""
        self.locked_sessions.clear()
        self.open_sessions.clear()
        self._given_up = None
        self._create()

    def add(self, entries: Sequence[Entry], vault: Vault, before: int = 0) -> None:
        """Fold the entries that follow those in the tables: all of them, or none.

        Args:
            entries: of one log.
            vault: what opens them.
            before: how many entries the box wrote in the logs before that one.
        """
        if self._given_up is None:
            self._given_up = _given_up(vault)
        self.db.execute("begin")
        try:
            for entry in entries:
                self._fold(entry, vault, before + entry.header.seq)
            self._write_lines()
            self._write_drafts()
            if entries:
                self.db.execute(f"pragma user_version = {before + entries[-1].header.seq}")
            self.db.execute("commit")
        except BaseException:
            self.db.execute("rollback")
            raise
        finally:
            self._drafts.clear()
            self._lines.clear()
        self.version += 1

    def folded_with(self, vault: Vault) -> bool:
        """Whether the vault opens just what lies open in the tables, and nothing went since."""
        return (
            self._given_up in (None, _given_up(vault))
            and not any(_opens(vault, one) for one in self.locked_sessions)
            and all(_opens(vault, one) for one in self.open_sessions)
        )

    def touch(self) -> None:
        """Something else that pages show has changed."""
        self.version += 1

    def report(self, ticket: str) -> Report | None:
        """One report."""
        if ticket in self._drafts:
            return self._drafts[ticket]
        found = self.db.execute(
            f"select {', '.join(_FIELDS)} from reports where ticket = ?", (ticket,)
        ).fetchone()
        return None if found is None else report_of(found)

    def _fold(self, entry: Entry, vault: Vault, place: int) -> None:
        header = entry.header
        if vault.gone.covers(header):
            self._erase(replace(header, seq=place))
            return
        try:
            stamp, event = codec.decode(vault.open_entry(entry))
        except (CannotOpen, MalformedFrame) as error:
            locked = not _opens(vault, header.session)
            ticket = ticket_text(header.ticket)
            known = None if ticket is None else self.report(ticket)
            hides = isinstance(error, CannotOpen)
            placed = replace(header, seq=place)
            after = evolve_sealed(known, placed, locked=locked, hides=hides)
            self._save(after)
            if known is not None and after is not None and after.sealed and not known.sealed:
                self._hush(known.ticket)
            if locked:
                self.locked_sessions.add(header.session)
            return
        if header.shape is Shape.SEALED:
            self.open_sessions.add(header.session)
        self._fold_event(place, stamp, event)

    def _fold_event(self, seq: int, stamp: Stamp, event: e.Event) -> None:
        ticket = ticket_of(event)
        if ticket is not None:
            self._save(evolve(self.report(ticket), stamp, event, seq))
            self._tell(seq, ticket, line(stamp, event))
        match event:
            case e.ReportReceived() if event.inbox_id:
                self.db.execute(
                    "insert or replace into opened values (?, ?)", (event.inbox_id, event.ticket)
                )
            case e.CallMissed():
                self.db.execute(
                    "insert into notes values (?, ?, ?, '', ?)",
                    (seq, stamp.wall_s, event.sender, CALL_REASON if event.sender else HIDDEN),
                )
            case e.TextNoted():
                self.db.execute(
                    "insert into notes values (?, ?, ?, ?, ?)",
                    (seq, event.received_s, event.sender, event.text, event.reason),
                )
            case e.ContactSet(number=""):
                self.db.execute("delete from contacts where name = ?", (event.name,))
            case e.ContactSet():
                self.db.execute(
                    "insert or replace into contacts values (?, ?, ?)",
                    (event.name, event.role, event.number),
                )
            case e.OrderReceived():
                self.db.execute(
                    "insert or replace into orders values (?, ?, ?)",
                    (event.order_instance, event.order_seq, event.outcome),
                )
            case _:
                pass

    def _erase(self, header: Header) -> None:
        """Of an erased report nothing is shown but that there was one, and when."""
        ticket = ticket_text(header.ticket)
        if ticket is not None:
            self._save(evolve_erased(self.report(ticket), header))
            self._write_lines()
            self.db.execute("delete from history where ticket = ?", (ticket,))

    def _save(self, report: Report | None) -> None:
        if report is not None:
            self._drafts[report.ticket] = report

    def _write_drafts(self) -> None:
        rows = [_row(draft) for draft in self._drafts.values() if draft is not None]
        self.db.executemany(_INSERT, rows)
        self._drafts.clear()

    def _write_lines(self) -> None:
        self.db.executemany(
            "insert or replace into history values (?, ?, ?, ?, ?, ?, ?)", self._lines
        )
        self._lines.clear()

    def _hush(self, ticket: str) -> None:
        """What people wrote about a report that is sealed from here on is shown no more."""
        self._write_lines()
        self.db.execute(
            "update history set text = '' where ticket = ? and kind in (?, ?, ?, ?)",
            (ticket, LineKind.NOTE, LineKind.ANSWERED, LineKind.CLOSED, LineKind.FORWARDED),
        )

    def _tell(self, seq: int, ticket: str, told: HistoryLine | None) -> None:
        if told is not None:
            trust = int(told.trust)
            self._lines.append((seq, ticket, told.kind, told.by, told.text, told.at_s, trust))


def _opens(vault: Vault, session: bytes) -> bool:
    if session in vault.gone.sessions:
        return vault.knows_remnants
    keys = vault.knows(session)
    return keys is not None and keys.session is not None


def _given_up(vault: Vault) -> tuple[Gone, frozenset[bytes]]:
    return vault.gone, vault.loaded()


def _row(report: Report) -> tuple[object, ...]:
    return _values(report)


def report_of(row: tuple[object, ...]) -> Report:
    """A row of the reports table, in the order of the fields of `Report`."""
    values: dict[str, object] = dict(zip(_FIELDS, row, strict=True))
    values["status"] = Status(int(str(values["status"])))
    for name in _BOOLEANS:
        values[name] = bool(values[name])
    return Report(**values)  # type: ignore[arg-type] # the columns are made from these fields


def columns() -> str:
    """The columns that `report_of` reads."""
    return ", ".join(_FIELDS)
