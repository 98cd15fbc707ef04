"""The journal of one fixed night, made from seeds: what the golden files hold, made anew."""

from dataclasses import dataclass

from drawn import empty_store

from server.domain import codec
from server.domain import events as e
from server.domain.report import Stamp, Trust
from server.vault import Lock, Vault
from sync import exchange, frame, journal, message, seal, session
from sync.chain import Head, LogId
from sync.entry import Entry, Flag, Header, Log, Shape, ticket_code
from sync.exchange import Speaker
from sync.message import Answer, Receipt, Request
from sync.peers import Pinned

NODE = 5_204_072_001
STAMP = Stamp(1_790_000_000, Trust.NETWORK, 3, 42_000)
EVENTS: dict[str, e.Event] = {
    "1": e.SessionOpened(2, ("polres:Polres", "propam:Propam", "officer:Made"), 3),
    "2": e.ReportReceived(
        "74233", "+6281234567890", "ada maling di rumah pak Budi RT 02", "pencurian", "darurat",
        2, None, "Krajan", "masjid", confidential=False, confidence_percent=87, why="maling",
        sent_s=1_789_999_990, received_s=1_790_000_000, inbox_id=12,
    ),
    "3": e.Repeated("74233", 2),
    "4": e.NoteAdded("74233", "+6281234567890", "lari ke sawah", 1_790_000_100),
    "5": e.CancelAsked("74233", "+6281234567890"),
    "6": e.TextNoted("TELKOMSEL", "Pulsa Anda Rp5.000", "bukan nomor HP", 1_790_000_000),
    "7": e.CallMissed("+6281234567890"),
    "8": e.Taken("74233", "Made"),
    "9": e.Forwarded("74233", "Made", "Satreskrim", "dua pelaku"),
    "10": e.Answered("74233", "Made", "Kami ke sana."),
    "11": e.Closed("74233", "Made", "pelaku ditangkap"),
    "12": e.Reopened("74233", "Made", "salah orang"),
    "13": e.MessageSent("74233", "answer", "delivered"),
    "14": e.OrderReceived(1, 4, "74233", "dijalankan"),
    "15": e.OfficerRequested("Made", bytes(range(32))),
    "16": e.ContactSet("Made", "Bhabinkamtibmas", "+6281298765432"),
    "17": e.SessionsUnlocked("Made", 3),
    "18": e.TextCompleted(
        "74233", "+6281234567890", "ada maling di rumah pak Budi RT 02 bawa parang", 0, "pencurian",
        "darurat", 2, None, "Krajan", None, confidential=False, confidence_percent=87,
        why="maling", received_s=1_790_086_400,
    ),
    "19": e.Merged("74233", "41275"),
    "28": e.InboxExported("Made", 120, 4),
    "30": e.SpokeByAir("report", "74233", 2),
    "37": e.BackupNoted(1_789_999_200, 4_321, 1_204, ""),
    "38": e.BoxRestored(1, 4_321, bytes(range(32)), 1_789_999_200),
    "33": e.OfficersChanged(4, ("Putu",), ("Made",), 2),
    "34": e.OfficerKeysChanged("Made", "pemulihan"),
    "35": e.ErasureTold(1, 1_790_000_000, 12, ("Made",)),
    "36": e.KeysTampered(("Made",)),
    "39": e.ExchangeKeyTaken(1_790_000_000),
    "31": e.Carried(1, 7, bytes(range(32)), bytes(range(38)), b"sealed body"),
    "32": e.Resumed(1, 9, bytes(range(32)), 6),
    "64": e.StatusOrdered("74233", "forward", "Iptu Sari", "Polsek", 1_790_172_800),
    "65": e.AnswerOrdered("74233", "Iptu Sari", "Tetap di rumah.", 1_790_172_800),
    "66": e.RecipientsOrdered(b"signed list"),
    "67": e.KeysReturned(2, "otomatis"),
}  # fmt: skip


@dataclass(frozen=True)
class Seeds:
    """The 32 octets that each key is made from, as a letter repeated."""

    session: str = "s"
    intake: str = "i"
    unit: str = "u"
    duty: str = "d"
    node: str = "n"
    ram: str = "m"
    root: str = "r"
    exchange: str = "x"
    box: str = "b"

    def key(self, name: str) -> bytes:
        """32 octets."""
        letter: str = getattr(self, name)
        return letter.encode() * 32


class Night:
    """Entries of three shapes, their frame, the request that brings it, and the answer."""

    def __init__(self, seeds: Seeds) -> None:
        self.seeds = seeds
        self.log_id = LogId(NODE, Log.UP, 1)
        self.keys = session.from_seeds(seeds.key("session"), seeds.key("intake"), seeds.key("unit"))
        self.ram = seal.box_pair(seeds.key("ram"))
        self.vault = Vault(seeds.key("duty"), self.keys, self.ram)
        self.writer = seal.signing_pair(seeds.key("node"))
        self.root = seal.signing_pair(seeds.key("root"))
        self.polres = seal.box_pair(seeds.key("exchange"))
        self.speaker = Speaker(
            self.log_id, self.writer, self.ram, Pinned(NODE, self.root.public, self.polres.public)
        )
        self.entries = (
            self._entry(1, "1", Lock.DUTY, 0),
            self._entry(2, "2", Lock.SESSION, 1),
            self._entry(3, "2", Lock.UNIT, 1),
            self._entry(4, "8", Lock.SESSION, 2),
        )
        self.store = empty_store()
        self.head = journal.append(self.store, self.log_id, self.entries)
        journal.make_frames(self.store, self.log_id, self.writer, self.polres.public)
        (self.frame,) = self.store.frames_after(self.log_id, 0, 1 << 20)

    def _entry(self, seq: int, kind: str, lock: Lock, sets: int) -> Entry:
        event = EVENTS[kind]
        header = Header(
            NODE, 1, Log.UP, seq, self.keys.id,
            Shape.DUTY if lock is Lock.DUTY else Shape.SEALED,
            2455, ticket_code(getattr(event, "ticket", None)), sets,
            Flag.URGENT if kind == "2" else Flag.NONE,
        )  # fmt: skip
        body = codec.encode(STAMP, event)
        return Entry(header, self.vault.seal_entry(lock, header.pack(), Log.UP, seq, body))

    def receipt(self) -> tuple[bytes, bytes]:
        """The Polres' signed receipt for the whole log."""
        packed = Receipt(self.log_id, 1, self.head, STAMP.wall_s).pack()
        return packed, seal.sign(self.root, message.RECEIPT_DOMAIN, packed)

    def request(self) -> Request:
        """What the node brings."""
        return Request(
            node=NODE, instance=1, ram_key=self.ram.public, time_s=STAMP.wall_s, trust=4,
            receipt=self.receipt(), head=self.head, evidence=self.head.hash, down_instance=1,
            down=Head(0, b"h" * 32), wraps=((self.keys.id, b"wrap"),), wanted=(b"w" * 16,),
            frames=(frame.pack(self.frame),), unit_wraps=((self.keys.id, b"unit wrap"),),
        )  # fmt: skip

    def sealed_request(self) -> bytes:
        """As it is posted."""
        return exchange.seal_request(self.request(), self.speaker, self.seeds.key("box"))

    def answer(self) -> Answer:
        """What the Polres gives back."""
        return Answer(
            state="ok", request=exchange.request_hash(self.request()), time_s=STAMP.wall_s + 1,
            receipt=self.receipt(), acks=((4, b"a" * 16),), down_instance=1,
            down_wraps=((b"d" * 16, b"box"),), down=(b"frame",), keys=(b"wrap",),
        )  # fmt: skip

    def sealed_answer(self) -> bytes:
        """As it comes back."""
        packed = self.answer().pack()
        signed = message.envelope(packed, seal.sign(self.root, message.ANSWER_DOMAIN, packed))
        return seal.seal_box(self.ram.public, signed, self.seeds.key("box"))

    def octets(self) -> dict[str, str]:
        """All of it in hex, by name."""
        return {
            **{
                f"entry {one.header.seq}": (one.header.pack() + one.body).hex()
                for one in self.entries
            },
            "head": self.head.hash.hex(),
            "frame": frame.pack(self.frame).hex(),
            "request": self.sealed_request().hex(),
            "answer": self.sealed_answer().hex(),
        }
