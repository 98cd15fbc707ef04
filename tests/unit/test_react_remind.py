"""Which texts follow from what happened, and when officers are reminded of what did not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played_node import received

from server.domain import events as e
from server.domain import remind
from server.domain.react import Notice, react, reply_to
from server.domain.report import Report, Status
from sms.alphabet import septets
from sms.outbox import Purpose

SENDER = "+6281234567890"
OFFICERS = ("+6281211110000", "+6281222220000")
NOW_S = 1_790_000_000
REPORT = Report("41275", Status.NEW, "darurat", sender=SENDER, received_s=NOW_S, seq=5)
TEXTS = st.text(max_size=300)


def after(
    event: e.DesaEvent, report: Report = REPORT, *, neutral: bool = False
) -> tuple[Notice, ...]:
    """What follows from an event."""
    return react(event, report, OFFICERS, neutral=neutral, name="order:1:4", clock="08.46 WITA")


class TestReact:
    @given(TEXTS, TEXTS, st.sampled_from(Status))
    def test_whatever_people_wrote_every_text_is_one_part_for_a_known_purpose(
        self, one: str, other: str, status: Status
    ) -> None:
        report = replace(REPORT, officer=one, forwarded_to=other, status=status)
        events = (
            received("41275", one, urgency="darurat"), e.Taken("41275", one),
            e.Forwarded("41275", one, other, ""), e.Answered("41275", one, other),
            e.Closed("41275", one, other),
        )  # fmt: skip
        texts = [notice.text for event in events for notice in after(event)]
        assert {Purpose(n.purpose) for event in events for n in after(event)} == {
            Purpose.OFFICER, Purpose.ALARM, Purpose.NEWS,
        }  # fmt: skip
        texts += [reply_to(report, neutral=neutral, date="22 Nov") for neutral in (True, False)]
        assert all((septets(text) or 161) <= 160 for text in texts)

    def test_an_emergency_alarms_every_officer_without_a_word_about_it(self) -> None:
        alarms = after(received("41275", "rahasia sekali", urgency="darurat"))
        assert tuple(alarm.to for alarm in alarms) == OFFICERS
        for alarm in alarms:
            assert "rahasia" not in alarm.text
            assert SENDER not in alarm.text
            assert (alarm.urgent, alarm.purpose, alarm.ticket) == (True, "alarm", "41275")

    @pytest.mark.parametrize("urgency", ["tinggi", "biasa"])
    def test_what_can_wait_alarms_nobody(self, urgency: str) -> None:
        assert after(received("41275", urgency=urgency)) == ()

    @pytest.mark.parametrize(
        "event",
        [
            e.Taken("41275", "Made"),
            e.Forwarded("41275", "Made", "BNN", ""),
            e.Closed("41275", "M", "x"),
        ],
    )
    def test_the_villager_hears_of_each_step_but_not_in_a_delicate_matter(
        self, event: e.DesaEvent
    ) -> None:
        (notice,) = after(event)
        assert (notice.to, notice.ticket, notice.name) == (SENDER, "41275", "order:1:4")
        assert after(event, neutral=True) == ()

    def test_an_answer_always_reaches_the_villager_word_for_word(self) -> None:
        for neutral in (True, False):
            (notice,) = after(e.Answered("41275", "Made", "Kami ke sana."), neutral=neutral)
            assert notice.text == "No 41275: Kami ke sana."

    def test_a_report_whose_sender_is_not_known_here_makes_no_text(self) -> None:
        unknown = replace(REPORT, sender=None)
        assert after(e.Answered("41275", "Made", "ya"), unknown) == ()

    @pytest.mark.parametrize(
        "event",
        [
            e.NoteAdded("41275", SENDER, "x", 1),
            e.CancelAsked("41275", SENDER),
            e.Repeated("41275", 2),
            e.MessageSent("41275", "answer", "sent"),
            e.Reopened("41275", "Made", "x"),
        ],
    )
    def test_nothing_else_makes_a_text(self, event: e.DesaEvent) -> None:
        assert after(event) == ()


class TestRemind:
    @given(st.integers(-60, 3 * 24 * 60))
    def test_officers_are_alarmed_from_ten_minutes_until_a_day_after_an_emergency(
        self, minutes: int
    ) -> None:
        notices = remind.remind(REPORT, OFFICERS, NOW_S + minutes * 60, NOW_S)
        assert len(notices) == (2 if 10 <= minutes < 24 * 60 else 0)

    def test_a_day_of_looking_alarms_three_times_and_no_more(self) -> None:
        causes = [
            remind.cause(REPORT, NOW_S + second, NOW_S)
            for second in range(0, 25 * 3_600, 30)
            if remind.remind(REPORT, OFFICERS, NOW_S + second, NOW_S)
        ]
        assert list(dict.fromkeys(causes)) == [f"remind:41275:5:{step}" for step in (1, 2, 3)]
        firsts = [causes.index(cause) * 30 // 60 + 10 for cause in dict.fromkeys(causes)]
        assert firsts == [10, 30, 60]

    @pytest.mark.parametrize(
        "changed",
        [
            {"status": Status.TAKEN},
            {"status": Status.FORWARDED},
            {"status": Status.CLOSED},
            {"urgency": "tinggi"},
            {"sealed": True},
            {"received_s": 0},
        ],
    )
    def test_nobody_is_reminded_of_what_is_taken_can_wait_is_sealed_or_undated(
        self, changed: dict[str, object]
    ) -> None:
        report = replace(REPORT, **changed)
        assert remind.remind(report, OFFICERS, NOW_S + 3_600, NOW_S) == ()

    def test_a_locked_emergency_reminds_too_with_its_number_and_nothing_else(self) -> None:
        locked = Report("41275", Status.NEW, "darurat", locked=True, received_s=NOW_S, seq=5)
        (first, _) = remind.remind(locked, OFFICERS, NOW_S + 31 * 60, NOW_S)
        assert "No 41275, darurat, belum dijawab" in first.text
        assert "31 menit" in first.text

    def test_a_locked_emergency_waits_since_the_start_for_its_own_time_is_not_known(self) -> None:
        midnight_s = NOW_S - 20 * 3_600
        locked = Report("41275", Status.NEW, "darurat", locked=True, received_s=midnight_s, seq=5)
        assert remind.remind(locked, OFFICERS, NOW_S + 60, NOW_S) == ()
        (first, _) = remind.remind(locked, OFFICERS, NOW_S + 12 * 60, NOW_S)
        assert "12 menit" in first.text
        assert remind.remind(locked, OFFICERS, NOW_S + 2 * 86_400, NOW_S + 86_400) == ()

    def test_a_ticket_that_is_used_again_is_reminded_of_again(self) -> None:
        again = replace(REPORT, seq=900)
        assert remind.cause(again, NOW_S + 600, NOW_S) != remind.cause(REPORT, NOW_S + 600, NOW_S)
