"""Taking a desa's frames in: verified, folded, and what follows for the Polres' own log."""

from server.domain import events as e
from server.polres.district import District
from server.polres.down import officers
from server.polres.projection import Fold, Opened
from server.polres.rotation.answering import readers
from server.polres.store import air, exchange_keys, nodes
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node, OfficerRow
from server.vault import Bodies
from sync import journal, seal
from sync.chain import LogId
from sync.entry import Entry, Header, Log
from sync.errors import BadSignature, MalformedFrame
from sync.frame import Frame, Told


class Taking:
    """The frames of one desa in one transaction."""

    def __init__(self, connection: Connection, district: District, node: Node) -> None:
        self._db = connection
        self._district = district
        self._node = node
        self._fold = Fold(connection, district.keys, node)
        self._opened: list[Opened] = []
        self._readers = readers(connection, district)
        self.store = PolresStore(connection)
        self.log_id = LogId(node.node, Log.UP, node.instance)

    def take(self, received: Frame, now_s: int) -> None:
        """Take one frame.

        Raises:
            Fork, Gap, MalformedFrame, BadSignature: nothing of it was taken.
        """
        if received.log_id != self.log_id or self._node.public is None:
            raise BadSignature
        try:
            with self._db.begin_nested():
                taken = journal.accept(
                    self.store,
                    received,
                    self._node.public,
                    self._district.keys.exchange.public,
                    self._read,
                    self._readers,
                )
                self._opened += self._fold.take(taken.new)
                sessions = {entry.header.session for entry in taken.new}
                for session in sessions | self._fold.family.sessions:
                    nodes.touch_session(self._db, self._node.node, session, now_s)
        except Exception:
            self._district.decoder.forget(self.log_id)
            raise

    def effects(self, now_s: int) -> None:
        """Carry out what the taken entries ask of the Polres."""
        air.landed(self._db, self._node.node, self._node.instance, self.store.head(self.log_id).seq)
        for opened in self._opened:
            if not self._fold.family.is_apart(opened.header):
                self._effect(opened, now_s)
        self._opened.clear()

    def _read(self, received: Frame) -> Told:
        return self._district.decoder.entries(self.store, received, _Bodies(self._fold))

    def _effect(self, opened: Opened, now_s: int) -> None:
        event = opened.event
        if isinstance(event, e.ExchangeKeyTaken):
            place = (self._node.node, opened.header.instance)
            exchange_keys.took(self._db, *place, event.number, opened.header.seq)
        if not isinstance(event, e.OrderReceived | e.OfficerRequested | e.KeysTampered):
            return
        node = nodes.get(self._db, self._node.node) or self._node
        if isinstance(event, e.OrderReceived):
            officers.answer_receipt(self._db, self._district, node, event, now_s)
        if isinstance(event, e.KeysTampered):
            officers.mend_list(self._db, self._district, node, event, now_s)
        if isinstance(event, e.OfficerRequested) and seal.is_sound_key(event.key):
            row = OfficerRow(
                node=node.node,
                instance=opened.header.instance,
                seq=opened.header.seq,
                name=event.name,
                key=event.key,
                state="waiting",
                by=None,
                asked_s=now_s,
                decided_s=None,
            )
            officers.ask_officer(self._db, self._district, node, row, now_s)


class _Bodies:
    """`sync.codec.packed.Opener` with whatever keys the Polres holds of an entry's session."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold

    def opened(self, entry: Entry) -> bytes | None:
        """The body in clear."""
        return Bodies(self._fold.vault(entry.header)).opened(entry)

    def sealed(self, header: Header, plain: bytes) -> bytes | None:
        """The sealed body."""
        if header.instance < 1:
            raise MalformedFrame
        return Bodies(self._fold.vault(header)).sealed(header, plain)

    def frame_key(self, log_id: LogId, session: bytes) -> bytes | None:
        """The key of the session's frames."""
        vault = self._fold.vault_of(log_id.log, log_id.instance, session)
        return Bodies(vault).frame_key(log_id, session)
