"""A village and its Polres that say aloud, at each moment, what somebody outside may rely on."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from paper_phone import Phone
from told import Told, line_of
from world import CODE, MemoryRoad, World

from hardware.simulated.held import SlotChange, Stored
from hardware.simulated.virtual import VirtualModem
from server.card import node_number
from server.desa.node import Node
from server.desa.officers.keydesk import KeyDesk
from server.polres.district import open_district
from server.polres.store.journals import PolresStore
from sms import pdu
from sync.chain import LogId
from sync.entry import Log
from sync.store import SqliteStore

NUMBER = node_number(CODE)
CHECKPOINT_PAGES = 40
"""So that one short day sees many checkpoints; the product leaves SQLite's thousand."""


def quiet(_line: str) -> None:
    """Nobody listens."""


@dataclass
class WatchedRoad(MemoryRoad):
    """Says what the node shows before a request, and what the Polres gave a receipt for."""

    say: Callable[..., None] = lambda *_: None

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message."""
        node = self.clock.node
        with node.database.read() as db:
            store = SqliteStore(db)
            down = store.newest(NUMBER, Log.DOWN)
            heads = store.head(node.ledger.log_id).seq, store.head(down).seq if down else 0
        self.say("shown", *heads)
        answer = super().post(path, octets)
        with self.district.read() as connection:
            held = PolresStore(connection).head(LogId(NUMBER, Log.UP, 1)).seq
        self.say("enrolled")
        self.say("received", held)
        return answer


@dataclass
class WatchedWorld(World):
    """Says it to `hear`, line by line.

    Attributes:
        sessions: every key that was ever in RAM, so that a judge can open what is sealed.
    """

    hear: Callable[[str], None] = quiet
    sessions: dict[str, list[str | None]] = field(default_factory=dict)
    phone: tuple[str, str] = ("", "")
    _begun: bool = False

    def say(self, kind: str, *values: object) -> None:
        """One line."""
        if kind == "phone":
            self.phone = str(values[0]), str(values[1])
        self.hear(line_of(kind, *values))

    def start(self) -> Node:
        """Start the node's process anew."""
        if not self._begun:
            self._begun = True
            self.virtual.held._on_slot = self._slot
            self.road = WatchedRoad(self.district, self, say=self.say)
            checkpoint_often(self)
            self.say("begin")
        self.say("clock", self.mono_s)
        node = super().start()
        node.database.connection.execute(f"pragma wal_autocheckpoint={CHECKPOINT_PAGES}")
        self.say("opened")
        self.note_keys()
        return node

    def text(self, sender: str, words: str, sent_s: int | None = None) -> None:
        """A villager sends an SMS."""
        at = datetime.fromtimestamp(self.wall_s() if sent_s is None else sent_s, UTC)
        parts = pdu.split_deliver(sender, words, at, next(self._numbers) % 255)
        self.say("text", sender, words, parts)
        for part in parts:
            self.virtual.deliver(part)

    def note_keys(self) -> None:
        """Remember the keys that are in RAM now."""
        vault = self.node.vault
        for one in vault.opened():
            keys = vault.knows(one)
            if keys is not None:
                found = [
                    None if k is None else k.hex() for k in (keys.session, keys.intake, keys.unit)
                ]
                before = self.sessions.get(one.hex(), [None] * 3)
                self.sessions[one.hex()] = [a or b for a, b in zip(before, found, strict=True)]

    def saved(self) -> None:
        """An officer was told that what he did is saved."""
        with self.node.database.read() as db:
            self.say("saved", SqliteStore(db).head(self.node.ledger.log_id).seq)

    def ordered(self) -> None:
        """A person at the Polres was told that the order stands."""
        with self.district.read() as connection:
            store = PolresStore(connection)
            newest = store.newest(NUMBER, Log.DOWN)
            self.say("ordered", store.head(newest).seq if newest else 0)

    def _slot(self, change: SlotChange) -> None:
        held = self.virtual.held
        if change.action == "stored":
            self.say("stored", change.memory, change.index,
                     held.memories[change.memory][change.index].pdu)  # fmt: skip
        else:
            self.say("freed", change.memory, change.index,
                     held.residue[change.memory][change.index])  # fmt: skip

    def _out(self, hex_pdu: str) -> list[str]:
        submit = pdu.decode_submit(hex_pdu)
        self.say("answered", submit.reference, submit.recipient, submit.text)
        return super()._out(hex_pdu)


class TakenUp(WatchedWorld):
    """A world that goes on from folders as a cut left them, with the modem as it was then."""

    def __init__(
        self, folder: Path, told: Told, hear: Callable[[str], object] = lambda _: None
    ) -> None:
        super(World, self).__init__()
        self.folder, self.directory = folder, folder / "desa"
        self.mono_s = told.clock_s + 60
        self.sent = list(told.spoken)
        self.sessions = {}
        self.hear = hear
        self._begun = False
        self._numbers = iter(range(200, 255))
        self.district = open_district(folder / "polres")
        self.virtual = VirtualModem(on_send=self._out)
        for (memory, index), text in told.memory.items():
            self.virtual.held.memories[memory][index] = Stored(0, text)
        self.start()
        # What was on its way to the modem still is.
        for _, _, parts in told.texts:
            for part in parts:
                if part not in told.freed and part not in told.memory.values():
                    self.virtual.deliver(part)

    def __post_init__(self) -> None:
        """Nothing is made anew."""

    def close(self) -> None:
        """Let everything go."""
        self.node.database.close()
        self.district.close()


def browser(world: World) -> Phone:
    """An officer's phone in front of the village's pages."""
    desk = world.desk()
    return Phone(desk, KeyDesk(world.node, desk, lambda: world.mono_s))


def checkpoint_often(world: World) -> None:
    """Let the Polres' tables be folded into their file often."""
    with world.district.tables.engine.connect() as connection:
        connection.exec_driver_sql(f"pragma wal_autocheckpoint={CHECKPOINT_PAGES}")


def dumped(world: WatchedWorld) -> str:
    """The keys of a day, for the judge."""
    world.note_keys()
    return json.dumps({"duty": world.node.keys.identity.duty.hex(), "sessions": world.sessions})
