"""What the rules of retention say may go, and what of the same sessions must stay."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field

from server import lookup
from server.desa import sessions
from server.desa.node import Node
from server.domain.report import ERASED, Report, Status, Trust
from server.ledger import day_of
from server.sections import Retention
from server.vault import Place, Row, Vault
from sync import peers
from sync.entry import Entry, Header, Log, Shape, ticket_code
from sync.quick import carry

OFFICIAL = "aparat"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure does.

    Attributes:
        sessions: whose wraps are destroyed.
        rows: keys of the rows of these sessions that stay, empty for those closed here anyway.
        remnants: what held such rows until now.
        tickets: last erased entry (instance, number) by ticket.
        reports: how many reports become unreadable.
    """

    sessions: frozenset[bytes]
    rows: dict[Row, bytes]
    remnants: frozenset[bytes]
    tickets: dict[int, tuple[int, int]]
    reports: int


@dataclass(slots=True)
class _Seen:
    """What the journal's headers tell: by ticket its sessions, last day and last entry."""

    sessions: dict[int, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    day: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    last: dict[int, tuple[int, int]] = field(default_factory=dict)
    uncovered: set[bytes] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)


def plan(node: Node, now_s: float) -> Plan | None:
    """What may be erased now; None when nothing may, or when the day is not sure."""
    stamp, rules = node.stamp(now_s), node.settings.retention
    if stamp.trust < Trust.SMSC:
        return None
    today, vault = day_of(stamp), node.vault
    with node.database.lock:
        seen = _read(node)
        able = _able(node, seen)
        over = _over(node, seen, able, today)
        old_notes = 0 if not rules.notes_days else today - rules.notes_days
        going = {
            entry.header.session
            for entry in seen.entries
            if entry.header.session in able
            and _goes(entry.header, over, old_notes)
            and _is_there(vault, entry.header)
        }
        if not going:
            return None
        rows = {row: key for row, key in vault.rows().items() if row[0] not in going}
        rows |= _kept_entries(vault, seen, going, over, old_notes)
        with node.database.read() as db:
            rows |= _kept_texts(db, vault, going, over, old_notes)
        codes = {ticket_code(one.ticket): one for one in lookup.reports(node.projection.db)}
        fresh = [code for code in over if codes[code].category != ERASED]
        reports = sum(bool(seen.sessions[code] & going) for code in fresh)
        tickets = {code: seen.last[code] for code in over if code in seen.last}
        return Plan(frozenset(going), rows, vault.loaded(), tickets, reports)


def _read(node: Node) -> _Seen:
    seen, log_id = _Seen(), node.ledger.log_id
    with node.database.read() as db:
        # A Polres that is set back to its last backup asks again for what came after it.
        covered = min(carry.acked(db, log_id), peers.durable(db, log_id))
        rows = db.execute(
            "select header, body from entries where node = ? and log = ? order by instance, seq",
            (log_id.node, int(Log.UP)),
        )
        for packed, body in rows:
            header = Header.unpack(packed)
            if header.shape is not Shape.SEALED:
                continue
            seen.entries.append(Entry(header, body))
            if header.instance == log_id.instance and header.seq > covered:
                seen.uncovered.add(header.session)
            if header.ticket:
                seen.sessions[header.ticket].add(header.session)
                seen.day[header.ticket] = max(seen.day[header.ticket], header.day)
                seen.last[header.ticket] = (header.instance, header.seq)
    return seen


def _able(node: Node, seen: _Seen) -> frozenset[bytes]:
    """Sessions that can be erased now: older, open here, owing nothing, in the Polres' backup."""
    vault = node.vault
    with node.database.read() as db:
        owed = sessions.owed(db, frozenset(), node.ledger.lineage)
    known = {one for one in vault.opened() if _opens(vault, one)}
    if vault.knows_remnants:
        known |= vault.gone.sessions
    return frozenset(known - owed - seen.uncovered - {vault.running.id})


def _opens(vault: Vault, session: bytes) -> bool:
    keys = vault.knows(session)
    return keys is not None and keys.session is not None


def _over(node: Node, seen: _Seen, able: frozenset[bytes], today: int) -> frozenset[int]:
    """Tickets of closed reports whose time is up, and of which every entry can be erased now."""
    rules = node.settings.retention
    return frozenset(
        code
        for report in lookup.reports(node.projection.db)
        if _is_over(report, rules, seen.day[code := ticket_code(report.ticket)], today)
        and seen.sessions[code] <= able
    )


def _is_over(report: Report, rules: Retention, day: int, today: int) -> bool:
    if report.category == ERASED:
        return True
    if report.status is not Status.CLOSED or report.locked or not day:
        return False
    days = rules.of(OFFICIAL if report.sealed else report.category)
    return bool(days) and today - day > days


def _goes(header: Header, over: frozenset[int], old_notes: int) -> bool:
    if header.ticket:
        return header.ticket in over
    return 0 < header.day < old_notes


def _is_there(vault: Vault, header: Header) -> bool:
    """Whether something of an entry is left to be erased."""
    if header.session not in vault.gone.sessions:
        return True
    return vault.has_row((header.session, header.log.name, header.seq))


def _kept_entries(
    vault: Vault, seen: _Seen, going: set[bytes], over: frozenset[int], old_notes: int
) -> dict[Row, bytes]:
    kept: dict[Row, bytes] = {}
    for entry in seen.entries:
        header = entry.header
        row = (header.session, header.log.name, header.seq)
        if header.session not in going or _goes(header, over, old_notes):
            continue
        if not _is_there(vault, header):
            continue
        place = Place(header.session, header.shape, header.log.name, header.seq, header.pack())
        kept[row] = vault.row_key(place, entry.body) or b""
    return kept


def _kept_texts(
    db: sqlite3.Connection,
    vault: Vault,
    going: set[bytes],
    over: frozenset[int],
    old_notes: int,
) -> dict[Row, bytes]:
    """Kept and outgoing texts of reports that stay; of others only while they are young."""
    found = [
        ("inbox", int(number), bytes(session), bytes(body), ticket_code(ticket), int(day))
        for number, session, body, ticket, day in db.execute(
            "select id, session, body, ticket, day from inbox"
        )
    ]
    found += [
        ("outbox", int(number), bytes(session), bytes(body), int(ticket), int(day))
        for number, session, body, ticket, day in db.execute(
            "select id, session, body, ticket, day from outbox where shape = ?",
            (int(Shape.SEALED),),
        )
    ]
    kept: dict[Row, bytes] = {}
    for table, number, session, body, code, day in found:
        stays = code not in over if code else not 0 < day < old_notes
        if session not in going or not stays:
            continue
        key = vault.row_key(Place(session, Shape.SEALED, table, number), body)
        if key is not None:
            kept[session, table, number] = key
    return kept
