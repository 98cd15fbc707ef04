"""The desa's projection: its journal folded into tables in RAM, thrown away at every stop."""

import dataclasses
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from server.domain import codec
from server.domain import events as e
from server.domain.evolve import HistoryLine, LineKind, evolve, evolve_sealed, line, ticket_of
from server.domain.report import Report, Stamp, Status
from server.vault import Vault
from sync.entry import Entry, ticket_text
from sync.errors import CannotOpen, MalformedFrame

_FIELDS = tuple(field.name for field in dataclasses.fields(Report))
CALL_REASON = "panggilan tak terjawab"
HIDDEN = "panggilan dari nomor tersembunyi"
_BOOLEANS = frozenset({"locked", "sealed", "confidential"})


class Projection:
    """Reports, their history, notes and contacts; rebuilt from the journal at start and unlock.

    Attributes:
        version: rises whenever something that pages show has changed.
        locked_sessions: sessions with entries that only their missing key opens.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        self.version = 0
        self.locked_sessions: set[bytes] = set()
        self._create()

    def _create(self) -> None:
        columns = ", ".join(name for name in _FIELDS if name != "ticket")
        self.db.executescript(
            f"""
            pragma user_version = 0;
            drop table if exists reports; drop table if exists history;
            drop table if exists notes; drop table if exists contacts;
            drop table if exists opened; drop table if exists orders;
            create table reports (ticket text primary key, {columns});
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
        self._create()

    def add(self, entries: Sequence[Entry], vault: Vault, before: int = 0) -> None:
        """Fold the entries that follow those in the tables: all of them, or none.

        Args:
            entries: of one log.
            vault: what opens them.
            before: how many entries the box wrote in the logs before that one.
        """
        self.db.execute("begin")
        try:
            for entry in entries:
                self._fold(entry, vault, before + entry.header.seq)
                self.db.execute(f"pragma user_version = {before + entry.header.seq}")
            self.db.execute("commit")
        except BaseException:
            self.db.execute("rollback")
            raise
        self.version += 1

    def touch(self) -> None:
        """Something else that pages show has changed."""
        self.version += 1

    def report(self, ticket: str) -> Report | None:
        """One report."""
        found = self.db.execute(
            f"select {', '.join(_FIELDS)} from reports where ticket = ?", (ticket,)
        ).fetchone()
        return None if found is None else report_of(found)

    def _fold(self, entry: Entry, vault: Vault, place: int) -> None:
        header = entry.header
        try:
            stamp, event = codec.decode(vault.open_entry(entry))
        except (CannotOpen, MalformedFrame) as error:
            keys = vault.knows(header.session)
            locked = keys is None or keys.session is None
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

    def _save(self, report: Report | None) -> None:
        if report is None:
            return
        values = [getattr(report, name) for name in _FIELDS]
        marks = ", ".join("?" * len(_FIELDS))
        self.db.execute(
            f"insert or replace into reports ({', '.join(_FIELDS)}) values ({marks})",
            [int(value) if isinstance(value, Status) else value for value in values],
        )

    def _hush(self, ticket: str) -> None:
        """What people wrote about a report that is sealed from here on is shown no more."""
        self.db.execute(
            "update history set text = '' where ticket = ? and kind in (?, ?, ?, ?)",
            (ticket, LineKind.NOTE, LineKind.ANSWERED, LineKind.CLOSED, LineKind.FORWARDED),
        )

    def _tell(self, seq: int, ticket: str, told: HistoryLine | None) -> None:
        if told is not None:
            self.db.execute(
                "insert or replace into history values (?, ?, ?, ?, ?, ?, ?)",
                (seq, ticket, told.kind, told.by, told.text, told.at_s, int(told.trust)),
            )


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
