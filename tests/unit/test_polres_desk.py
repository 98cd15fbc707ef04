"""What the duty desk concludes without asking anybody: journeys, health, and the queue's order."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.report import Report, Status, Trust
from server.polres.lookup import DesaLine, ReportLine, Step
from server.polres.pages.health import Mood, health
from server.polres.pages.journey import Going, is_open, journey
from server.polres.pages.queue import Wanted, order_queue, wanted_from
from server.polres.pages.report import visible
from server.polres.store.reports import OrderRow

NOW_S = 1_790_000_000
HOUR_S = 3_600
JOURNEYS = ("queued", "submitting", "unknown", "sent", "delivered", "withheld", "failed", "expired")


def order(
    kind: str = "answer", outcome: str | None = None, sms: str | None = None, made_s: int = NOW_S
) -> OrderRow:
    """An order made at `made_s` that reached the desa when it has an outcome."""
    return OrderRow(
        node=5204072001,
        instance=1,
        seq=1,
        ticket="41275",
        kind=kind,
        text="Kami datang",
        by="spkt",
        made_s=made_s,
        expires_s=made_s + 48 * HOUR_S,
        reached_desa_s=None if outcome is None else made_s + 60,
        outcome=outcome,
        sms_outcome=sms,
    )


def told(one: OrderRow, now_s: int = NOW_S) -> list[tuple[str, str]]:
    """The legs as words with how they stand."""
    return [(leg.words, leg.going.value) for leg in journey(one, now_s)]


class TestJourney:
    def test_a_new_answer_waits_for_the_desa(self) -> None:
        assert told(order()) == [
            ("dibuat", "done"),
            ("menunggu desa tersambung", "waiting"),
            ("SMS terkirim", "ahead"),
            ("SMS diterima", "ahead"),
        ]

    def test_an_answer_that_was_delivered_has_gone_all_its_way(self) -> None:
        assert told(order(outcome="dijalankan", sms="delivered")) == [
            ("dibuat", "done"),
            ("sampai di desa", "done"),
            ("SMS terkirim", "done"),
            ("SMS diterima", "done"),
        ]

    def test_a_state_that_causes_no_sms_ends_at_the_desa(self) -> None:
        assert told(order("take", "dijalankan"))[-1] == ("dijalankan", "done")
        assert told(order("take", "dijalankan", "sent"))[-1] == ("SMS diterima", "waiting")

    def test_a_refusal_says_why(self) -> None:
        legs = told(order("close", "Laporan ini sudah berubah."))
        assert legs[-1] == ("tidak dijalankan: Laporan ini sudah berubah.", "failed")

    def test_after_48_hours_an_order_that_did_not_arrive_is_over(self) -> None:
        late_s = NOW_S + 48 * HOUR_S
        assert told(order(), late_s)[-1] == ("kedaluwarsa, tidak sampai di desa", "failed")
        assert (is_open(order(), late_s - 1), is_open(order(), late_s)) == (True, False)

    @pytest.mark.parametrize("lost", ["withheld", "withheld:money", "failed", "expired"])
    def test_an_sms_that_will_not_go_is_said_to_have_failed(self, lost: str) -> None:
        legs = journey(order(outcome="dijalankan", sms=lost), NOW_S)
        assert (legs[-1].going, legs[-1].words.startswith("SMS ")) == (Going.FAILED, True)

    @given(
        st.sampled_from(["answer", "take", "forward", "close"]),
        st.sampled_from([None, "dijalankan", "kedaluwarsa"]),
        st.sampled_from([None, *JOURNEYS]),
        st.integers(0, 72 * HOUR_S),
    )
    def test_nothing_is_done_behind_a_leg_that_is_not(
        self, kind: str, outcome: str | None, sms: str | None, later_s: int
    ) -> None:
        goings = [leg.going for leg in journey(order(kind, outcome, sms), NOW_S + later_s)]
        assert goings[0] is Going.DONE
        for before, after in pairwise(goings):
            assert before is Going.DONE or after is Going.AHEAD


class TestHealth:
    @pytest.mark.parametrize(
        ("contact_s", "changes", "mood", "words"),
        [
            (None, {}, Mood.NEW, "belum pernah terhubung"),
            (60, {}, Mood.GOOD, "tersambung"),
            (60, {"backlog": 7}, Mood.LATE, "7 catatan masih di jalan"),
            (HOUR_S, {}, Mood.LATE, "terakhir 1 jam lalu"),
            (13 * HOUR_S, {}, Mood.ACT, "diam 13 jam"),
            (60, {"officers_waiting": ("Rahmat",)}, Mood.ACT, "petugas menunggu persetujuan"),
            (60, {"keys_waiting": True}, Mood.ACT, "kunci menunggu Anda"),
            (60, {"states": ("kartu disalin",), "keys_waiting": True}, Mood.ACT, "kartu disalin"),
        ],
    )
    def test_what_a_person_must_act_upon_comes_first(
        self, contact_s: int | None, changes: dict[str, object], mood: Mood, words: str
    ) -> None:
        values: dict[str, object] = {
            "code": "52.04.07.2001", "name": "Pungka", "backlog": 0, "reports_open": 0,
            "reports_urgent": 0, "states": (), "keys_waiting": False, "keys_reason": None,
            "officers_waiting": (),
            "last_contact_s": None if contact_s is None else NOW_S - contact_s,
        }  # fmt: skip
        found = health(DesaLine(**(values | changes)), NOW_S)  # type: ignore[arg-type]
        assert (found.mood, found.words) == (mood, words)


class TestQueue:
    def test_urgent_ones_that_are_open_come_first_and_the_newest_before_the_others(self) -> None:
        def line(ticket: str, urgency: str, age_s: int, status: Status = Status.NEW) -> ReportLine:
            report = Report(ticket, status, urgency, received_s=NOW_S - age_s)
            return ReportLine("52.04.07.2001", "Pungka", report, flagged=False)

        lines = [
            line("1", "biasa", 10),
            line("2", "darurat", 900),
            line("3", "darurat", 5, Status.CLOSED),
            line("4", "darurat", 300, Status.TAKEN),
            line("5", "tinggi", 100),
        ]
        found = order_queue([*lines, lines[1]])
        assert [one.report.ticket for one in found] == ["4", "2", "3", "1", "5"]

    @given(st.dictionaries(st.sampled_from(["desa", "keadaan", "tingkat", "cari"]), st.text()))
    def test_any_address_is_understood_and_means_the_same_when_read_again(
        self, args: dict[str, str]
    ) -> None:
        wanted = wanted_from(args)
        assert wanted_from(wanted.query()) == wanted

    def test_choosing_a_desa_keeps_the_rest_of_the_filter(self) -> None:
        wanted = Wanted(keadaan="baru", cari="sapi")
        assert wanted.of("52.04.07.2001") == {
            "desa": "52.04.07.2001",
            "keadaan": "baru",
            "cari": "sapi",
        }


class TestVisibleSteps:
    def step(self, kind: str, text: str = "", row: OrderRow | None = None) -> Step:
        return Step(kind, None, text, NOW_S, Trust.NETWORK, row)

    def test_what_an_orders_journey_tells_is_not_told_twice(self) -> None:
        ordered = self.step("answer ordered", "Kami datang", order(outcome="dijalankan"))
        by_officer = self.step("answered", "Tunggu di rumah")
        steps = (
            self.step("received"),
            ordered,
            self.step("answered", "Kami datang"),
            by_officer,
            self.step("message", "order:1:1 delivered"),
        )
        assert visible(steps) == (ordered, by_officer)

    def test_of_one_sms_only_the_newest_news_stand_there(self) -> None:
        steps = tuple(
            self.step("message", text) for text in ("ack sent", "selesai sent", "ack delivered")
        )
        assert [step.text for step in visible(steps)] == ["selesai sent", "ack delivered"]
