"""The five brakes: each holds by itself, none holds a person's answer for longer than it must."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import gateway
from sms.gateway import (
    DAY_S,
    HOUR_S,
    TREND_WINDOW_S,
    Asked,
    Brake,
    Budget,
    Limits,
    Pace,
    Spent,
    Traffic,
)
from sms.likeness import fingerprint
from sms.outbox import Purpose
from sms.replies import ReplyKey, fields_of, render

SENDER, OTHER = "+6281234567890", "+6281298765432"
LIMITS = Limits(Pace(3, 6, 10, 3), Budget(per_hour=30, per_day=120, reserved=30, alarms=10))
NOTHING = Spent(0, 0)
OURS = "KENTONGAN Tepal: laporan Anda diterima, no 41275. Petugas akan membacanya."


def held(
    traffic: Traffic, now_s: float = 0.0, *, to: str = SENDER, spent: Spent = NOTHING,
    emergency: bool = False, limits: Limits = LIMITS,
) -> str:  # fmt: skip
    """Why an answer is held; empty when it may go."""
    asked = Asked(to, Purpose.ACK, emergency=emergency)
    found = gateway.held(asked, traffic, spent, limits, now_s)
    return "" if found is None else found.reason


def reason(asked: Asked, spent: Spent = NOTHING, limits: Limits = LIMITS) -> str:
    """Why a text of any purpose is held when nothing was said and heard."""
    found = gateway.held(asked, Traffic(), spent, limits, 0.0)
    return "" if found is None else found.reason


def other_words(number: int) -> str:
    """A text that is like no other of its kind."""
    return sha256(f"kata {number}".encode()).hexdigest()


class TestWho:
    @pytest.mark.parametrize(
        "number", ["1708", "TELKOMSEL", "", "+14155550100", "0370123456", "+62110"]
    )
    @pytest.mark.parametrize("purpose", Purpose)
    def test_only_mobile_numbers_are_ever_written_to(self, number: str, purpose: Purpose) -> None:
        assert reason(Asked(number, purpose)) == "bukan nomor HP"
        assert reason(Asked(SENDER, purpose)) == ""

    @pytest.mark.parametrize("spelt", ["0812-3456-7890", "+6281234567890", "62 812 34567890"])
    @pytest.mark.parametrize("purpose", Purpose)
    def test_our_own_number_is_never_written_to_however_it_is_spelt(
        self, spelt: str, purpose: Purpose
    ) -> None:
        limits = replace(LIMITS, own=frozenset({SENDER}))
        assert reason(Asked(spelt, purpose), limits=limits) == "nomor kotak ini sendiri"
        assert reason(Asked(OTHER, purpose), limits=limits) == ""


class TestHowOften:
    def test_a_number_gets_three_answers_an_hour_and_six_a_day_and_then_again(self) -> None:
        traffic, given_at = Traffic(), []
        for minute in range(0, 24 * 60, 10):
            if not held(traffic, minute * 60.0):
                traffic.speak(SENDER, Purpose.ACK, minute * 60.0)
                given_at.append(minute)
        assert given_at == [0, 10, 20, 60, 70, 80]
        assert "batas" in held(traffic, DAY_S - 1.0)
        assert held(traffic, DAY_S - 1.0, to=OTHER) == ""
        assert held(traffic, DAY_S + 1.0) == ""

    def test_while_it_has_an_open_emergency_a_number_gets_ten_whatever_the_hour(self) -> None:
        traffic = Traffic()
        for _ in range(10):
            assert held(traffic, emergency=True) == ""
            traffic.speak(SENDER, Purpose.ACK, 0.0)
        assert "batas" in held(traffic, emergency=True)

    def test_a_number_that_is_not_understood_gets_three_until_it_is(self) -> None:
        traffic = Traffic()
        for number in range(3):
            traffic.hear(SENDER, other_words(number), number * 7_200.0, understood=False)
            assert held(traffic, number * 7_200.0) == ""
            traffic.speak(SENDER, Purpose.ACK, number * 7_200.0)
        traffic.hear(SENDER, other_words(9), 21_600.0, understood=False)
        assert "batas" in held(traffic, 21_600.0)
        traffic.hear(SENDER, "kemalingan tadi malam di rumah pak RT", 21_700.0)
        assert held(traffic, 21_700.0) == ""

    def test_one_odd_text_among_clear_ones_changes_nothing(self) -> None:
        traffic = Traffic()
        traffic.hear(SENDER, "kemalingan tadi malam di rumah pak RT", 0.0)
        traffic.hear(SENDER, "tes", 1.0, understood=False)
        assert not traffic.unclear(SENDER)
        assert not traffic.unclear(OTHER)

    def test_what_officers_write_counts_for_no_number_and_is_held_by_money_alone(self) -> None:
        traffic = Traffic()
        for _ in range(50):
            traffic.hear(SENDER, "sama", 0.0, understood=False)
            traffic.speak(SENDER, Purpose.OFFICER, 0.0)
        asked = Asked(SENDER, Purpose.OFFICER)
        assert gateway.held(asked, traffic, Spent(109, 109), LIMITS, 0.0) is None
        assert traffic.answers(SENDER, 0.0, DAY_S) == 0

    @given(
        st.lists(
            st.tuples(
                st.floats(1, 4 * HOUR_S), st.sampled_from(["kuota 1", "halo", "tes 9", "iya"])
            ),
            min_size=1,
            max_size=150,
        )
    )
    def test_whatever_a_number_sends_it_never_gets_more_than_its_limits(
        self, texts: list[tuple[float, str]]
    ) -> None:
        traffic, now_s, answered = Traffic(), 0.0, []
        for pause_s, text in texts:
            now_s += pause_s
            traffic.hear(SENDER, text, now_s)
            if not held(traffic, now_s):
                traffic.speak(SENDER, Purpose.ACK, now_s, OURS)
                answered.append(now_s)
        for end_s in answered:
            assert sum(end_s - DAY_S < at_s <= end_s for at_s in answered) <= 6
            assert sum(end_s - HOUR_S < at_s <= end_s for at_s in answered) <= 3


class TestWhat:
    def test_the_same_text_three_times_in_an_hour_is_a_robot(self) -> None:
        traffic = Traffic()
        for number in (1, 22):
            traffic.hear(SENDER, f"Sisa kuota {number:02d} MB", 0.0)
            assert held(traffic) == ""
            traffic.speak(SENDER, Purpose.ACK, 0.0, OURS)
        traffic.hear(SENDER, "sisa  KUOTA 33 mb!", 10.0)
        assert "berulang" in held(traffic, 10.0)
        assert held(traffic, HOUR_S + 11.0) == ""
        traffic.hear(SENDER, "tolong ada maling", 20.0)
        assert held(traffic, 20.0) == ""

    def test_nearly_the_same_text_is_the_same_but_another_report_is_not(self) -> None:
        traffic = Traffic()
        promo = "Paket hemat internet malam hanya untuk Anda, aktifkan sekarang kode {}"
        for code in ("AXB", "QRT", "PLM"):
            traffic.hear(SENDER, promo.format(code), 0.0)
            if code == "AXB":
                traffic.speak(SENDER, Purpose.ACK, 0.0, OURS)
        assert "berulang" in held(traffic)
        for number, text in enumerate(
            (
                "kemalingan tadi malam di rumah pak Budi",
                "malingnya lari ke sawah",
                "ada maling lagi di masjid",
            )
        ):
            traffic.hear(OTHER, text, float(number))
            assert held(traffic, float(number), to=OTHER) == ""

    @pytest.mark.parametrize(
        "key",
        [
            ReplyKey.ACK, ReplyKey.ACK_DARURAT, ReplyKey.BANTUAN, ReplyKey.SEGEL, ReplyKey.BATAS,
            ReplyKey.STATUS_NIHIL, ReplyKey.MISCALL,
        ],
    )  # fmt: skip
    def test_our_own_words_coming_back_are_not_answered(self, key: ReplyKey) -> None:
        fields = {"no": "41275", "desa": "Tepal"}
        ours = render(key, **{name: fields[name] for name in fields_of(key)})
        for changed in (ours, ours.upper(), f"Re: {ours}", f"Anda menulis: {ours[:120]}", ours[9:]):
            traffic = Traffic()
            traffic.hear(SENDER, changed, 1.0)
            assert "kembali" in held(traffic, 1.0)
            traffic.hear(SENDER, "di rumah pak RT, cepat ke sini", 2.0)
            assert held(traffic, 2.0) == ""

    def test_what_an_officer_wrote_freely_is_known_when_it_comes_back(self) -> None:
        traffic = Traffic()
        traffic.speak(SENDER, Purpose.OFFICER, 0.0, "No 41275: Kami ke sana pukul 9, tunggu ya.")
        traffic.hear(SENDER, "RE: No 41275: Kami ke sana pukul 9, tunggu ya.", 1.0)
        assert "kembali" in held(traffic, 1.0)

    @given(st.text(max_size=40))
    def test_a_fingerprint_has_no_case_no_spaces_and_no_digits_that_differ(self, text: str) -> None:
        assert fingerprint(text) == fingerprint(f"  {text} \n")
        assert fingerprint("Kuota 12") == fingerprint("kuota99")
        assert not set(fingerprint(text)) & set("123456789")


class TestMoney:
    def test_answers_stop_at_the_hour_and_leave_the_shares_for_people_and_alarms(self) -> None:
        assert held(Traffic(), spent=Spent(29, 89)) == ""
        for spent in (Spent(30, 30), Spent(0, 90)):
            assert "anggaran" in held(Traffic(), spent=spent)
            assert "anggaran" in reason(Asked(SENDER, Purpose.BROADCAST), spent)
        for purpose in (Purpose.OFFICER, Purpose.NEWS):
            assert reason(Asked(SENDER, purpose), Spent(99, 109)) == ""
            assert "anggaran" in reason(Asked(SENDER, purpose), Spent(0, 110))
        assert reason(Asked(SENDER, Purpose.ALARM), Spent(99, 119)) == ""
        assert "anggaran" in reason(Asked(SENDER, Purpose.ALARM), Spent(0, 120))

    def test_a_long_answer_needs_credit_for_all_its_parts(self) -> None:
        assert "anggaran" in reason(Asked(SENDER, Purpose.OFFICER, parts=3), Spent(0, 108))
        assert reason(Asked(SENDER, Purpose.OFFICER, parts=2), Spent(0, 108)) == ""

    @pytest.mark.parametrize("purpose", Purpose)
    def test_a_budget_of_nothing_sends_nothing_and_says_so_beforehand(
        self, purpose: Purpose
    ) -> None:
        none = replace(LIMITS, budget=Budget(0, 0, 0, 0))
        assert "anggaran" in reason(Asked(SENDER, purpose), limits=none)
        assert purpose in gateway.closed(Traffic(), NOTHING, none, 0.0)
        assert gateway.closed(Traffic(), NOTHING, LIMITS, 0.0) == {}

    def test_the_last_credit_of_the_sim_is_left_for_alarms_and_unknown_is_no_reason(self) -> None:
        for purpose in set(Purpose) - {Purpose.ALARM}:
            assert reason(Asked(SENDER, purpose), Spent(0, 0, None)) == ""
            assert reason(Asked(SENDER, purpose), Spent(0, 0, LIMITS.budget.alarms + 1)) == ""
            short = Spent(0, 0, LIMITS.budget.alarms)
            assert reason(Asked(SENDER, purpose), short) == "pulsa hampir habis"
            assert gateway.closed(Traffic(), short, LIMITS, 0.0)[purpose].waits
        assert reason(Asked(SENDER, Purpose.ALARM), Spent(0, 0, 0)) == ""

    @given(
        st.sampled_from(Purpose),
        st.integers(1, 3),
        st.integers(0, 60),
        st.integers(0, 130),
        st.none() | st.integers(0, 500),
    )
    def test_credit_holds_only_what_would_touch_the_share_of_the_alarms(
        self, purpose: Purpose, parts: int, hour: int, day: int, credit: int | None
    ) -> None:
        asked = Asked(SENDER, purpose, parts)
        without, said = reason(asked, Spent(hour, day)), reason(asked, Spent(hour, day, credit))
        touches = credit is not None and credit - parts < LIMITS.budget.alarms
        held_by_credit = purpose is not Purpose.ALARM and touches
        assert said == (without or ("pulsa hampir habis" if held_by_credit else ""))

    def test_what_money_holds_waits_and_what_a_robot_caused_does_not(self) -> None:
        asked = Asked(SENDER, Purpose.ACK)
        short = gateway.held(asked, Traffic(), Spent(0, 120), LIMITS, 0.0)
        assert short is not None
        assert (short.brake, short.waits) == (Brake.MONEY, True)
        wrong = gateway.held(Asked("1708", Purpose.ACK), Traffic(), NOTHING, LIMITS, 0.0)
        assert wrong is not None
        assert (wrong.brake, wrong.waits) == (Brake.WHO, False)


class TestTrend:
    def test_many_more_texts_out_than_in_stop_the_answers_until_the_half_hour_is_over(self) -> None:
        traffic = Traffic()
        for number in range(21):
            traffic.speak(f"+62812345678{number:02d}", Purpose.ACK, 0.0)
        assert "terlalu banyak" in held(traffic, 1.0)
        assert set(gateway.closed(traffic, NOTHING, LIMITS, 1.0)) == {Purpose.ACK}
        assert held(traffic, TREND_WINDOW_S + 1.0) == ""

    def test_an_officer_who_writes_much_holds_no_answer_to_the_next_villager(self) -> None:
        traffic = Traffic()
        for number in range(60):
            traffic.speak(f"+62812345678{number:02d}", Purpose.OFFICER, 0.0)
        traffic.hear(SENDER, "ada maling", 1.0)
        assert held(traffic, 1.0) == ""

    def test_a_busy_half_hour_does_not_hold_the_first_answer_hours_later(self) -> None:
        traffic = Traffic()
        for number in range(25):
            traffic.hear(f"+62812345678{number:02d}", f"laporan {number}", float(number))
            traffic.speak(f"+62812345678{number:02d}", Purpose.ACK, float(number))
        traffic.hear(SENDER, "ada maling", 5.0 * HOUR_S)
        assert held(traffic, 5.0 * HOUR_S) == ""


ROBOTS = {
    Brake.WHO: ("1708", other_words),
    Brake.RATE: (SENDER, other_words),
    Brake.TEXT: (SENDER, "Sisa pulsa Anda Rp{}".format),
    Brake.MONEY: (SENDER, other_words),
    Brake.TREND: (SENDER, {}.get),
}


def answers_of_a_day(robot: Brake, brakes: frozenset[Brake]) -> int:
    """Answers to a robot that sends each minute; that of the trend makes us speak unasked."""
    traffic, limits, count = Traffic(), replace(LIMITS, brakes=brakes), 0
    number, words = ROBOTS[robot]
    hours: dict[int, int] = {}
    for minute in range(24 * 60):
        now_s = minute * 60.0
        text = words(minute)
        if text is not None:
            traffic.hear(number, text, now_s)
        spent = Spent(hours.get(minute // 60, 0), count)
        if not held(traffic, now_s, to=number, spent=spent, limits=limits):
            traffic.speak(number, Purpose.ACK, now_s, OURS)
            hours[minute // 60] = hours.get(minute // 60, 0) + 1
            count += 1
    return count


@pytest.mark.parametrize(
    ("brake", "most"),
    [(Brake.WHO, 0), (Brake.RATE, 6), (Brake.TEXT, 2), (Brake.MONEY, 90), (Brake.TREND, 960)],
)
def test_each_brake_alone_is_enough_for_its_robot_and_without_it_there_is_no_end(
    brake: Brake, most: int
) -> None:
    assert answers_of_a_day(brake, frozenset({brake})) <= most
    assert answers_of_a_day(brake, frozenset()) == 24 * 60


def test_numbers_that_were_silent_for_a_day_are_forgotten_in_a_full_memory() -> None:
    traffic = Traffic()
    for number in range(3_000):
        now_s = number * 60.0
        traffic.hear(f"+6281{number:09d}", "halo", now_s)
        traffic.speak(f"+6281{number:09d}", Purpose.ACK, now_s, "ya")
    remembered = len(traffic.received), len(traffic.answered), len(traffic.spoken)
    assert max(remembered) <= 24 * 60 + 2
    assert f"+6281{2_999:09d}" in traffic.received


class TestNight:
    NIGHT = 22, 5

    @pytest.mark.parametrize("hour", range(24))
    def test_only_news_and_broadcasts_wait_for_the_morning(self, hour: int) -> None:
        for purpose in Purpose:
            waits = gateway.silent(purpose, hour, self.NIGHT, urgent=False)
            late = hour >= 22 or hour < 5
            assert waits == (late and purpose in {Purpose.NEWS, Purpose.BROADCAST})
            assert not gateway.silent(purpose, hour, self.NIGHT, urgent=True)
            assert not gateway.silent(purpose, hour, (7, 7), urgent=False)

    def test_a_clock_that_is_not_sure_knows_no_night(self) -> None:
        assert not gateway.silent(Purpose.NEWS, None, self.NIGHT, urgent=False)

    def test_a_night_may_begin_after_midnight(self) -> None:
        quiet = [h for h in range(24) if gateway.silent(Purpose.NEWS, h, (1, 5), urgent=False)]
        assert quiet == [1, 2, 3, 4]


class TestMerged:
    def test_of_a_backlog_each_number_gets_its_newest_answer_or_the_urgent_one(self) -> None:
        waiting = [(1, SENDER, False), (2, OTHER, True), (3, SENDER, False), (4, OTHER, False)]
        assert gateway.merged(waiting) == {1, 4}
        assert gateway.merged([]) == frozenset()

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30))
    def test_exactly_one_answer_to_each_number_is_left(self, texts: list[tuple[str, bool]]) -> None:
        waiting = [(number, to, urgent) for number, (to, urgent) in enumerate(texts, start=1)]
        gone = gateway.merged(waiting)
        left = [to for number, to, _ in waiting if number not in gone]
        assert sorted(left) == sorted({to for to, _ in texts})
