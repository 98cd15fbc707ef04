"""Both ends of the two logs in memory: the real stores and steps, saved and set back in no time."""

import hashlib
import itertools
import sqlite3
import tempfile
from pathlib import Path

import sqlite_utils
from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

import sync.schema
from server.card import Card, node_number
from server.domain import codec
from server.domain import events as e
from server.domain.errors import Refused
from server.domain.report import Stamp, Status, Trust
from server.polres import district as districts
from server.polres import enrolment, gate
from server.polres.district import District
from server.polres.down import orders
from server.polres.store import engine, restores
from server.vault import Identity, Lock, Vault
from sync import exchange, journal, message, peers, seal
from sync.chain import LogId
from sync.enrol import enrolment_octets, read_certificate
from sync.entry import Entry, Flag, Header, Log, Shape, ticket_code
from sync.errors import CannotOpen, Fork
from sync.exchange import Speaker
from sync.session import Role, SessionKeys, from_seeds, read_wrap, wrap_of, wraps_for
from sync.store import SqliteStore

NOW_S = 1_790_000_000
CODES = ("52.04.07.2001", "52.04.07.2002")
_PAGE = 512
Pages = tuple[bytes, ...]
_KNOWN: dict[bytes, bytes] = {}


def began_s(run: int) -> int:
    """When a run of the Polres began: a server is not set up again at once."""
    return NOW_S + 3_600 * run


def octets(*name: object) -> bytes:
    """32 octets that a name stands for."""
    return hashlib.blake2b(repr(name).encode(), digest_size=32).digest()


def saved(connection: sqlite3.Connection) -> Pages:
    """A database as its pages; equal pages of many databases take their room once."""
    whole = connection.serialize()
    found = (whole[at : at + _PAGE] for at in range(0, len(whole), _PAGE))
    return tuple(_KNOWN.setdefault(page, page) for page in found)


class _Slot:
    """A database in memory that is set to any saved state."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        self.at: Pages = saved(connection)

    def load(self, pages: Pages) -> None:
        if pages is not self.at:
            self.db.deserialize(b"".join(pages))
            self.at = pages

    def save(self) -> Pages:
        self.at = saved(self.db)
        return self.at


def _small() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute(f"pragma page_size={_PAGE}")
    return connection


class Box:
    """A desa's end: its card is a database, its RAM what `run` and `keys` say.

    Attributes:
        run: number of the start; each has its own session and RAM key.
        keys: contents of wraps of the Polres' sessions that this run was given.
    """

    def __init__(self, number: int, card: Card) -> None:
        self.number = number
        self.card = card
        self.identity = Identity.from_seed(octets("box", number))
        connection = _small()
        sync.schema.migrations.apply(sqlite_utils.Database(connection))
        self.slot = _Slot(connection)
        self.store = SqliteStore(connection)
        self.log_id = LogId(card.node, Log.UP, 1)
        self.run = 0
        self.keys: frozenset[bytes] = frozenset()

    def start(self, run: int) -> None:
        """Begin a run: what was in RAM is gone, a new session has its wrap on the card."""
        self.run, self.keys = run, frozenset()
        own = self._own()
        for wrap in wraps_for(own, self.card.recipients(), NOW_S):
            if wrap.recipient.role is Role.POLRES:
                box = seal.seal_box(wrap.recipient.key, wrap.content, octets("wrap", run))
                self.slot.db.execute(
                    "insert or ignore into wraps (session, role, recipient, box)"
                    " values (?, ?, ?, ?)",
                    (own.id, Role.POLRES, wrap.recipient.key, box),
                )

    def report(self) -> None:
        """Write a report, as far as one more goes."""
        ticket = f"{10_000 * self.number + self.store.head(self.log_id).seq:05d}"
        self._write(_report(ticket), Lock.SESSION, Status.NEW)

    def obey(self) -> tuple[str, ...]:
        """Carry out every order that has no receipt and can be read; gives their words."""
        vault, done = self._vault(), []
        for entry in self.waiting():
            try:
                _, order = codec.decode(vault.open_entry(entry))
            except CannotOpen:
                continue
            if isinstance(order, e.AnswerOrdered):
                header = entry.header
                receipt = e.OrderReceived(header.instance, header.seq, order.ticket, "dijalankan")
                self._write(receipt, Lock.DUTY, 0)
                done.append(order.text)
        return tuple(done)

    def waiting(self) -> tuple[Entry, ...]:
        """Orders of the Polres' newest log that have no receipt."""
        newest = self.store.newest(self.card.node, Log.DOWN)
        if newest is None:
            return ()
        vault, known = self._vault(), set()
        for entry in self.store.entries(self.log_id, 1, self.store.head(self.log_id).seq):
            if entry.header.shape is Shape.DUTY:
                _, said = codec.decode(vault.open_entry(entry))
                if isinstance(said, e.OrderReceived):
                    known.add((said.order_instance, said.order_seq))
        found = self.store.entries(newest, 1, self.store.head(newest).seq)
        return tuple(o for o in found if (o.header.instance, o.header.seq) not in known)

    def ask(self, now_s: int) -> tuple[bytes, message.Request]:
        """What it brings into an exchange, as it travels."""
        with self.slot.db:
            request = exchange.compose(self.slot.db, self.speaker, (), now_s, 4)
        return exchange.seal_request(request, self.speaker, octets("seed", self.run)), request

    def hear(self, answer: bytes, request: message.Request) -> None:
        """Take an answer in, as the step does."""
        opened = exchange.open_answer(answer, request, self.speaker)
        db = self.slot.db
        db.execute("begin")
        try:
            taken = exchange.take(db, opened, request, self.speaker)
        except Fork:
            db.execute("rollback")
            peers.keep_strange_receipt(db, message.envelope(*opened.receipt))
            return
        db.execute("commit")
        self.keys |= {wrap_of(keys) for keys in taken.keys}

    @property
    def speaker(self) -> Speaker:
        """Who speaks in an exchange."""
        return Speaker(self.log_id, self.identity.signing, self._ram(), self._pinned())

    def _pinned(self) -> peers.Pinned:
        return peers.Pinned(self.card.node, self.card.root, self.card.exchange)

    def _ram(self) -> seal.KeyPair:
        return seal.box_pair(octets("ram", self.number, self.run))

    def _own(self) -> SessionKeys:
        return from_seeds(*(octets("session", self.number, self.run, part) for part in "siu"))

    def _vault(self) -> Vault:
        vault = Vault(self.identity.duty, self._own(), self._ram())
        for content in self.keys:
            vault.learn(read_wrap(content)[0])
        return vault

    def _write(self, what: e.DesaEvent, lock: Lock, sets: int) -> None:
        seq, vault = self.store.head(self.log_id).seq + 1, self._vault()
        header = Header(
            node=self.card.node, instance=1, log=Log.UP, seq=seq, session=vault.running.id,
            shape=Shape.DUTY if lock is Lock.DUTY else Shape.SEALED, day=2_400,
            ticket=ticket_code(getattr(what, "ticket", None)), sets=sets, flags=Flag.NONE,
        )  # fmt: skip
        body = codec.encode(Stamp(NOW_S, Trust.NETWORK, self.run, seq), what)
        sealed = vault.seal_entry(lock, header.pack(), Log.UP, seq, body)
        journal.append(self.store, self.log_id, (Entry(header, sealed),))


def _report(ticket: str) -> e.ReportReceived:
    return e.ReportReceived(
        ticket=ticket, sender="+6281234567890", text="ada maling", category="pencurian",
        urgency="tinggi", rt=3, rw=None, dusun=None, landmark=None, confidential=False,
        confidence_percent=60, why="maling", sent_s=None, received_s=NOW_S, inbox_id=1,
    )  # fmt: skip


class Polres:
    """The Polres' end: the real gate over tables in memory."""

    def __init__(self, boxes: int) -> None:
        numbers = itertools.count()

        def chance(length: int) -> bytes:
            return octets("chance", next(numbers))[:length]

        with tempfile.TemporaryDirectory() as folder:
            districts.init(Path(folder), "Polres", chance)
            opened = districts.open_district(Path(folder), chance)
            cards = [
                enrolment.enroll(opened, code, "Desa", "http://10.0.0.1", now_s=1)
                for code in CODES[:boxes]
            ]
            connection = _small()
            source = sqlite3.connect(Path(folder) / engine.FILE_NAME)
            connection.executescript("\n".join(source.iterdump()))
            source.close()
            opened.close()
        made = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        event.listen(made, "begin", engine._on_begin)
        self.district: District = opened
        self.district.tables = engine.Tables(made)
        self.slot = _Slot(connection)
        self.boxes = [self._enrolled(number, card) for number, card in enumerate(cards)]

    def start(self, run: int) -> None:
        """Begin a run of the server: each has sessions of its own."""
        self.district.opened_s = began_s(run)
        self.district.down_keys = {
            node_number(code): from_seeds(*(octets("down", code, run, p) for p in "siu"))
            for code in CODES
        }

    def _enrolled(self, number: int, card: Card) -> Box:
        """A desa's box that has used its card."""
        box = Box(number, card)
        public, duty = box.identity.signing.public, box.identity.duty
        asked = enrolment_octets(
            card.node, public, duty, code=card.code, exchange=card.exchange, seed=octets("e")
        )
        reply = enrolment.admit(self.district, asked, 1)
        read_certificate(reply.octets, card.root, card.node, public)
        peers.keep_certificate(box.slot.db, reply.octets)
        box.start(1)
        return box

    def hear(self, body: bytes, now_s: int) -> bytes:
        """One exchange."""
        reply = gate.exchange(self.district, body, None, now_s)
        assert reply.status == 200, reply.status
        return reply.octets

    def order(self, number: int, words: str, now_s: int) -> bool:
        """A person orders an answer to the desa's first report; False when there is none yet."""
        placed = orders.order_answer(
            self.district, CODES[number], f"{10_000 * number:05d}", words, by="spkt", now_s=now_s
        )
        return not isinstance(placed, Refused)

    def note_backup(self, now_s: int) -> None:
        """A backup was made: its watermark is told to the desas."""
        heads = self.slot.db.execute(
            "select node, instance, max(seq) from entries where log = 0 group by node, instance"
        ).fetchall()
        with self.district.write() as connection:
            for node, instance, seq in heads:
                restores.put_durable(connection, node, instance, seq, now_s)
