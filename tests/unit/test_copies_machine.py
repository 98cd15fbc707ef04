"""Copies, restores and cuts in any order: every text comes to the Polres, and comes there once."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from boxes import NUMBER, Boxes
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from polres_copies import PolresCopies
from world import CODE, World

from server.desa import steps
from server.polres import lookup
from server.polres.down import orders
from server.polres.lookup import ReportLine
from server.polres.projection import rebuild
from server.polres.store.tables import projected
from sync.chain import LogId
from sync.entry import Log
from sync.message import State
from sync.store import SqliteStore

BOXES_MAX = 3
SENDERS = st.sampled_from(["+6281234567890", "+6281298765432", "+6281311112222"])
HOWS = st.sampled_from(["maling", "kebakaran", "banjir", "oknum polisi minta uang"])


def _is_same(line: ReportLine) -> bool:
    return (line.report.result or "").startswith("SMS yang sama")


class Copies(RuleBasedStateMachine):
    """One desa whose card is copied and set back, and whose Polres is set back too."""

    @initialize()
    def begin(self) -> None:
        """A village that the Polres knows."""
        self.folder = Path(tempfile.mkdtemp(prefix="kentongan-"))
        self.world = World(self.folder)
        self.boxes = Boxes(self.world)
        self.polres = PolresCopies(self.world)
        self.world.exchange()
        self.texts = 0
        self.official: set[str] = set()
        self.unread_ones: set[str] = set()
        self.said: dict[str, set[str]] = {"a": set()}
        self.cards: dict[str, set[str]] = {}

    def teardown(self) -> None:
        """All roads open: everything that any box keeps comes to the Polres, once."""
        if not hasattr(self, "world"):
            return
        try:
            self._open_all_roads()
            self._every_text_is_there_once()
            self._heads_agree_or_it_is_shown()
            self._the_tables_are_those_of_a_rebuild()
        finally:
            self.boxes.close()
            shutil.rmtree(self.folder)

    @property
    def here(self) -> set[str]:
        """The texts that the played box keeps."""
        return self.said[self.boxes.playing]

    @rule(sender=SENDERS, how=HOWS)
    def text(self, sender: str, how: str) -> None:
        """A text comes to the box that is played, and is read."""
        self.texts += 1
        words = f"ada {how} di RT {self.texts} dekat pos {self.texts}"
        self.world.mono_s += 30
        self.world.text(sender, words)
        self.world.listen()
        self.here.add(words)
        if "oknum" in words:
            self.official.add(words)

    @rule(sender=SENDERS)
    def unread(self, sender: str) -> None:
        """A text comes and is kept; nobody reads it yet."""
        self.texts += 1
        words = f"kecelakaan motor nomor {self.texts} di simpang"
        self.world.mono_s += 30
        self.world.text(sender, words)
        steps.listen(self.world.node, self.world.modem, self.world.mono_s)
        self.here.add(words)
        self.unread_ones.add(words)

    @rule()
    def read(self) -> None:
        """What was kept is read."""
        steps.read(self.world.node, self.world.mono_s)

    @rule(lost=st.integers(0, 2))
    def exchange(self, lost: int) -> None:
        """An exchange, of which some answers may get lost."""
        self.world.mono_s += 30
        self.world.road.lose_answers = lost
        self.world.exchange()
        self.world.road.lose_answers = 0

    @rule()
    def restart(self) -> None:
        """The power fails."""
        self.world.restart()

    @rule(at=st.integers(0, BOXES_MAX))
    def play(self, at: int) -> None:
        """Another box is looked at."""
        names = self.boxes.names
        self.boxes.play(names[at % len(names)])

    @rule()
    def copy(self) -> None:
        """The card is copied, and the copy laid in a drawer."""
        name = f"c{len(self.cards)}"
        self.boxes.copy(name)
        self.cards[name] = set(self.here)

    @precondition(lambda self: getattr(self, "cards", None))
    @rule(at=st.integers(0, 5))
    def put_back(self, at: int) -> None:
        """The card is lost, and an old copy is put in its place."""
        name = sorted(self.cards)[at % len(self.cards)]
        self.boxes.put_back(name)
        self.said[self.boxes.playing] = set(self.cards[name])

    @precondition(lambda self: getattr(self, "cards", None) and len(self.boxes.names) < BOXES_MAX)
    @rule(at=st.integers(0, 5))
    def switch_on(self, at: int) -> None:
        """A copy is switched on beside the others."""
        name = sorted(set(self.cards) - set(self.said), key=str)
        if name:
            chosen = name[at % len(name)]
            self.boxes.switch_on(chosen)
            self.said[chosen] = set(self.cards[chosen])

    @rule(at=st.integers(0, 3))
    def allow(self, at: int) -> None:
        """A person at the Polres lets a waiting box go on."""
        waiting = self.boxes.waiting()
        if waiting:
            self.boxes.allow(waiting[at % len(waiting)].words)

    @rule()
    def copy_polres(self) -> None:
        """The Polres' tables are copied."""
        self.polres.copy()

    @rule()
    def restore_polres(self) -> None:
        """The Polres' server breaks, and its copy takes its place."""
        self.polres.put_back()

    def _counted(self) -> tuple[Counter[str], set[str]]:
        """How often each text stands at the Polres, and which ones came from two copies."""
        found = lookup.search(self.world.district, lookup.ReportFilter(limit=10_000))
        twice = {line.report.text for line in found if _is_same(line)}
        return Counter(line.report.text for line in found if not _is_same(line)), twice

    def _open_all_roads(self) -> None:
        """Every box is read and exchanges, and a person lets each go on that asks."""
        self.world.road.lose_answers = 0
        for name in self.boxes.names * 3:
            self.boxes.play(name)
            steps.read(self.world.node, self.world.mono_s)
            for _ in range(3):
                self.world.mono_s += 30
                orders.grant_keys(self.world.district, CODE, "spkt", self.world.wall_s())
                self.world.exchange()
                for one in self.boxes.waiting():
                    if one.words == self.world.node.health.claim_words:
                        self.boxes.allow(one.words)

    def _every_text_is_there_once(self) -> None:
        expected = set().union(*self.said.values())
        found, twice = self._counted()
        official = sum(line.report.sealed for line in self.world.at_polres())
        sealed = {words for words in expected if "oknum" in words}
        readable = expected - sealed
        assert readable <= set(found), readable - set(found)
        assert {words: n for words, n in found.items() if n != 1 and words} == {}
        assert len(sealed) <= official <= len(self.official)
        assert twice <= self.unread_ones

    def _heads_agree_or_it_is_shown(self) -> None:
        for name in self.boxes.names:
            self.boxes.play(name)
            node = self.world.node
            self.world.exchange()
            log_id = node.ledger.log_id
            ours = SqliteStore(node.database.connection).head(log_id)
            theirs = self.polres.head(LogId(NUMBER, Log.UP, log_id.instance))
            assert ours == theirs or self.world.desk().box().trouble
            assert node.health.sync_state in {State.OK, State.REPLACED, State.FORK} or (
                self.world.desk().box().trouble
            )

    def _the_tables_are_those_of_a_rebuild(self) -> None:
        before = self.polres.tables(projected.PROJECTION)
        rebuild(self.world.district)
        assert self.polres.tables(projected.PROJECTION) == before


TestCopies = Copies.TestCase
TestCopies.settings = settings(
    max_examples=15, stateful_step_count=18, deadline=None, report_multiple_bugs=False
)
