"""The fold of both journals of a desa into the tables that pages read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.domain import events as e
from server.domain.codec import decode
from server.domain.evolve import LineKind, day_start_s, evolve, evolve_sealed, line, ticket_of
from server.domain.report import Stamp, Trust
from server.polres.air import provisional
from server.polres.district import District
from server.polres.keys import PolresKeys
from server.polres.restores.family import Family
from server.polres.store import backups, news, nodes, reports
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from server.polres.store.reports import ContactRow, Kept, LineRow, OrderRow, TextRow
from server.vault import Vault
from sync.entry import Entry, Header, Log, ticket_text
from sync.errors import CannotOpen, MalformedFrame
from sync.seal import KeyPair
from sync.session import SessionKeys, read_wrap

CALL_REASON: Final = "panggilan tak terjawab"
RECIPIENTS: Final = "recipients"
"""Kind of an order that carries a new list; it concerns no report and does not expire."""
_ORDER_NOTICE = re.compile(r"order:(\d{1,9}):(\d{1,9})", re.ASCII)
_NO_SESSION = SessionKeys(b"", None, None, None)
_REBUILD_STEP = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry that could be read."""

    header: Header
    stamp: Stamp
    event: e.Event


class Fold:
    """Folds entries of one desa, in order, inside its caller's transaction."""

    def __init__(self, connection: Connection, keys: PolresKeys, node: Node) -> None:
        self._db = connection
        self._keys = keys
        self._node = node.node
        self._vaults: dict[int, Vault] = {}
        self.family = Family(connection, node.node)

    def take(self, entries: Sequence[Entry]) -> tuple[Opened, ...]:
        """Fold entries; returns those that could be read."""
        opened: list[Opened] = []
        for entry in entries:
            read = self._open(entry)
            if read is not None and isinstance(read.event, e.Carried):
                self._carry(read.header, read.event, opened)
            else:
                self._fold(read, entry.header, opened)
        return tuple(opened)

    def _carry(self, place: Header, event: e.Carried, opened: list[Opened]) -> None:
        """Fold an entry of a former log at its place in this one, unless it is known."""
        entry = self.family.fresh(event)
        if entry is None:
            return
        placed = replace(entry.header, instance=place.instance, seq=place.seq)
        read = self._open(entry)
        self._fold(None if read is None else replace(read, header=placed), placed, opened)

    def _fold(self, read: Opened | None, header: Header, opened: list[Opened]) -> None:
        if read is None:
            self._sealed(header)
            return
        opened.append(read)
        if header.log is Log.DOWN:
            self._order(read)
        else:
            self._event(read)

    def _open(self, entry: Entry) -> Opened | None:
        try:
            body = self.vault(entry.header).open_entry(entry)
        except CannotOpen:
            return None
        try:
            stamp, event = decode(body)
        except MalformedFrame:
            # Signed and chained, so it must not block the log: shown as unknown.
            seen_s = day_start_s(entry.header.day)
            return Opened(entry.header, Stamp(seen_s, Trust.UNKNOWN, 0, 0), e.Unknown(0))
        return Opened(entry.header, stamp, event)

    def vault(self, header: Header) -> Vault:
        """The keys that may open an entry, with those of its session as far as they are known."""
        return self.vault_of(header.log, header.instance, header.session)

    def vault_of(self, log: Log, instance: int, session: bytes) -> Vault:
        """The keys of a session, and the duty key of the node that wrote in it."""
        number = instance if log is Log.UP else 0
        if number not in self._vaults:
            hidden = nodes.duty(self._db, self._node, number)
            duty = b"" if hidden is None else self._keys.reveal("duty", self._node, hidden)
            self._vaults[number] = Vault(duty, _NO_SESSION, KeyPair(b"", b""))
        vault = self._vaults[number]
        if vault.knows(session) is None:
            learned = self._session(log, session)
            if learned is not None:
                vault.learn(learned)
        return vault

    def _session(self, log: Log, session: bytes) -> SessionKeys | None:
        if log is Log.DOWN:
            kind, hidden = "down", nodes.down_session(self._db, self._node, session)
        else:
            row = nodes.session(self._db, self._node, session)
            kind, hidden = "session", None if row is None else row.content
        if hidden is None:
            return None
        keys, _started_s = read_wrap(self._keys.reveal(kind, self._node, hidden))
        return keys

    def _sealed(self, header: Header) -> None:
        if header.log is Log.DOWN:
            return
        locked = self.vault(header).knows(header.session) is None
        ticket = ticket_text(header.ticket)
        if ticket is not None:
            kept = self.family.find(header, ticket)
            before = None if kept is None else kept.report
            after = evolve_sealed(before, header, locked=locked)
            if after is not None and after != before:
                begun = kept is None or after.seq != kept.report.seq
                instance = header.instance if begun or kept is None else kept.instance
                reports.put(self._db, Kept(self._node, instance, after))
        self._line(header, ticket, LineKind.SEALED, text="locked" if locked else "unit")

    def _event(self, read: Opened) -> None:
        header, stamp, event = read.header, read.stamp, read.event
        ticket = ticket_of(event) or ticket_text(header.ticket)
        if ticket is not None:
            self._report(read, ticket)
        told = line(stamp, event)
        if told is not None:
            self._line(
                header, ticket, told.kind, text=told.text, by=told.by, at_s=told.at_s,
                trust=told.trust,
            )  # fmt: skip
        match event:
            case e.TextNoted():
                self._text(header, event.sender, event.text, event.reason, event.received_s)
            case e.CallMissed():
                self._text(header, event.sender, "", CALL_REASON, stamp.wall_s)
            case e.Resumed():
                self.family.resumed(header, event)
            case _ if self.family.is_apart(header):
                pass
            case e.MessageSent():
                self._message(event, stamp)
            case e.OrderReceived():
                key = (self._node, event.order_instance, event.order_seq)
                reports.close_order(self._db, key, event.outcome, stamp.wall_s)
            case e.ContactSet():
                contact = ContactRow(self._node, event.name, event.role, event.number)
                reports.put_contact(self._db, contact)
            case _:
                self._of_box(header, event, stamp)

    def _of_box(self, header: Header, event: e.Event, stamp: Stamp) -> None:
        match event:
            case e.OfficersChanged() | e.OfficerKeysChanged() | e.ErasureTold() | e.KeysTampered():
                place = (self._node, header.instance, header.seq)
                news.add(self._db, place, event, stamp.wall_s)
            case e.BackupNoted():
                backups.noted(
                    self._db, self._node, made_s=event.made_s, reports=event.reports,
                    why=event.why, noted_s=stamp.wall_s,
                )  # fmt: skip
            case e.BoxRestored():
                backups.restored(self._db, self._node, at_s=stamp.wall_s, from_s=event.made_s)
            case _:
                pass

    def _report(self, read: Opened, ticket: str) -> None:
        header = read.header
        if isinstance(read.event, e.ReportReceived):
            begun = evolve(None, read.stamp, read.event, header.seq)
            if begun is not None:
                begun = self.family.once(header, begun)
                reports.put(self._db, Kept(self._node, header.instance, begun))
            return
        kept = self.family.find(header, ticket)
        if kept is None:
            return
        if isinstance(read.event, e.Unknown):
            after = evolve_sealed(kept.report, header, locked=False, hides=False)
        else:
            after = evolve(kept.report, read.stamp, read.event, header.seq)
        if after is not None and after != kept.report:
            reports.put(self._db, Kept(self._node, kept.instance, after))

    def _message(self, event: e.MessageSent, stamp: Stamp) -> None:
        reports.put_outgoing(
            self._db,
            self._node,
            event.ticket,
            event.notice,
            outcome=event.outcome,
            at_s=stamp.wall_s,
        )
        named = _ORDER_NOTICE.fullmatch(event.notice)
        if named is not None:
            key = (self._node, int(named[1]), int(named[2]))
            reports.set_order_sms(self._db, key, event.outcome)

    def _order(self, read: Opened) -> None:
        header, event = read.header, read.event
        ticket, by, expires_s = "", "Polres", 0
        match event:
            case e.StatusOrdered():
                kind, text = event.move, event.note
            case e.AnswerOrdered():
                kind, text = "answer", event.text
            case e.RecipientsOrdered():
                kind, text = RECIPIENTS, ""
            case _:
                return
        if isinstance(event, e.StatusOrdered | e.AnswerOrdered):
            ticket, by, expires_s = event.ticket, event.by, event.expires_s
        order = OrderRow(
            node=self._node,
            instance=header.instance,
            seq=header.seq,
            ticket=ticket,
            kind=kind,
            text=text,
            by=by,
            made_s=read.stamp.wall_s,
            expires_s=expires_s,
            reached_desa_s=None,
            outcome=None,
            sms_outcome=None,
        )
        reports.add_order(self._db, order)

    def _text(self, header: Header, sender: str, text: str, reason: str, received_s: int) -> None:
        row = TextRow(self._node, header.instance, header.seq, sender, text, reason, received_s)
        reports.add_text(self._db, row)

    def _line(
        self,
        header: Header,
        ticket: str | None,
        kind: str,
        *,
        text: str,
        by: str | None = None,
        at_s: int | None = None,
        trust: Trust = Trust.UNKNOWN,
    ) -> None:
        when_s = day_start_s(header.day) if at_s is None else at_s
        row = LineRow(
            self._node, header.instance, header.seq, ticket, str(kind), when_s, int(trust), by, text
        )
        reports.add_line(self._db, row)


def refold(connection: Connection, keys: PolresKeys, node: Node) -> None:
    """Throw away one desa's projection and fold both its journals again."""
    reports.clear(connection, node.node)
    fold = Fold(connection, keys, node)
    store = PolresStore(connection)
    # What is kept apart comes last, however early its log began.
    for apart in (False, True):
        for log_id in store.logs(node.node):
            last = store.head(log_id).seq
            for first in range(1, last + 1, _REBUILD_STEP):
                found = store.entries(log_id, first, first + _REBUILD_STEP - 1)
                fold.take([one for one in found if fold.family.is_apart(one.header) is apart])
    provisional.restore(connection, node.node)


def rebuild(district: District) -> None:
    """Throw away the whole projection and fold every journal again, in one transaction."""
    with district.write() as connection:
        for node in nodes.every(connection):
            refold(connection, district.keys, node)
