"""The logs of one desa as a family: which goes on from which, and what is kept apart."""

from dataclasses import replace

from server.domain import events as e
from server.domain.evolve import MERGED_INTO
from server.domain.report import Report, Status
from server.polres.store import nodes, reports, restores
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.reports import Kept
from sync.chain import LogId
from sync.entry import Entry, Header, Log
from sync.errors import MalformedFrame

_MERGED = MERGED_INTO.format("")


def flags(connection: Connection, node: int) -> dict[int, int]:
    """Log -> the entry from which on it is kept apart; logs without one are not in it."""
    found = {one.instance: one.flagged_from for one in restores.formers(connection, node)}
    desa = nodes.get(connection, node)
    if desa is not None and desa.instance:
        found[desa.instance] = desa.flagged_from
    return {instance: first for instance, first in found.items() if first is not None}


class Family:
    """What the fold of one desa must know of its logs.

    Attributes:
        sessions: of entries that came in a later log than they were written in.
    """

    def __init__(self, connection: Connection, node: int) -> None:
        self._db = connection
        self._node = node
        self._flags = flags(connection, node)
        self._parents = restores.parents(connection, node)
        self.sessions: set[bytes] = set()

    def is_apart(self, header: Header) -> bool:
        """Whether an entry came after its box was replaced or reported stolen.

        It is kept and shown with a mark, and changes nothing but what began apart too.
        """
        if header.log is Log.DOWN:
            return False
        first = self._flags.get(header.instance)
        return first is not None and header.seq >= first

    def fresh(self, event: e.Carried) -> Entry | None:
        """The entry that was carried over; None for one that is known already, or is none."""
        try:
            entry = Entry(Header.unpack(event.header), event.body)
        except MalformedFrame:
            return None
        header = entry.header
        named = (self._node, Log.UP, event.instance, event.seq)
        if (header.node, header.log, header.instance, header.seq) != named:
            return None
        log_id = LogId(self._node, Log.UP, event.instance)
        if PolresStore(self._db).hash_at(log_id, event.seq) == event.digest:
            return None
        if not restores.note_carried(self._db, self._node, event.instance, event.seq, event.digest):
            return None
        self.sessions.add(header.session)
        return entry

    def resumed(self, header: Header, event: e.Resumed) -> None:
        """A log says which one it goes on from."""
        if event.instance < header.instance:
            restores.put_parent(self._db, self._node, header.instance, event.instance, event.common)
            self._parents[header.instance] = (event.instance, event.common)

    def find(self, header: Header, ticket: str) -> Kept | None:
        """The report with a ticket that the writer of an entry means: of its own logs."""
        first = 1
        if self.is_apart(header):
            first = self._flags[header.instance]
            return reports.find_in(self._db, self._node, ticket, header.instance, (first, None))
        instance, last = header.instance, None
        while True:
            found = reports.find_in(self._db, self._node, ticket, instance, (first, last))
            if found is not None or instance not in self._parents:
                return found
            instance, last = self._parents[instance]

    def once(self, header: Header, begun: Report) -> Report:
        """A report; closed where another log has one of the same text."""
        for kept in reports.same_text(self._db, self._node, begun):
            placed = replace(header, instance=kept.instance, seq=kept.report.seq)
            mine = kept.instance == header.instance
            merged = (kept.report.result or "").startswith(_MERGED)
            if mine or merged or self.is_apart(placed):
                continue
            into = MERGED_INTO.format(kept.report.ticket)
            return replace(begun, status=Status.CLOSED, result=into)
        return begun
