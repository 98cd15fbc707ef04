"""The slot journal: each text that the network stored is one row, each distinct PDU one report."""

from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from paper_slots import KeyRing, SlotModem, Where, one_part

from hardware.errors import PortGone
from server import lookup
from server.desa import steps
from sms import inbox
from tests.world import NOW_S, World

SM1: Where = ("SM", 1)
TEXTS = [
    one_part("+6281234567890", "kemalingan ayam tadi malam di RT 3", NOW_S),
    one_part("+6281234567890", "kemalingan ayam tadi malam di RT 4", NOW_S),
    one_part("+6281298765432", "Jalan rusak dekat masjid", NOW_S),
]
SLOTS = st.sampled_from([SM1, ("SM", 2), ("ME", 1)])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def listen(world: World, modem: SlotModem) -> None:
    """List, keep and delete until nothing new comes, then read."""
    while steps.listen(world.node, modem, world.mono_s).result is steps.Result.DONE:
        pass
    steps.read(world.node, world.mono_s)


def rows(world: World) -> int:
    """Texts that were kept, copies of slots left out."""
    return inbox.counts(world.node.database.connection)["kept"]


def told(world: World) -> dict[str, int]:
    """How often each report says that it was sent; merged ones left out."""
    db = world.node.projection.db
    found = lookup.reports(db)
    return {one.ticket: one.copies for one in found if not lookup.is_merged(db, one.ticket)}


def slot_states(world: World) -> list[str]:
    found = world.node.database.connection.execute("select state from slots order by slot")
    return [state for (state,) in found]


def test_a_slot_is_held_then_deleted_then_erased(world: World) -> None:
    modem = SlotModem(dies_after=0)
    modem.store(SM1, TEXTS[0])
    with pytest.raises(PortGone):
        steps.listen(world.node, modem, world.mono_s)
    assert slot_states(world) == ["held"]
    modem.dies_after = None
    steps.listen(world.node, modem, world.mono_s)
    assert slot_states(world) == ["deleted"]
    steps.listen(world.node, modem, world.mono_s)
    assert slot_states(world) == []
    assert rows(world) == 1


def test_an_equal_text_in_the_slot_that_was_just_emptied_has_a_row_and_counts(
    world: World,
) -> None:
    modem = SlotModem()
    for _ in range(3):
        modem.store(SM1, TEXTS[0])
        steps.listen(world.node, modem, world.mono_s)
        steps.read(world.node, world.mono_s)
    assert rows(world) == 3
    assert list(told(world).values()) == [3]


def test_a_delete_that_does_not_delete_makes_no_second_text(world: World) -> None:
    modem = SlotModem(lies=True)
    modem.store(SM1, TEXTS[0])
    for _ in range(5):
        listen(world, modem)
    assert rows(world) == 1
    assert list(told(world).values()) == [1]


def test_a_modem_that_neither_deletes_nor_marks_as_read_does_not_count_for_ever(
    world: World,
) -> None:
    modem = SlotModem(lies=True, marks_read=False)
    modem.store(SM1, TEXTS[0])
    for _ in range(10):
        listen(world, modem)
    assert rows(world) == 1 + inbox.AGAIN_MAX


def test_equal_texts_in_other_slots_are_rows_and_one_report(world: World) -> None:
    modem = SlotModem()
    for where in (SM1, ("SM", 2), ("ME", 1)):
        modem.store(where, TEXTS[0])
    listen(world, modem)
    assert rows(world) == 3
    assert list(told(world).values()) == [3]


def test_what_came_past_the_memories_has_no_slot(world: World) -> None:
    for _ in range(2):
        steps.keep_passing(world.node, TEXTS[0], world.mono_s)
        steps.read(world.node, world.mono_s)
    assert slot_states(world) == []
    assert list(told(world).values()) == [2]


def test_two_reports_of_one_text_become_one_when_the_keys_come(world: World) -> None:
    ring, modem = KeyRing(world), SlotModem()
    modem.store(SM1, TEXTS[0])
    listen(world, modem)
    first = world.report().ticket
    ring.restart()
    modem.store(("SM", 2), TEXTS[0])
    listen(world, modem)
    second = world.report().ticket
    ring.unlock()
    assert told(world) == {first: 2}
    merged = world.report(second)
    assert merged.result is not None
    assert first in merged.result
    ring.unlock()
    assert told(world) == {first: 2}
    world.exchange()
    shown = {line.report.ticket: line.report for line in world.at_polres()}
    assert (shown[first].copies, shown[second].result) == (2, merged.result)


def test_a_text_that_was_not_read_before_the_cut_is_read_where_it_lies_again(world: World) -> None:
    ring, modem = KeyRing(world), SlotModem(dies_after=0)
    modem.store(SM1, TEXTS[0])
    for _ in range(2):
        with pytest.raises(PortGone):
            steps.listen(world.node, modem, world.mono_s)
        ring.restart()
    modem.dies_after = None
    listen(world, modem)
    assert list(told(world).values()) == [1]
    ring.restart()
    ring.unlock()
    assert list(told(world).values()) == [1]
    assert rows(world) == 1


class Nights(RuleBasedStateMachine):
    """A network that stores texts, a modem of any honesty, and a power that goes at any moment."""

    @initialize()
    def begin(self) -> None:
        """An empty village."""
        self.folder = Path(mkdtemp())
        self.world = World(self.folder)
        self.ring = KeyRing(self.world)
        self.modem = SlotModem()
        self.arrived: list[str] = []
        # Texts that are equal to one that was deleted from their slot, where the cut took the
        # only sign that they came later: they may be taken for it, and nothing of them is lost.
        self.blurred = 0
        self.deleted: dict[Where, tuple[str, bool, int]] = {}

    @rule(stored=st.lists(st.tuples(SLOTS, st.sampled_from(TEXTS)), min_size=1, max_size=3))
    def store(self, stored: list[tuple[Where, str]]) -> None:
        """The network stores texts in free slots."""
        for where, text in stored:
            self.arrive(where, text)

    def arrive(self, where: Where, text: str) -> None:
        """Store it, and know whether its row may be missing."""
        before, marked, again = self.deleted.get(where, ("", True, 0))
        equal = before == text
        if where in self.modem.slots or (equal and again == inbox.AGAIN_MAX):
            return
        self.arrived.append(text)
        self.modem.store(where, text)
        self.blurred += equal and not marked
        self.deleted[where] = (before, marked, again + equal)

    def send_again(self, where: Where) -> None:
        """The network did not learn that its text came, and stores it in the same slot again."""
        if where in self.deleted:
            self.arrive(where, self.deleted[where][0])

    def listen(self) -> None:
        """Until nothing comes."""
        self._listed()
        listen(self.world, self.modem)
        self.deleted = {}

    @rule(again=st.lists(SLOTS, max_size=3), lies=st.booleans(), reads=st.booleans())
    def listen_once(self, again: list[Where], *, lies: bool, reads: bool) -> None:
        """One listing; deletes delete, or only say so; then anything may come."""
        going = self._listed()
        self.modem.lies = lies
        steps.listen(self.world.node, self.modem, self.world.mono_s)
        self.modem.lies = False
        if reads:
            steps.read(self.world.node, self.world.mono_s)
        if not lies:
            self.deleted |= {where: (text, True, n) for where, text, n in going}
        for where in again:
            self.send_again(where)

    @rule(deletes=st.integers(0, 3), cut=st.booleans())
    def lose_the_modem(self, deletes: int, *, cut: bool) -> None:
        """The modem or the power goes between two deletes."""
        going = self._listed()
        self.modem.dies_after = deletes
        try:
            steps.listen(self.world.node, self.modem, self.world.mono_s)
            marked = True
        except PortGone:
            marked = False
        self.modem.dies_after = None
        gone = [one for one in going if one[0] not in self.modem.slots]
        self.deleted |= {where: (text, marked, n) for where, text, n in gone}
        if cut:
            self.ring.restart()
        for where, _, _ in gone:
            self.send_again(where)

    @rule()
    def cut_before_the_commit(self) -> None:
        """The texts were listed, and nothing of them was kept."""
        for where, slot in self.modem.slots.items():
            before, marked, again = self.deleted.get(where, ("", True, 0))
            if before == slot.pdu and marked and slot.stat == 0:
                self.blurred += 1
                self.deleted[where] = (before, False, again)
        self.modem.list()
        self.ring.restart()

    @rule()
    def restart(self) -> None:
        """A power cut: older sessions are locked."""
        self.ring.restart()

    @rule()
    def keys_come(self) -> None:
        """All is open again, and all is right."""
        self.listen()
        self.ring.unlock()
        self.check()

    @rule(number=st.integers(0, 7))
    def some_keys_come(self, number: int) -> None:
        """One older session is open again, others are not."""
        self.ring.unlock(number)

    def check(self) -> None:
        """Rows are the texts of the network, reports the distinct PDUs."""
        kept, copies = rows(self.world), told(self.world)
        assert len(self.arrived) - self.blurred <= kept <= len(self.arrived)
        assert len(copies) == len(set(self.arrived))
        assert sum(copies.values()) == kept

    def teardown(self) -> None:
        """However the nights went, in the end all is right."""
        if hasattr(self, "world"):
            self.keys_come()
            self.world.node.database.close()
            self.world.district.close()
            rmtree(self.folder)

    def _listed(self) -> list[tuple[Where, str, int]]:
        """What is about to be listed; slots that are not are known to be free."""
        self.deleted = {w: told for w, told in self.deleted.items() if w in self.modem.slots}
        return [
            (where, slot.pdu, self.deleted.get(where, ("", True, 0))[2])
            for where, slot in self.modem.slots.items()
        ]


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=10, stateful_step_count=16, deadline=None)
