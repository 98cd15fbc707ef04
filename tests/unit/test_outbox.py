"""The outbox: each text once, by its way of states, and never stuck after a power cut."""

import sqlite3
from dataclasses import replace
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

FINAL = {State.DELIVERED, State.WITHHELD, State.EXPIRED, State.FAILED}
HANDED = (State.RESERVED, State.SUBMITTING)
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
        State.QUEUED: (), State.WITHHELD: (State.WITHHELD,), State.EXPIRED: (State.EXPIRED,),
        State.RESERVED: (State.RESERVED,), State.SUBMITTING: HANDED,
        State.UNKNOWN: (*HANDED, State.UNKNOWN), State.SENT: (*HANDED, State.SENT),
        State.DELIVERED: (*HANDED, State.SENT, State.DELIVERED),
        State.FAILED: (*HANDED, State.FAILED),
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


def test_escalation_goes_first_then_urgent_receipts_answers_receipts_news_and_broadcasts() -> None:
    db = open_outbox()
    put(db, "1", Purpose.BROADCAST)
    put(db, "2", Purpose.NEWS, urgent=True)
    put(db, "3")
    put(db, "4", Purpose.OFFICER)
    put(db, "5", urgent=True)
    put(db, "6", Purpose.ALARM)
    put(db, "7")
    assert [text.id for text in outbox.waiting(db)] == [6, 5, 4, 3, 7, 2, 1]
    closed = {Purpose.ACK, Purpose.BROADCAST}
    assert [text.id for text in outbox.waiting(db, closed)] == [6, 4, 2]
    assert outbox.waiting_by_purpose(db)[Purpose.ACK] == 3


def test_what_was_being_handed_over_at_a_power_cut_is_tried_again_as_unknown() -> None:
    db, _ = brought_to(State.SUBMITTING)
    assert outbox.recover(db) == 1
    assert outbox.recover(db) == 0
    (text,) = outbox.waiting(db)
    assert (text.state, text.attempts, text.uncertain) == (State.UNKNOWN, 1, 1)


def test_what_was_only_reserved_at_a_power_cut_waits_again_as_it_did_before() -> None:
    db, _ = brought_to(State.RESERVED)
    assert outbox.recover(db) == 0
    (text,) = outbox.waiting(db)
    assert (text.state, text.uncertain) == (State.QUEUED, 0)
    db, text = brought_to(State.UNKNOWN)
    outbox.move(db, text, State.RESERVED)
    outbox.recover(db)
    (text,) = outbox.waiting(db)
    assert (text.state, text.uncertain) == (State.UNKNOWN, 1)


def test_a_text_that_twice_may_have_gone_out_was_tried_enough_whatever_came_between() -> None:
    db, text = brought_to(State.UNKNOWN)
    for state in (*HANDED, State.QUEUED):
        assert not outbox.tried_enough(text)
        text = outbox.move(db, text, state)
    for state in (*HANDED, State.UNKNOWN):
        assert not outbox.tried_enough(text)
        text = outbox.move(db, text, state)
    assert outbox.tried_enough(text)
    assert row(db, 1) == text


@pytest.mark.parametrize(("urgent", "longest_s"), [(False, 3_600), (True, 300)])
def test_each_refused_try_is_followed_by_a_longer_wait(urgent: bool, longest_s: int) -> None:  # noqa: FBT001
    _, text = brought_to(State.QUEUED)
    text = replace(text, urgent=urgent)
    waits = [outbox.retry_delay_s(replace(text, attempts=tries)) for tries in range(1, 60)]
    assert waits[:3] == [30.0, 60.0, 120.0]
    assert waits == sorted(waits)
    assert max(waits) == longest_s


@pytest.mark.parametrize("state", [s for s in State if s not in HANDED])
def test_a_start_leaves_every_other_text_as_it_is(state: State) -> None:
    db, text = brought_to(state)
    assert outbox.recover(db) == 0
    assert row(db, 1) == text


def send(db: sqlite3.Connection, number: int, *references: int) -> outbox.Row:
    """Hand a text over; the modem gives a reference to each part."""
    text = row(db, number)
    for state in (*HANDED, State.SENT):
        text = outbox.move(db, text, state)
    for part, reference in enumerate(references, start=1):
        outbox.keep_part(db, text, part, reference)
    return text


def test_a_delivery_report_finds_the_sent_texts_of_its_reference_newest_first() -> None:
    db = open_outbox()
    for number, reference in ((1, 9), (2, 9), (3, 8)):
        put(db, str(number))
        send(db, number, reference)
    assert [(text.id, part) for text, part in outbox.referred(db, 9)] == [(2, 1), (1, 1)]
    outbox.move(db, row(db, 2), State.DELIVERED)
    assert [text.id for text, _ in outbox.referred(db, 9)] == [1]
    assert outbox.referred(db, 7) == ()


def test_each_part_of_a_long_text_has_its_reference_and_arrives_by_itself() -> None:
    db = open_outbox()
    label = Label(0, Purpose.OFFICER, 7, urgent=False, day=5, parts=3)
    outbox.enqueue(db, "k", lambda _: Sealed(b"s" * 16, b""), label)
    text = send(db, 1, 255, 0, 1)
    assert outbox.parts_sent(db, text) == {1, 2, 3}
    ((found, part),) = outbox.referred(db, 0)
    assert (found, part) == (text, 2)
    outbox.part_delivered(db, text, 2)
    assert outbox.parts_delivered(db, text) == 1
    assert outbox.referred(db, 0) == ()


def test_an_outbox_of_the_first_version_keeps_its_states_tries_and_references() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    sms.schema.m001_texts(sqlite_utils.Database(db))
    for state, attempts, reference in (
        ("sent", 1, 9), ("delivered", 1, 8), ("unknown", 1, None), ("submitting", 2, None),
        ("queued", 1, None),
    ):  # fmt: skip
        db.execute(
            "insert into outbox (key, session, shape, body, purpose, ticket, urgent, state,"
            " attempts, reference, day) values (?, 's', 0, '', 'ack', 7, 0, ?, ?, ?, 5)",
            (state, state, attempts, reference),
        )
    sms.schema.m002_parts(sqlite_utils.Database(db))
    assert [row(db, number).uncertain for number in range(1, 6)] == [0, 0, 1, 1, 0]
    assert [text.id for text, _ in outbox.referred(db, 9)] == [1]
    assert outbox.referred(db, 8) == ()
    assert outbox.recover(db) == 1
    assert [text.id for text in outbox.waiting(db) if outbox.tried_enough(text)] == [4]


def test_reasons_and_states_are_counted() -> None:
    db = open_outbox()
    for key in "abc":
        put(db, key)
    outbox.move(db, row(db, 1), State.WITHHELD, reason="anggaran")
    outbox.move(db, row(db, 2), State.WITHHELD, reason="anggaran")
    counts = outbox.counts(db)
    assert (counts["withheld"], counts["queued"], sum(counts.values())) == (2, 1, 3)
    assert outbox.reasons(db) == {"anggaran": 2}
    assert outbox.reasons(db, 1_000_000) == {}


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
        self.unsure: dict[int, int] = {}
        self.cut_early = False
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
        text = next((one for one in outbox.waiting(self.db) if not outbox.tried_enough(one)), None)
        if text is None:
            return
        text = outbox.move(self.db, text, State.RESERVED)
        if self.cut_early:
            self.cut_early = False
            outbox.recover(self.db)
            return
        text = outbox.move(self.db, text, State.SUBMITTING)
        self.handed[text.id] = self.handed.get(text.id, 0) + 1
        if outcome is None:
            outbox.recover(self.db)
        else:
            text = outbox.move(self.db, text, outcome)
            outbox.keep_part(self.db, text, 1, text.id % 8)
        if outcome in {None, State.UNKNOWN}:
            self.unsure[text.id] = self.unsure.get(text.id, 0) + 1

    @rule()
    def cut_before_the_next_is_handed_over(self) -> None:
        """The power fails between the credit and the modem."""
        self.cut_early = True

    @rule(delivered=st.booleans(), reference=st.integers(0, 12))
    def report(self, reference: int, *, delivered: bool) -> None:
        """A delivery report comes, perhaps for nothing."""
        for text, part in outbox.referred(self.db, reference)[:1]:
            outbox.part_delivered(self.db, text, part)
            outbox.move(self.db, text, State.DELIVERED if delivered else State.FAILED)

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def every_text_waits_is_sent_or_has_ended(self) -> None:
        """Nothing stays in between, attempts are counted, and an end is an end."""
        waiting = {text.id for text in outbox.waiting(self.db)}
        for number in range(1, sum(outbox.counts(self.db).values()) + 1):
            text = row(self.db, number)
            assert text.state not in HANDED
            assert text.uncertain == self.unsure.get(number, 0) <= 2
            assert (number in waiting) == (text.state in WAITING)
            assert text.attempts == self.handed.get(number, 0)
            if number in self.ended:
                assert text.state is self.ended[number]
            if text.state in FINAL:
                self.ended[number] = text.state


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=50, stateful_step_count=25)
