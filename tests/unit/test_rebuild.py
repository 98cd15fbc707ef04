"""State is a fold of the journal: after any history the tables are those of a rebuild."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from world import CODE, World

from server import lookup
from server.database import open_memory
from server.desa import intake, steps
from server.desa.desk import Contact
from server.domain import requests as r
from server.domain.report import Move
from server.polres.down import orders
from server.projection import Projection
from sync.store import SqliteStore

SENDERS = st.sampled_from(["+6281234567890", "+6281298765432", "TELKOMSEL"])
WORDS = st.sampled_from(
    [
        "kemalingan tadi malam di RT 2 RW 1", "tolong kebakaran rumah warga",
        "oknum polisi minta uang",
        "RAHASIA ada bandar sabu", "", "STATUS", "BATAL", "TAMBAH lari ke sawah", "STOP",
        "info", "\U0001f525 \x00 api", "kata " * 60,
    ]
)  # fmt: skip
MOVES = st.sampled_from(["take", "forward", "close", "reopen", "answer"])


class History(RuleBasedStateMachine):
    """Everything that a village, its Polres and its power line can do, in any order."""

    @initialize()
    def begin(self) -> None:
        """A village that the Polres knows."""
        self.folder = Path(tempfile.mkdtemp(prefix="kentongan-"))
        self.world = World(self.folder)
        self.world.exchange()
        self.key: tuple[str, bytes] | None = None

    def teardown(self) -> None:
        """Nothing stays."""
        if hasattr(self, "world"):
            self.world.node.database.close()
            self.world.district.close()
            shutil.rmtree(self.folder)

    @rule(sender=SENDERS, words=WORDS)
    def text(self, sender: str, words: str) -> None:
        """A text comes."""
        self.world.mono_s += 30
        self.world.text(sender, words)
        self.world.listen()

    @rule(number=st.sampled_from(["081234567890", "1708", ""]))
    def call(self, number: str) -> None:
        """Somebody rings."""
        self.world.mono_s += 1
        intake.missed_call(self.world.node, number, self.world.mono_s)

    @rule()
    def speak(self) -> None:
        """Texts go out and are confirmed."""
        self.world.speak()

    @rule(move=MOVES, at=st.integers(0, 5))
    def act(self, move: str, at: int) -> None:
        """An officer acts on some report."""
        tickets = [one.ticket for one in lookup.reports(self.world.node.projection.db)]
        if tickets:
            ticket = tickets[at % len(tickets)]
            self.world.desk().act(
                {
                    "take": r.Take(ticket, "Made"),
                    "forward": r.Forward(ticket, "Made", "Polsek"),
                    "close": r.Close(ticket, "Made", "damai"),
                    "reopen": r.Reopen(ticket, "Made", "lagi"),
                    "answer": r.Answer(ticket, "Made", "Kami ke sana"),
                }[move]
            )

    @rule(move=st.sampled_from([Move.TAKE, Move.CLOSE]), at=st.integers(0, 5))
    def order(self, move: Move, at: int) -> None:
        """The Polres orders something."""
        tickets = [line.report.ticket for line in self.world.at_polres()]
        if tickets:
            orders.order_status(
                self.world.district, CODE, tickets[at % len(tickets)], move, "selesai",
                by="Sari", now_s=self.world.wall_s(),
            )  # fmt: skip

    @rule(number=st.sampled_from(["0812-1111-2222", "0813-1111-2222", ""]))
    def contact(self, number: str) -> None:
        """The phone book changes."""
        self.world.desk().set_contact(Contact("Made", "Bhabinkamtibmas", number))

    @rule(lost=st.integers(0, 1))
    def exchange(self, lost: int) -> None:
        """An exchange, whose answer may get lost."""
        self.world.road.lose_answers = lost
        self.world.exchange()

    @rule()
    def restart(self) -> None:
        """The power fails."""
        self.world.restart()

    @precondition(lambda self: getattr(self, "key", 0) is None)
    @rule()
    def officer(self) -> None:
        """An officer is made."""
        made = self.world.officer()
        self.key = (made["passphrase"], bytes.fromhex(made["phone_path"].rpartition("/")[2]))

    @precondition(lambda self: getattr(self, "key", None) is not None)
    @rule()
    def unlock(self) -> None:
        """He logs in with his phone."""
        self.world.desk().login("Made", *(self.key or ("", b"")))

    @rule(minutes=st.sampled_from([11, 61, 24 * 60]))
    def wait(self, minutes: int) -> None:
        """Time passes; what is due is done."""
        self.world.mono_s += minutes * 60
        steps.tend(self.world.node, self.world.mono_s)
        steps.remind(self.world.node, self.world.mono_s)

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def the_tables_are_those_of_a_rebuild(self) -> None:
        """Row for row, in the order of the dump."""
        node = self.world.node
        store = SqliteStore(node.database.connection)
        log_id = node.ledger.log_id
        rebuilt = Projection(open_memory().connection)
        rebuilt.add(store.entries(log_id, 1, store.head(log_id).seq), node.vault)
        assert list(node.projection.db.iterdump()) == list(rebuilt.db.iterdump())


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=15, stateful_step_count=18)
