"""Deciding: what a text, a call, an officer's action and an order lead to, and what never."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import decide
from server.domain import events as e
from server.domain import requests as r
from server.domain.decide import Decision, Situation, decide_action, decide_order, decide_text
from server.domain.errors import Reason, Refused
from server.domain.reading.read import read
from server.domain.report import CALL_BACK, TRANSITIONS, Move, Report, Status
from sms.alphabet import septets

SENDER, OTHER = "+6281234567890", "+6281298765432"
NOW_S = 1_790_000_000
MINE = Report("41275", Status.TAKEN, "tinggi", sender=SENDER, officer="Made", seq=5)
SEALED = Report("55550", Status.NEW, "biasa", sealed=True, category="aparat", seq=9)
NOWHERE = Situation("Tepal", "74233", None, None, "08.46 WITA", "22 Nov")
ACTIONS = [
    r.Take("41275", "Putu"),
    r.Forward("41275", "Made", "Polsek"),
    r.Close("41275", "Made", "damai"),
    r.Reopen("41275", "Made", "belum beres"),
    r.Answer("41275", "Made", "Kami ke sana."),
]


def arrived(text: str, sender: str = SENDER, *, answerable: bool = True) -> r.TextArrived:
    """A text from the radio."""
    return r.TextArrived(sender, answerable, text, read(text), NOW_S - 5, NOW_S, 12)


def words(decision: Decision) -> str:
    """The one text that goes back."""
    (notice,) = decision.notices
    assert notice.to == SENDER
    return notice.text


class TestTexts:
    @given(st.text(max_size=300), st.booleans())
    def test_any_text_is_kept_in_an_event_or_answered_and_no_answer_is_too_long(
        self,
        text: str,
        known: bool,  # noqa: FBT001
    ) -> None:
        situation = replace(NOWHERE, latest=MINE) if known else NOWHERE
        decision = decide_text(arrived(text), situation)
        assert decision.events or decision.notices
        assert len(decision.notices) <= 1
        for notice in decision.notices:
            assert (septets(notice.text) or 161) <= 160

    @given(st.text(max_size=100))
    def test_a_sender_that_cannot_be_answered_is_noted_and_gets_nothing(self, text: str) -> None:
        decision = decide_text(arrived(text, "TELKOMSEL", answerable=False), NOWHERE)
        (event,) = decision.events
        assert isinstance(event, e.TextNoted)
        assert (event.text, event.sender, decision.notices) == (text, "TELKOMSEL", ())

    def test_a_report_gets_the_fresh_ticket_and_is_answered_with_it(self) -> None:
        decision = decide_text(arrived("kemalingan tadi malam di RT 2 RW 1"), NOWHERE)
        (event,) = decision.events
        assert isinstance(event, e.ReportReceived)
        assert (event.ticket, event.sender, event.inbox_id) == ("74233", SENDER, 12)
        assert "74233" in words(decision)
        assert "Tepal" in words(decision)

    @pytest.mark.parametrize(
        "text",
        ["RAHASIA suami saya memukul saya", "anak saya dicabuli tetangga", "ada bandar sabu"],
    )
    def test_a_delicate_matter_is_answered_without_a_word_about_it(self, text: str) -> None:
        decision = decide_text(arrived(text), NOWHERE)
        assert words(decision) == "Pesan Anda sudah kami terima, no 74233. Terima kasih."

    def test_a_complaint_about_an_official_is_sealed_whole(self) -> None:
        decision = decide_text(arrived("oknum polisi minta uang tilang 500 ribu"), NOWHERE)
        assert decision.official
        assert "disegel" in words(decision)

    @pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u00a0"])
    def test_an_empty_text_is_noted_and_answered_with_help(self, text: str) -> None:
        decision = decide_text(arrived(text), NOWHERE)
        assert isinstance(decision.events[0], e.TextNoted)
        assert words(decision).startswith("Tulis kejadian")


class TestCommands:
    def test_status_without_a_number_is_about_the_latest_report(self) -> None:
        decision = decide_text(arrived("STATUS"), replace(NOWHERE, latest=MINE))
        assert decision.events == ()
        assert "41275" in words(decision)
        assert "Made" in words(decision)

    @pytest.mark.parametrize("command", ["STATUS 41275", "BATAL 41275"])
    def test_a_ticket_of_another_phone_does_not_exist_for_this_one(self, command: str) -> None:
        theirs = replace(MINE, sender=OTHER)
        decision = decide_text(arrived(command), replace(NOWHERE, mentioned=theirs))
        nobody = decide_text(arrived(command), NOWHERE)
        assert decision == nobody
        assert decision.events == ()
        assert "tidak ada untuk HP ini" in words(decision)

    @pytest.mark.parametrize("command", ["STATUS 55550", "BATAL 55550"])
    def test_who_asks_for_a_complaint_is_hidden_even_when_it_is_not_his(self, command: str) -> None:
        for about in (SEALED, replace(SEALED, sealed=False, locked=True)):
            decision = decide_text(arrived(command), replace(NOWHERE, mentioned=about))
            assert "tidak ada untuk HP ini" in words(decision)
            assert decision.official

    @pytest.mark.parametrize(
        "changed",
        [{"confidential": True}, {"category": "kdrt"}, {"category": "narkoba"}, {"sealed": True}],
    )
    def test_the_status_of_a_delicate_report_names_neither_officer_nor_date(
        self, changed: dict[str, object]
    ) -> None:
        report = replace(MINE, **changed)
        decision = decide_text(arrived("STATUS 41275"), replace(NOWHERE, mentioned=report))
        assert words(decision) == "No 41275: ditangani."
        assert decision.official == report.sealed

    def test_an_addition_goes_to_the_own_report(self) -> None:
        decision = decide_text(
            arrived("TAMBAH 41275 lari ke sawah"), replace(NOWHERE, mentioned=MINE)
        )
        assert decision.events == (e.NoteAdded("41275", SENDER, "lari ke sawah", NOW_S),)
        assert "08.46" in words(decision)

    def test_an_addition_to_somebody_elses_report_is_a_report_of_its_own(self) -> None:
        theirs = replace(MINE, sender=OTHER)
        decision = decide_text(
            arrived("TAMBAH 41275 pelaku lari"), replace(NOWHERE, mentioned=theirs)
        )
        assert isinstance(decision.events[0], e.ReportReceived)
        assert decision.events[0].ticket == "74233"

    def test_what_is_added_to_a_complaint_about_an_official_is_sealed_too(self) -> None:
        decision = decide_text(
            arrived("TAMBAH 55550 dia datang lagi"), replace(NOWHERE, mentioned=SEALED)
        )
        assert decision.events == (e.NoteAdded("55550", SENDER, "dia datang lagi", NOW_S),)
        assert decision.official

    def test_an_addition_without_words_is_answered_with_help(self) -> None:
        decision = decide_text(arrived("TAMBAH 41275"), replace(NOWHERE, mentioned=MINE))
        assert decision.events == ()
        assert words(decision).startswith("Tulis kejadian")

    def test_cancelling_only_asks_for_it(self) -> None:
        decision = decide_text(arrived("BATAL"), replace(NOWHERE, latest=MINE))
        assert decision.events == (e.CancelAsked("41275", SENDER),)
        sealed = replace(SEALED, sender=SENDER)
        hidden = decide_text(arrived("BATAL 55550"), replace(NOWHERE, mentioned=sealed))
        assert hidden.official

    def test_stop_is_noted_and_reporting_stays_possible(self) -> None:
        decision = decide_text(arrived("STOP"), NOWHERE)
        assert isinstance(decision.events[0], e.TextNoted)
        assert "Melapor tetap bisa" in words(decision)

    def test_a_missed_call_is_a_request_and_a_mobile_number_told_how_to_write(self) -> None:
        call = r.CallArrived(SENDER, answerable=True, received_s=9)
        rung = decide.decide_call(call, "41275", None)
        (begun,) = rung.events
        assert isinstance(begun, e.ReportReceived)
        assert (begun.ticket, begun.sender, begun.category) == ("41275", SENDER, CALL_BACK)
        assert "hanya untuk SMS" in words(rung)
        foreign = r.CallArrived("1708", answerable=False, received_s=9)
        assert decide.decide_call(foreign, "41275", None) == Decision((e.CallMissed("1708"),))

    @pytest.mark.parametrize(
        ("open_s", "last_s", "now_s", "answered"),
        [(0, 0, 60, 0), (0, 40_000, 43_199, 0), (0, 60, 43_200, 1), (0, 43_200, 86_399, 0)],
    )
    def test_more_calls_count_up_and_are_answered_once_in_twelve_hours(
        self, open_s: int, last_s: int, now_s: int, answered: int
    ) -> None:
        asked = replace(MINE, category=CALL_BACK, received_s=open_s, updated_s=last_s, copies=2)
        call = r.CallArrived(SENDER, answerable=True, received_s=now_s)
        decision = decide.decide_call(call, "00000", asked)
        assert decision.events == (e.Repeated(asked.ticket, 3),)
        assert len(decision.notices) == answered
        rung_out = replace(asked, copies=decide.CALLS_COUNTED)
        counted = decide.decide_call(call, "00000", rung_out)
        assert len(counted.events) == len(counted.notices)


class TestActions:
    @pytest.mark.parametrize(("status", "action"), list(product(Status, ACTIONS)))
    def test_an_action_is_done_exactly_where_the_table_allows_it(
        self, status: Status, action: r.Action
    ) -> None:
        decided = decide_action(action, replace(MINE, status=status))
        moves = {r.Take: Move.TAKE, r.Forward: Move.FORWARD, r.Close: Move.CLOSE}
        move = moves.get(type(action), Move.REOPEN)
        if isinstance(action, r.Answer) or (status, move) in TRANSITIONS:
            assert isinstance(decided, Decision)
            assert len(decided.events) == 1
        else:
            assert decided == Refused(Reason.WRONG_STATE)

    @pytest.mark.parametrize("action", ACTIONS)
    def test_nothing_is_done_to_a_report_that_is_unknown_locked_or_sealed(
        self, action: r.Action
    ) -> None:
        assert decide_action(action, None) == Refused(Reason.UNKNOWN_TICKET)
        assert decide_action(action, replace(MINE, locked=True)) == Refused(Reason.LOCKED)
        sealed = replace(MINE, sealed=True, locked=True)
        assert decide_action(action, sealed) == Refused(Reason.SEALED)

    def test_who_has_taken_a_report_cannot_take_it_again_but_another_can(self) -> None:
        assert decide_action(r.Take("41275", "Made"), MINE) == Refused(Reason.WRONG_STATE)
        assert isinstance(decide_action(r.Take("41275", "Putu"), MINE), Decision)
        back = replace(MINE, status=Status.FORWARDED)
        assert isinstance(decide_action(r.Take("41275", "Made"), back), Decision)

    @pytest.mark.parametrize(
        "action",
        [
            r.Forward("41275", "Made", "  "),
            r.Close("41275", "Made", "\n"),
            r.Answer("41275", "Made", " "),
        ],
    )
    def test_empty_words_are_refused(self, action: r.Action) -> None:
        assert decide_action(action, MINE) == Refused(Reason.EMPTY_TEXT)

    @pytest.mark.parametrize(("text", "fits"), [("a" * 149, 1), ("a" * 150, 0), ("{" * 75, 0)])
    def test_an_answer_must_fit_one_text(self, text: str, fits: int) -> None:
        decided = decide_action(r.Answer("41275", "Made", text), MINE)
        assert (decided == Refused(Reason.TEXT_TOO_LONG)) != fits


class TestOrders:
    @pytest.mark.parametrize("move", Move)
    def test_an_order_does_what_an_officers_action_does(self, move: Move) -> None:
        report = replace(MINE, status=Status.CLOSED if move is Move.REOPEN else Status.NEW)
        order = e.StatusOrdered("41275", move.value, "Iptu Sari", "Polsek", NOW_S)
        decided = decide_order(order, report, NOW_S)
        assert isinstance(decided, Decision)
        assert getattr(decided.events[0], "by", "") == "Iptu Sari"

    def test_an_order_whose_time_is_over_does_nothing(self) -> None:
        for order in (
            e.StatusOrdered("41275", "take", "Iptu Sari", "", NOW_S - 1),
            e.AnswerOrdered("41275", "Iptu Sari", "ya", NOW_S - 1),
        ):
            assert decide_order(order, MINE, NOW_S) == "kedaluwarsa"

    def test_an_unknown_move_and_an_unknown_report_are_refused(self) -> None:
        odd = e.StatusOrdered("41275", "arrest", "Iptu Sari", "", NOW_S)
        assert decide_order(odd, MINE, NOW_S) == Refused(Reason.WRONG_STATE)
        order = e.AnswerOrdered("41275", "Iptu Sari", "ya", NOW_S)
        assert decide_order(order, None, NOW_S) == Refused(Reason.UNKNOWN_TICKET)
        assert decide_order(order, SEALED, NOW_S) == Refused(Reason.SEALED)
        assert decide_order(order, replace(MINE, locked=True), NOW_S) == Refused(Reason.LOCKED)
