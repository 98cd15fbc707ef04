"""The life of reports beside a model of a few words each: villagers, officers, Polres and time."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from server.domain import events as e
from server.domain import remind
from server.domain import requests as r
from server.domain.decide import (
    Decision,
    Situation,
    decide_action,
    decide_call,
    decide_order,
    decide_text,
    sensitive,
)
from server.domain.errors import Reason, Refused
from server.domain.evolve import evolve, evolve_sealed
from server.domain.react import Notice, react
from server.domain.reading.read import read
from server.domain.report import Report, Stamp, Status, Trust
from sync.entry import Flag, Header, Log, Shape, ticket_code

NOW_S = 1_790_000_000
NUMBERS = ("+6281234567890", "+6281298765432")
PEOPLE = st.sampled_from(NUMBERS)
OFFICERS = ("+6281211110000", "+6281222220000")
PLAIN, FIRE, SECRET, OFFICIAL = (
    "kemalingan ayam tadi malam di RT 3", "tolong kebakaran rumah warga",
    "RAHASIA ada bandar sabu di pos", "oknum polisi minta uang damai",
)  # fmt: skip
WORDS = st.sampled_from([PLAIN, FIRE, SECRET, OFFICIAL])
ABOUT = st.sampled_from(["STATUS {}", "BATAL {}", "TAMBAH {} lari ke sawah"])
MOVES = st.sampled_from(["take", "forward", "close", "reopen", "answer"])
# What an officer's work does to a report: the whole of it.
AFTER = {
    ("new", "take"): "taken", ("new", "forward"): "forwarded", ("new", "close"): "closed",
    ("taken", "forward"): "forwarded", ("taken", "close"): "closed",
    ("forwarded", "take"): "taken", ("forwarded", "forward"): "forwarded",
    ("forwarded", "close"): "closed", ("closed", "reopen"): "taken",
}  # fmt: skip
SETS = {e.ReportReceived: 1, e.Taken: 2, e.Reopened: 2, e.Forwarded: 3, e.Closed: 4}


@dataclass
class Told:
    """A report as the model has it."""

    owner: str
    words: str
    state: str = "new"
    officer: str = ""
    since_s: int = 0
    alarms: set[str] = field(default_factory=set)
    calls: int = 1


class Life(RuleBasedStateMachine):
    """A village whose reports are folded from events, as the node and the Polres fold them."""

    @initialize()
    def begin(self) -> None:
        """No report yet."""
        self.now_s = NOW_S
        self.seq = 0
        self.reports: dict[str, Report] = {}
        self.model: dict[str, Told] = {}
        self.sent: list[Notice] = []
        self.answered_calls: dict[str, list[int]] = {}

    @rule(sender=PEOPLE, words=WORDS)
    def write(self, sender: str, words: str) -> None:
        """A villager writes what becomes a report."""
        ticket = self._fresh()
        decision = self._text(sender, words)
        assert decision.official == (words == OFFICIAL)
        assert [type(one) for one in decision.events] == [e.ReportReceived]
        self.model[ticket] = Told(sender, words, since_s=self.now_s)
        said = self._apply(decision)
        assert [one.ticket for one in said if one.to == sender] == [ticket]
        rings = words == FIRE
        assert sorted(one.to for one in said if one.purpose == "alarm") == sorted(OFFICERS * rings)

    @precondition(lambda self: getattr(self, "model", None))
    @rule(sender=PEOPLE, about=ABOUT, at=st.integers(0, 9))
    def ask(self, sender: str, about: str, at: int) -> None:
        """Somebody names a ticket, his own or another's."""
        ticket = self._one(at)
        told, before = self.model[ticket], self.reports[ticket]
        fresh = self._fresh()
        decision = self._text(sender, about.format(ticket))
        readable = told.words != OFFICIAL and told.owner == sender
        said = self._apply(decision)
        assert {one.to for one in said if one.purpose != "alarm"} == {sender}
        if about.startswith("TAMBAH") and not readable and told.words != OFFICIAL:
            # What is added to another's report may be a cry for help: a report of its own.
            self.model[fresh] = Told(sender, "TAMBAH", since_s=self.now_s)
        elif not readable:
            assert not any(told.words and told.words in one.text for one in said)
            assert decision.official == (told.words == OFFICIAL)
        assert self.reports[ticket].status is before.status

    @precondition(lambda self: getattr(self, "model", None))
    @rule(move=MOVES, at=st.integers(0, 9), by=st.sampled_from(["Made", "Putu"]))
    def act(self, move: str, at: int, by: str) -> None:
        """An officer works on a report."""
        ticket = self._one(at)
        self._work(ticket, move, by, decide_action(_action(ticket, move, by), self.reports[ticket]))

    @precondition(lambda self: getattr(self, "model", None))
    @rule(move=MOVES, at=st.integers(0, 9), left_s=st.sampled_from([-1, 0, 3_600]))
    def order(self, move: str, at: int, left_s: int) -> None:
        """An order of the Polres arrives, in time or not."""
        ticket, until_s = self._one(at), self.now_s + left_s
        order: e.StatusOrdered | e.AnswerOrdered
        if move == "answer":
            order = e.AnswerOrdered(ticket, "Sari", "Kami ke sana", until_s)
        else:
            order = e.StatusOrdered(ticket, move, "Sari", "Polsek", until_s)
        decided = decide_order(order, self.reports[ticket], self.now_s)
        if left_s < 0:
            assert decided == "kedaluwarsa"
            return
        assert not isinstance(decided, str)
        self._work(ticket, move, "Sari", decided)

    @rule(sender=PEOPLE)
    def call(self, sender: str) -> None:
        """Somebody rings: one request stays open for his number, and one answer in 12 hours."""
        mine = [t for t, told in self.model.items() if told.owner == sender and not told.words]
        open_ = next((t for t in mine if self.model[t].state != "closed"), None)
        fresh = self._fresh()
        arrived = r.CallArrived(sender, answerable=True, received_s=self.now_s)
        found = None if open_ is None else self.reports[open_]
        said = self._apply(decide_call(arrived, fresh, found))
        if open_ is None:
            self.model[fresh] = Told(sender, "", since_s=self.now_s)
            self.answered_calls[fresh] = [self.now_s]
            assert len(said) == 1
            return
        self.model[open_].calls += 1
        assert self.reports[open_].copies == min(99, self.model[open_].calls)
        if said:
            assert len(said) == 1
            self.answered_calls[open_].append(self.now_s)

    @rule(minutes=st.sampled_from([1, 9, 10, 20, 30, 60, 700, 1_440]))
    def wait(self, minutes: int) -> None:
        """Time passes; who waits too long is called for."""
        self.now_s += 60 * minutes
        for ticket, report in self.reports.items():
            told = self.model[ticket]
            notices = remind.remind(report, OFFICERS, self.now_s, NOW_S)
            waited = (self.now_s - told.since_s) // 60
            due = told.words == FIRE and told.state == "new" and 10 <= waited < 1_440
            assert bool(notices) == due
            if notices:
                assert {one.to for one in notices} == set(OFFICERS)
                told.alarms.add(remind.cause(report, self.now_s, NOW_S))
                steps = sum(waited >= step for step in (10, 30, 60))
                assert len(told.alarms) <= steps

    @precondition(lambda self: hasattr(self, "reports"))
    @invariant()
    def the_reports_are_those_of_the_model(self) -> None:
        """State for state; what is sealed says nothing."""
        assert set(self.reports) == set(self.model)
        for ticket, told in self.model.items():
            report = self.reports[ticket]
            assert report.status.name.lower() == told.state
            assert report.sealed == (told.words == OFFICIAL)
            if report.sealed:
                assert (report.sender, report.text, report.officer) == (None, "", None)
            else:
                assert report.sender == told.owner
                assert (report.officer or "") == told.officer

    @precondition(lambda self: hasattr(self, "sent"))
    @invariant()
    def nobody_learns_what_is_not_his(self) -> None:
        """Texts go to who wrote and to officers; none repeats a report, or says who it is from."""
        for notice in self.sent:
            assert notice.to in (*NUMBERS, *OFFICERS)
            assert not any(words in notice.text for words in (PLAIN, FIRE, SECRET, OFFICIAL))
            assert "+62" not in notice.text
            told = self.model.get(notice.ticket or "")
            # Whose a sealed complaint is, is not known here: who adds to it is told that he did.
            if told is not None and told.words != OFFICIAL and notice.to not in OFFICERS:
                assert notice.to == told.owner

    @precondition(lambda self: hasattr(self, "answered_calls"))
    @invariant()
    def who_rings_all_day_is_answered_twice(self) -> None:
        """Answers to calls lie 12 hours apart, as the request counts them."""
        for ticket, times in self.answered_calls.items():
            spans = [(at - times[0]) // (12 * 3_600) for at in times]
            assert len(set(spans)) == len(spans), ticket

    def _work(self, ticket: str, move: str, by: str, decided: Decision | Refused) -> None:
        told = self.model[ticket]
        neutral = sensitive(self.reports[ticket])
        after = told.state if move == "answer" else AFTER.get((told.state, move))
        if (told.state, move) == ("taken", "take") and by != told.officer:
            after = "taken"
        if told.words == OFFICIAL:
            assert decided == Refused(Reason.SEALED)
            return
        if after is None:
            assert decided == Refused(Reason.WRONG_STATE)
            return
        assert isinstance(decided, Decision)
        said = self._apply(decided)
        told.state = after
        told.officer = by if move in {"take", "reopen"} else told.officer
        # Of a delicate matter a villager hears only what a person wrote to him.
        silent = move == "reopen" or (neutral and move != "answer")
        assert [one.to for one in said] == ([] if silent else [told.owner])

    def _text(self, sender: str, words: str) -> Decision:
        mentioned = next((t for t in self.reports if t in words.split()), "")
        mine = [one for one in self.reports.values() if one.sender == sender]
        situation = Situation(
            desa="Tepal", fresh_ticket=self._fresh(), mentioned=self.reports.get(mentioned),
            latest=mine[-1] if mine else None, clock="08.46 WITA", date="22 Nov",
        )  # fmt: skip
        reading = read(words)
        return decide_text(
            r.TextArrived(sender, True, words, reading, None, self.now_s, 1),
            situation,
        )

    def _apply(self, decision: Decision) -> list[Notice]:
        said = list(decision.notices)
        for event in decision.events:
            said += [] if decision.official else self._reactions(event)
            self._fold(event, official=decision.official)
        self.sent += said
        return said

    def _reactions(self, event: e.DesaEvent) -> tuple[Notice, ...]:
        if isinstance(event, e.ReportReceived):
            before = Report(event.ticket, Status.NEW, event.urgency, sender=event.sender)
        else:
            before = self.reports[str(getattr(event, "ticket", ""))]
        neutral = sensitive(before)
        return react(event, before, OFFICERS, neutral=neutral, name="", clock="08.46 WITA")

    def _fold(self, event: e.DesaEvent, *, official: bool) -> None:
        self.seq += 1
        ticket = str(getattr(event, "ticket", ""))
        before = self.reports.get(ticket)
        if official:
            header = Header(
                5_204_072_001, 1, Log.UP, self.seq, bytes(16), Shape.SEALED, 2_400,
                ticket_code(ticket), SETS.get(type(event), 0), Flag.NONE,
            )  # fmt: skip
            after = evolve_sealed(before, header, locked=False)
        else:
            stamp = Stamp(self.now_s, Trust.NETWORK, 1, self.seq)
            after = evolve(before, stamp, event, self.seq)
        assert after is not None
        self.reports[ticket] = after

    def _one(self, at: int) -> str:
        return sorted(self.model)[at % len(self.model)]

    def _fresh(self) -> str:
        return f"{41_000 + len(self.model):05d}"


def _action(ticket: str, move: str, by: str) -> r.Action:
    made: dict[str, r.Action] = {
        "take": r.Take(ticket, by),
        "forward": r.Forward(ticket, by, "Polsek"),
        "close": r.Close(ticket, by, "damai"),
        "reopen": r.Reopen(ticket, by, "belum beres"),
        "answer": r.Answer(ticket, by, "Kami ke sana"),
    }
    return made[move]


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
