"""A desa as the Polres sees it: enrols, writes its log, and exchanges in memory."""

import copy
import hashlib
from dataclasses import dataclass, field

from server import database
from server.card import Card
from server.domain import events as e
from server.domain.codec import decode, encode
from server.domain.report import Stamp, Trust
from server.polres import enrolment, gate
from server.polres.district import District
from server.polres.down.downlog import reader_id
from server.polres.store import nodes
from server.vault import Identity, Lock, Vault
from sync import frame, journal, message, seal
from sync.chain import Head, LogId
from sync.enrol import addressed, enrolment_octets, read_certificate
from sync.entry import Entry, Flag, Header, Log, Shape, ticket_code
from sync.message import ANSWER_DOMAIN, RECEIPT_DOMAIN, REQUEST_DOMAIN, Answer, Receipt, Request
from sync.session import Role, from_seeds, read_wrap, wraps_for
from sync.store import SqliteStore

CODE = "52.04.07.2001"
START_S = 1_790_000_000


def octets(*name: object) -> bytes:
    """32 octets that a name stands for."""
    return hashlib.blake2b(repr(name).encode(), digest_size=32).digest()


class Chance:
    """Random octets that are the same in every run of a test."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def __call__(self, length: int) -> bytes:
        self.count += 1
        return hashlib.blake2b(f"{self.name} {self.count}".encode()).digest()[:length]


def received(ticket: str, text: str = "ada maling di RT 3", **fields: object) -> e.ReportReceived:
    """A report as a desa writes it."""
    values: dict[str, object] = {
        "ticket": ticket, "sender": "+6281234567890", "text": text, "category": "pencurian",
        "urgency": "tinggi", "rt": 3, "rw": None, "dusun": None, "landmark": None,
        "confidential": False, "confidence_percent": 60, "why": "maling",
        "sent_s": START_S - 30, "received_s": START_S, "inbox_id": 1,
    }  # fmt: skip
    return e.ReportReceived(**(values | fields))  # type: ignore[arg-type]


def row(district: District, number: int) -> nodes.Node:
    """A desa's row at the Polres."""
    with district.read() as connection:
        found = nodes.get(connection, number)
    assert found is not None
    return found


@dataclass
class PlayedNode:
    """One run of a node; `restart` begins the next with new keys in RAM."""

    district: District
    card: Card
    seed: bytes = octets("node")
    instance: int = 0
    runs: int = 0
    receipt: tuple[bytes, bytes] = (b"", b"")
    wraps: dict[bytes, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.identity = Identity.from_seed(self.seed)
        self.db = database.open_memory()
        for group in database._SETS:
            group.apply(database.sqlite_utils.Database(self.db.connection))
        self.store = SqliteStore(self.db.connection)
        self.restart()

    def enrol(self, now_s: int = START_S) -> int:
        """Use the card; returns the HTTP status."""
        public = self.identity.signing.public
        body = enrolment_octets(
            self.card.node, public, self.identity.duty,
            code=self.card.code, exchange=self.card.exchange, seed=octets("enrol", now_s),
        )  # fmt: skip
        reply = enrolment.admit(self.district, body, now_s)
        if reply.status == 200:
            made = read_certificate(reply.octets, self.card.root, self.card.node, public)
            self.instance = made.instance
        return reply.status

    def restart(self, now_s: int = START_S) -> None:
        """Lose what was in RAM and begin a new session."""
        self.runs += 1
        keys = from_seeds(*(octets(self.seed, self.runs, part) for part in "siu"))
        self.ram = seal.box_pair(octets(self.seed, self.runs, "ram"))
        self.vault = Vault(self.identity.duty, keys, self.ram)
        for wrap in wraps_for(keys, self.card.recipients(), now_s):
            if wrap.recipient.role is Role.POLRES:
                box = seal.seal_box(wrap.recipient.key, wrap.content, octets("wrap", self.runs))
                self.wraps[keys.id] = box

    @property
    def log_id(self) -> LogId:
        """The node's own log."""
        return LogId(self.card.node, Log.UP, self.instance)

    def write(
        self, event: e.DesaEvent, *, lock: Lock = Lock.SESSION, sets: int = 0, urgent: bool = False,
        wall_s: int = START_S,
    ) -> Entry:  # fmt: skip
        """Append an event to the node's log."""
        seq = self.store.head(self.log_id).seq + 1
        header = Header(
            node=self.card.node, instance=self.instance, log=Log.UP, seq=seq,
            session=self.vault.running.id, shape=Shape.DUTY if lock is Lock.DUTY else Shape.SEALED,
            day=2_400, ticket=ticket_code(getattr(event, "ticket", None)), sets=sets,
            flags=Flag.URGENT if urgent else Flag.NONE,
        )  # fmt: skip
        body = encode(Stamp(wall_s, Trust.NETWORK, self.runs, seq), event)
        entry = Entry(header, self.vault.seal_entry(lock, header.pack(), Log.UP, seq, body))
        journal.append(self.store, self.log_id, (entry,))
        return entry

    def request(self, *, wanted: tuple[bytes, ...] = (), from_seq: int | None = None) -> Request:
        """What the node would bring now; `from_seq` overrides what the receipt says."""
        journal.make_frames(self.store, self.log_id, self.identity.signing, self.card.exchange)
        evidence, taken = b"", 0
        if self.receipt[0]:
            shown = Receipt.unpack(self.receipt[0])
            taken = shown.head.seq
            evidence = self.store.hash_at(self.log_id, taken) or b""
        after = taken if from_seq is None else from_seq
        frames = self.store.frames_after(self.log_id, after, 200_000)
        needed = dict.fromkeys([*(one.session for one in frames), *wanted])
        down = self.store.newest(self.card.node, Log.DOWN)
        return Request(
            node=self.card.node, instance=self.instance, ram_key=self.ram.public,
            time_s=START_S, trust=4, receipt=self.receipt, head=self.store.head(self.log_id),
            evidence=evidence, down_instance=down.instance if down else 0,
            down=self.store.head(down) if down else Head(0, bytes(32)),
            wraps=tuple((one, self.wraps[one]) for one in needed),
            wanted=wanted, frames=tuple(map(frame.pack, frames)),
        )  # fmt: skip

    def body(self, request: Request, seed: str = "") -> bytes:
        """A request as it travels."""
        packed = request.pack()
        signed = message.envelope(packed, seal.sign(self.identity.signing, REQUEST_DOMAIN, packed))
        return addressed(self.card.node, self.card.exchange, signed, octets(seed, packed))

    def exchange(
        self, now_s: int = START_S, network: str | None = "10.1", request: Request | None = None,
        **wishes: object,
    ) -> Answer:  # fmt: skip
        """One whole exchange; what came down is verified and kept."""
        asked = request or self.request(**wishes)  # type: ignore[arg-type]
        reply = gate.exchange(self.district, self.body(asked), network, now_s)
        assert reply.status == 200, reply.status
        packed, signature = message.open_envelope(seal.open_box(self.ram, reply.octets))
        seal.verify(self.card.root, ANSWER_DOMAIN, packed, signature)
        answer = Answer.unpack(packed)
        assert answer.request == hashlib.blake2b(asked.pack(), digest_size=32).digest()
        seal.verify(self.card.root, RECEIPT_DOMAIN, *answer.receipt)
        self.receipt = answer.receipt
        for _session, box in answer.down_wraps:
            self.vault.learn(read_wrap(seal.open_box(self.ram, box))[0])
        for octets_down in answer.down:
            journal.accept(
                self.store, frame.unpack(octets_down), self.card.root, reader_id(self.card.node)
            )
        return answer

    def orders(self) -> tuple[e.Event, ...]:
        """What the newest log of the Polres says, as far as this run can open it."""
        log_id = self.store.newest(self.card.node, Log.DOWN)
        if log_id is None:
            return ()
        entries = self.store.entries(log_id, 1, self.store.head(log_id).seq)
        return tuple(decode(self.vault.open_entry(entry))[1] for entry in entries)

    def clone(self) -> "PlayedNode":
        """A copy of the card as it is now, running elsewhere."""
        other = PlayedNode(self.district, self.card, self.seed, self.instance, self.runs + 100)
        self.db.connection.backup(other.db.connection)
        other.receipt = self.receipt
        other.wraps |= copy.copy(self.wraps)
        return other
