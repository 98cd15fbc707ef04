"""The five brakes: each holds by itself, none holds a person's answer for longer than it must."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.gateway import DAY_S, HOUR_S, TREND_WINDOW_S, Budget, Spent, Traffic, brake, fingerprint
from sms.outbox import Purpose
from sms.replies import ReplyKey, fields_of, render

SENDER, OTHER = "+6281234567890", "+6281298765432"
BUDGET = Budget(per_sender_day=3, per_hour=30, per_day=120, reserved=30)
NOTHING = Spent(0, 0)


def held(traffic: Traffic, now_s: float = 0.0, *, to: str = SENDER, spent: Spent = NOTHING) -> str:
    """Why an answer is held; empty when it may go."""
    return brake(to, Purpose.ACK, traffic, spent, BUDGET, now_s) or ""


@pytest.mark.parametrize(
    "number", ["1708", "TELKOMSEL", "", "+14155550100", "0370123456", "+62110"]
)
@pytest.mark.parametrize("purpose", Purpose)
def test_only_mobile_numbers_are_ever_written_to(number: str, purpose: Purpose) -> None:
    assert brake(number, purpose, Traffic(), NOTHING, BUDGET, 0.0) == "bukan nomor HP"
    assert brake(SENDER, purpose, Traffic(), NOTHING, BUDGET, 0.0) is None


def test_a_number_gets_so_many_answers_in_24_hours_and_then_again() -> None:
    traffic = Traffic()
    for hour in range(3):
        assert held(traffic, hour * HOUR_S) == ""
        traffic.speak(SENDER, Purpose.ACK, hour * HOUR_S)
    assert "batas" in held(traffic, 3 * HOUR_S)
    assert held(traffic, 3 * HOUR_S, to=OTHER) == ""
    assert "batas" in held(traffic, DAY_S - 1)
    assert held(traffic, DAY_S + 1) == ""


def test_what_officers_write_counts_for_no_number_and_is_held_by_money_alone() -> None:
    traffic = Traffic()
    for _ in range(50):
        traffic.hear(SENDER, "sama", 0.0)
        traffic.speak(SENDER, Purpose.OFFICER, 0.0)
    assert brake(SENDER, Purpose.OFFICER, traffic, Spent(119, 119), BUDGET, 0.0) is None
    spent = Spent(0, 120)
    assert "anggaran" in (brake(SENDER, Purpose.ALARM, traffic, spent, BUDGET, 0.0) or "")


def test_the_same_text_three_times_in_an_hour_is_a_robot() -> None:
    traffic = Traffic()
    for number in (1, 22):
        traffic.hear(SENDER, f"Sisa kuota {number:02d} MB", 0.0)
        assert held(traffic) == ""
    traffic.hear(SENDER, "sisa  KUOTA 33 mb", 10.0)
    assert "berulang" in held(traffic, 10.0)
    assert held(traffic, HOUR_S + 11.0) == ""
    traffic.hear(SENDER, "tolong ada maling", 20.0)
    assert held(traffic, 20.0) == ""


@pytest.mark.parametrize("key", [ReplyKey.ACK, ReplyKey.BANTUAN, ReplyKey.SEGEL, ReplyKey.BATAS])
def test_our_own_words_coming_back_are_not_answered(key: ReplyKey) -> None:
    fields = {"no": "41275", "desa": "Tepal"}
    ours = render(key, **{name: fields[name] for name in fields_of(key)})
    traffic = Traffic()
    traffic.speak(SENDER, Purpose.ACK, 0.0, ours)
    traffic.hear(SENDER, "Re: " + ours.upper(), 1.0)
    assert "kembali" in held(traffic, 1.0)
    traffic.hear(SENDER, "di rumah pak RT, cepat ke sini", 2.0)
    assert held(traffic, 2.0) == ""


def test_answers_stop_at_the_hour_and_leave_the_reserve_for_alarms() -> None:
    assert held(Traffic(), spent=Spent(29, 89)) == ""
    assert "anggaran" in held(Traffic(), spent=Spent(30, 30))
    assert "anggaran" in held(Traffic(), spent=Spent(0, 90))
    assert brake(SENDER, Purpose.ALARM, Traffic(), Spent(30, 90), BUDGET, 0.0) is None


def test_many_more_texts_out_than_in_stop_the_answers_until_the_half_hour_is_over() -> None:
    traffic = Traffic()
    for number in range(21):
        traffic.speak(f"+62812345678{number:02d}", Purpose.ACK, 0.0)
    assert "terlalu banyak" in held(traffic, 1.0)
    assert held(traffic, TREND_WINDOW_S + 1.0) == ""


def test_an_officer_who_writes_much_holds_no_answer_to_the_next_villager() -> None:
    traffic = Traffic()
    for number in range(60):
        traffic.speak(f"+62812345678{number:02d}", Purpose.OFFICER, 0.0)
    traffic.hear(SENDER, "ada maling", 1.0)
    assert held(traffic, 1.0) == ""


def test_a_busy_half_hour_does_not_hold_the_first_answer_hours_later() -> None:
    traffic = Traffic()
    for number in range(25):
        traffic.hear(f"+62812345678{number:02d}", f"laporan {number}", float(number))
        traffic.speak(f"+62812345678{number:02d}", Purpose.ACK, float(number))
    traffic.hear(SENDER, "ada maling", 5 * HOUR_S)
    assert held(traffic, 5 * HOUR_S) == ""


@given(st.text(max_size=40))
def test_a_fingerprint_has_no_case_no_spaces_and_no_digits_that_differ(text: str) -> None:
    assert fingerprint(text) == fingerprint(f"  {text} \n")
    assert fingerprint("Kuota 12") == fingerprint("kuota99")
    assert not set(fingerprint(text)) & set("123456789")


@given(
    st.lists(
        st.tuples(st.floats(1, 4 * HOUR_S), st.sampled_from(["kuota 1", "halo", "tes 9", "iya"])),
        min_size=1,
        max_size=150,
    )
)
def test_whatever_a_number_sends_it_gets_no_more_answers_a_day_than_its_limit(
    texts: list[tuple[float, str]],
) -> None:
    traffic, now_s, answered = Traffic(), 0.0, []
    for pause_s, text in texts:
        now_s += pause_s
        traffic.hear(SENDER, text, now_s)
        if not held(traffic, now_s):
            traffic.speak(SENDER, Purpose.ACK, now_s, "KENTONGAN: laporan Anda diterima")
            answered.append(now_s)
    for end_s in answered:
        day = [at_s for at_s in answered if end_s - DAY_S < at_s <= end_s]
        assert len(day) <= BUDGET.per_sender_day


def test_thirty_days_of_a_robot_that_answers_each_answer_cost_no_more_than_the_limit() -> None:
    traffic, answers, texts = Traffic(), 0, 0
    for minute in range(30 * 24 * 60):
        now_s = minute * 60.0
        traffic.hear(SENDER, f"Anda mendapat bonus nomor {minute} {'x' * (minute % 17)}", now_s)
        texts += 1
        if not held(traffic, now_s):
            traffic.speak(SENDER, Purpose.ACK, now_s, "KENTONGAN: laporan Anda diterima")
            answers += 1
    assert texts == 43_200
    assert 30 <= answers <= 30 * BUDGET.per_sender_day


def test_thirty_days_of_many_robots_cost_no_more_than_the_money_of_each_hour_and_day() -> None:
    traffic, days, hours = Traffic(), {}, {}
    for minute in range(30 * 24 * 60):
        now_s, day, hour = minute * 60.0, minute // 1440, minute // 60
        robot = f"+6281{minute % 4096:08d}"
        traffic.hear(robot, f"Promo {minute}", now_s)
        spent = Spent(hours.get(hour, 0), days.get(day, 0))
        if not held(traffic, now_s, to=robot, spent=spent):
            traffic.speak(robot, Purpose.ACK, now_s)
            days[day] = days.get(day, 0) + 1
            hours[hour] = hours.get(hour, 0) + 1
    assert max(hours.values()) <= BUDGET.per_hour
    assert set(days.values()) == {BUDGET.per_day - BUDGET.reserved}


def test_a_budget_of_nothing_sends_nothing() -> None:
    none = replace(BUDGET, per_sender_day=0, per_day=0)
    for purpose in Purpose:
        assert brake(SENDER, purpose, Traffic(), NOTHING, none, 0.0) is not None
