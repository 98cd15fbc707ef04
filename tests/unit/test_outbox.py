"""The outbox: each text once, by its way of states, and never stuck after a power cut."""

import sqlite3
from itertools import product

import pytest
import sqlite_utils
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import sms.schema
from sms import outbox
from sms.inbox import Sealed
from sms.outbox import TRANSITIONS, Label, Purpose, State

FINAL = {State.DELIVERED, State.WITHHELD, State.FAILED}
WAITING = {State.QUEUED, State.UNKNOWN}


def open_outbox() -> sqlite3.Connection:
    """An empty one."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    sms.schema.migrations.apply(sqlite_utils.Database(connection))
    return connection


def put(
    db: sqlite3.Connection, key: str, purpose: Purpose = Purpose.ACK, *, urgent: bool = False
) -> int | None:
    """Queue a text."""
    label = Label(0, purpose, 7, urgent, 5)
    return outbox.enqueue(db, key, lambda number: Sealed(b"s" * 16, str(number).encode()), label)


def row(db: sqlite3.Connection, number: int) -> outbox.Row:
    """A row that is there."""
    found = outbox.row_of(db, number)
    assert found is not None
    return found


def brought_to(state: State) -> tuple[sqlite3.Connection, outbox.Row]:
    """A text in a state, on the shortest way."""
    ways = {
        State.QUEUED: (), State.WITHHELD: (State.WITHHELD,), State.SUBMITTING: (State.SUBMITTING,),
        State.UNKNOWN: (State.SUBMITTING, State.UNKNOWN),
        State.SENT: (State.SUBMITTING, State.SENT),
        State.DELIVERED: (State.SUBMITTING, State.SENT, State.DELIVERED),
        State.FAILED: (State.SUBMITTING, State.FAILED),
    }  # fmt: skip
    db = open_outbox()
    put(db, "k")
    for step in ways[state]:
        outbox.move(db, row(db, 1), step)
    return db, row(db, 1)


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_a_text_goes_by_the_table_and_no_other_way(before: State, after: State) -> None:
    db, text = brought_to(before)
    assert text.state is before
    if after in TRANSITIONS[before]:
        outbox.move(db, text, after)
        assert row(db, 1).state is after
    else:
        with pytest.raises(AssertionError):
            outbox.move(db, text, after)
        assert row(db, 1).state is before


def test_every_state_is_in_the_table_and_has_a_way_to_an_end() -> None:
    assert set(TRANSITIONS) == set(State)
    for state in State:
        reached, fresh = {state}, {state}
        while fresh:
            fresh = {after for one in fresh for after in TRANSITIONS[one]} - reached
            reached |= fresh
        assert reached & FINAL


def test_a_key_is_queued_once_and_its_text_is_sealed_for_its_own_row() -> None:
    db = open_outbox()
    assert [put(db, key) for key in ("a", "b", "a")] == [1, 2, None]
    assert [text.body for text in outbox.waiting(db)] == [b"1", b"2"]


def test_urgent_texts_go_first_then_alarms_and_officers_then_answers_in_order() -> None:
    db = open_outbox()
    put(db, "1")
    put(db, "2", Purpose.OFFICER)
    put(db, "3", urgent=True)
    put(db, "4", Purpose.ALARM, urgent=True)
    put(db, "5", Purpose.ALARM)
    put(db, "6")
    assert [text.id for text in outbox.waiting(db)] == [4, 3, 2, 5, 1, 6]


def test_what_was_being_handed_over_at_a_power_cut_is_tried_again_as_unknown() -> None:
    db, _ = brought_to(State.SUBMITTING)
    assert outbox.recover(db) == 1
    assert outbox.recover(db) == 0
    (text,) = outbox.waiting(db)
    assert (text.state, text.attempts) == (State.UNKNOWN, 1)


@pytest.mark.parametrize("state", [s for s in State if s is not State.SUBMITTING])
def test_a_start_leaves_every_other_text_as_it_is(state: State) -> None:
    db, text = brought_to(state)
    assert outbox.recover(db) == 0
    assert row(db, 1) == text


def test_a_delivery_report_finds_the_newest_sent_text_of_its_reference() -> None:
    db = open_outbox()
    for number in range(1, 4):
        put(db, str(number))
        outbox.move(db, row(db, number), State.SUBMITTING)
        outbox.move(db, row(db, number), State.SENT, reference=9 if number < 3 else 8)
    found = outbox.awaiting_delivery(db, 9)
    assert found is not None
    assert found.id == 2
    outbox.move(db, found, State.DELIVERED)
    older = outbox.awaiting_delivery(db, 9)
    assert older is not None
    assert older.id == 1
    assert outbox.awaiting_delivery(db, 7) is None


def test_reasons_and_states_are_counted() -> None:
    db = open_outbox()
    for key in "abc":
        put(db, key)
    outbox.move(db, row(db, 1), State.WITHHELD, reason="anggaran")
    outbox.move(db, row(db, 2), State.WITHHELD, reason="anggaran")
    counts = outbox.counts(db)
    assert (counts["withheld"], counts["queued"], sum(counts.values())) == (2, 1, 3)
    assert outbox.reasons(db) == {"anggaran": 2}


def test_parts_are_counted_by_hour_and_day_of_any_year() -> None:
    db = open_outbox()
    for day, hour, parts in ((1, 24, 2), (1, 25, 3), (2, 48, 5), (1, 24, 1)):
        outbox.spend(db, day, hour, parts)
    assert [outbox.spent_parts(db, 1, hour) for hour in (24, 25, 26, None)] == [3, 3, 0, 6]
    assert outbox.spent_parts(db, 2, None) == 5
    assert outbox.spent_parts(db, 3, None) == 0


class Life(RuleBasedStateMachine):
    """Texts that are queued, handed over, lost sight of, confirmed, and cut off by the power."""

    @initialize()
    def begin(self) -> None:
        """An empty outbox."""
        self.db = open_outbox()
        self.handed: dict[int, int] = {}
        self.cuts: dict[int, int] = {}
        self.ended: dict[int, State] = {}

    @rule(key=st.integers(0, 30), purpose=st.sampled_from(Purpose), urgent=st.booleans())
    def queue(self, key: int, purpose: Purpose, *, urgent: bool) -> None:
        """The same key may come again."""
        known = self.db.execute("select count(*) from outbox where key = ?", (str(key),)).fetchone()
        made = put(self.db, str(key), purpose, urgent=urgent)
        assert (made is None) == bool(known[0])

    @rule(outcome=st.sampled_from([State.SENT, State.UNKNOWN, State.QUEUED, State.FAILED, None]))
    def speak(self, outcome: State | None) -> None:
        """The first that waits is handed over; None is a power cut in the middle."""
        texts = outbox.waiting(self.db)
        if not texts:
            return
        text = texts[0]
        outbox.move(self.db, text, State.SUBMITTING)
        self.handed[text.id] = self.handed.get(text.id, 0) + 1
        if outcome is None:
            outbox.recover(self.db)
            return
        outbox.move(self.db, outbox.tried(text), outcome, reference=text.id % 256)

    @rule(delivered=st.booleans(), reference=st.integers(0, 12))
    def report(self, reference: int, *, delivered: bool) -> None:
        """A delivery report comes, perhaps for nothing."""
        text = outbox.awaiting_delivery(self.db, reference)
        if text is not None:
            outbox.move(self.db, text, State.DELIVERED if delivered else State.FAILED)

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def every_text_waits_is_sent_or_has_ended(self) -> None:
        """Nothing stays in between, attempts are counted, and an end is an end."""
        waiting = {text.id for text in outbox.waiting(self.db)}
        for number in range(1, sum(outbox.counts(self.db).values()) + 1):
            text = row(self.db, number)
            assert text.state is not State.SUBMITTING
            assert (number in waiting) == (text.state in WAITING)
            assert text.attempts == self.handed.get(number, 0)
            if number in self.ended:
                assert text.state is self.ended[number]
            if text.state in FINAL:
                self.ended[number] = text.state


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=50, stateful_step_count=25)
