"""The inbox: whatever the modem lists is committed before it is forgotten, and each text once."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

import sqlite_utils
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import sms.schema
from sms import inbox
from sms.inbox import Sealed, State, tag_of

PDUS = st.sampled_from([f"{number:02X}" * 20 for number in range(12)])
SLOTS = st.tuples(st.sampled_from(["SM", "ME"]), st.integers(1, 4))


@dataclass(frozen=True)
class Listed:
    """A slot as a modem lists it."""

    memory: str
    index: int
    pdu: str
    stat: int = 0


def open_inbox() -> sqlite3.Connection:
    """An empty one."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    sms.schema.migrations.apply(sqlite_utils.Database(connection))
    return connection


class Keeper:
    """A process that keeps texts: it opens what it sealed, and what it was given keys for."""

    def __init__(self, db: sqlite3.Connection, run: int) -> None:
        self.db = db
        self.run = run
        self.known: dict[int, str] = {}

    def keep(self, listed: list[Listed]) -> inbox.Kept:
        """Keep a list of slots."""

        def seal(number: int, pdu: str) -> Sealed:
            self.known[number] = pdu
            return Sealed(bytes([self.run]) * 16, pdu.encode())

        with self.db:
            self.db.execute("begin")
            return inbox.keep(self.db, "sim", listed, seal, self.known.get, 5)


@given(st.permutations([Listed("SM", n, f"{n:02X}" * 20) for n in range(1, 6)]))
def test_a_list_in_any_order_is_kept_in_the_order_in_which_it_came(listed: list[Listed]) -> None:
    keeper = Keeper(open_inbox(), 1)
    kept = keeper.keep(listed)
    assert [slot for _, slot in kept.fresh] == listed
    assert [row.body.decode() for row in inbox.pending(keeper.db)] == [one.pdu for one in listed]
    again = keeper.keep(listed[::-1])
    assert (again.fresh, list(again.known)) == ((), listed[::-1])


def test_the_same_pdu_in_two_slots_is_two_rows() -> None:
    keeper = Keeper(open_inbox(), 1)
    keeper.keep([Listed("SM", 1, "AA"), Listed("SM", 2, "AA"), Listed("ME", 1, "AA")])
    rows = inbox.pending(keeper.db)
    assert [row.perhaps_copy_of for row in rows] == [None, None, None]


def test_after_a_restart_a_listed_slot_is_kept_once_more_as_perhaps_a_copy() -> None:
    db = open_inbox()
    Keeper(db, 1).keep([Listed("SM", 1, "AA")])
    for run in (2, 3):
        Keeper(db, run).keep([Listed("SM", 1, "AA")])
    assert [row.perhaps_copy_of for row in inbox.pending(db)] == [None, 1, 2]


def test_a_slot_that_was_seen_free_is_no_copys_slot_any_more() -> None:
    db = open_inbox()
    Keeper(db, 1).keep([Listed("SM", 1, "AA")])
    later = Keeper(db, 2)
    later.keep([])
    later.keep([Listed("SM", 1, "AA")])
    assert [row.perhaps_copy_of for row in inbox.pending(db)] == [None, None]
    assert db.execute("select count(*) from slots").fetchone() == (1,)


def test_another_text_in_a_held_slot_is_never_taken_for_the_first() -> None:
    db = open_inbox()
    keeper = Keeper(db, 1)
    keeper.keep([Listed("SM", 1, "AA")])
    keeper.keep([Listed("SM", 1, "BB")])
    assert [row.body for row in inbox.pending(db)] == [b"AA", b"BB"]
    assert inbox.pending(db)[1].perhaps_copy_of is None


def test_a_text_of_the_same_length_and_tag_is_kept_too() -> None:
    first = "00" * 8
    twins = (f"{number:016X}" for number in range(1, 1 << 24))
    twin = next(pdu for pdu in twins if tag_of(pdu) == tag_of(first))
    db = open_inbox()
    keeper = Keeper(db, 1)
    keeper.keep([Listed("SM", 1, first)])
    keeper.keep([Listed("SM", 1, twin)])
    Keeper(db, 2).keep([Listed("SM", 1, first)])
    rows = inbox.pending(db)
    assert [row.body.decode() for row in rows] == [first, twin, first]
    assert rows[2].perhaps_copy_of == 2


class Life(RuleBasedStateMachine):
    """A modem, a network that fills its slots, and a process that is killed at any point."""

    @initialize()
    def begin(self) -> None:
        """Nothing has been kept yet."""
        self.db = open_inbox()
        self.run = 1
        self.keeper = Keeper(self.db, 1)
        self.slots: dict[tuple[str, int], tuple[int, str]] = {}
        self.arrived: dict[int, str] = {}
        self.everything: dict[int, str] = {}
        self.first_row: dict[int, int] = {}

    @rule(slot=SLOTS, pdu=PDUS)
    def arrive(self, slot: tuple[str, int], pdu: str) -> None:
        """The network stores a text in a free slot."""
        if slot not in self.slots:
            number = len(self.arrived)
            self.arrived[number] = pdu
            self.slots[slot] = (number, pdu)

    def _listed(self, order: Callable[[list[Listed]], list[Listed]]) -> list[Listed]:
        return order([Listed(*slot, pdu) for slot, (_, pdu) in self.slots.items()])

    @rule(data=st.data(), forgotten=st.integers(0, 8))
    def listen(self, data: st.DataObject, forgotten: int) -> None:
        """List, keep, and forget as many slots as there was time for."""
        listed = data.draw(st.permutations(self._listed(list)))
        kept = self.keeper.keep(listed)
        assert len(kept.fresh) + len(kept.known) == len(listed)
        for number, slot in kept.fresh:
            arrival, pdu = self.slots[slot.memory, slot.index]
            self.everything[number] = pdu
            self.first_row.setdefault(arrival, number)
        for slot in listed[:forgotten]:
            del self.slots[slot.memory, slot.index]

    @rule()
    def restart(self) -> None:
        """The process is killed; the card and the modem stay."""
        self.run += 1
        self.keeper = Keeper(self.db, self.run)

    @rule()
    def keys_come(self) -> None:
        """Older sessions are opened again."""
        self.keeper.known.update(self.everything)

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def nothing_is_lost(self) -> None:
        """A text lies in the modem or in a row, which never changes."""
        rows = {row.id: row for row in inbox.pending(self.db)}
        assert {number: row.body.decode() for number, row in rows.items()} == self.everything
        in_modem = {arrival for arrival, _ in self.slots.values()}
        gone = {pdu for arrival, pdu in self.arrived.items() if arrival not in in_modem}
        assert gone <= set(self.everything.values())

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def copies_are_told_from_texts(self) -> None:
        """With all keys, as many rows remain as texts came, but for equal ones in one slot."""
        rows = inbox.pending(self.db)
        copies = [
            row
            for row in rows
            if row.perhaps_copy_of is not None
            and self.everything[row.perhaps_copy_of] == self.everything[row.id]
        ]
        kept_arrivals = len(self.first_row)
        assert len(rows) - len(copies) <= kept_arrivals
        firsts = {self.first_row[arrival] for arrival in self.first_row}
        for row in rows:
            assert row.id in firsts or row in copies


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25)


def test_states_are_counted_and_only_open_rows_are_pending() -> None:
    db = open_inbox()
    Keeper(db, 1).keep([Listed("SM", n, f"{n:02X}") for n in range(1, 7)])
    for number, state in zip(range(1, 7), State, strict=True):
        inbox.mark(db, [number], state)
    assert [row.state for row in inbox.pending(db)] == [State.UNREAD, State.PART]
    assert inbox.counts(db) == {"kept": 4, **dict.fromkeys(map(str, State), 1)}
    assert [row.id for row in inbox.done_since(db, 5)] == [3, 6]
    assert inbox.done_since(db, 6) == ()
    assert inbox.row_of(db, 4) is not None
    assert inbox.row_of(db, 9) is None


def test_a_row_number_is_never_used_twice() -> None:
    db = open_inbox()
    keeper = Keeper(db, 1)
    keeper.keep([Listed("SM", 1, "AA")])
    db.execute("delete from slots")
    db.execute("delete from inbox")
    keeper.keep([Listed("SM", 1, "BB")])
    assert [row.id for row in inbox.pending(db)] == [2]
