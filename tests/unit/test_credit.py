"""Prepaid credit on a running node: asked rarely, never guessed, told in time, kept for alarms."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from prepaid_village import DAY_S, HOUR_S, NAME, OFFICER, OWN, SENDER, Village, villages
from spoken import Modem as Failing

from hardware.errors import SendRefused
from hardware.simulated.ussd_forms import UssdForm
from server import words
from server.desa import steps
from server.desa.gateway.simlife import credit, own
from server.desa.state import purse
from server.desa.state.purse import Asking, Purse
from server.desa.state.radio import Credit
from server.sections import Credit as Section
from sms.operator.prepaid import ASKS_A_DAY

END = date(2028, 11, 30)
LOW = Section(low_rp=10_000, sms_price_rp=350)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Give a village with the usual settings."""
    with villages(tmp_path, LOW) as made:
        yield made


def balance(village: Village, text: str, form: UssdForm = "plain") -> None:
    """The network answers this, and is asked."""
    village.answer(text, form)
    village.wait(DAY_S)
    assert village.ask()


def ending(village: Village, days: int, rupiah: int = 50_000) -> str:
    """An answer with a masa aktif that ends in so many days."""
    today = datetime.fromtimestamp(village.world.wall_s() + 8 * HOUR_S, UTC).date()
    return f"Pulsa Rp{rupiah} aktif s.d. {today + timedelta(days=days):%d/%m/%Y}"


class TestAsking:
    @pytest.mark.parametrize("form", ["plain", "packed", "ucs2", "ucs2 without dcs", "bare"])
    def test_the_balance_is_asked_at_the_start_in_whatever_form_it_comes(
        self, village: Village, form: UssdForm
    ) -> None:
        village.answer("Sisa Pulsa Anda Rp 50.000. Aktif s.d. 30/11/2028", form)
        assert village.credit == Credit()
        assert village.ask()
        told_s = village.credit.told_s
        assert told_s is not None
        assert abs(told_s - village.world.wall_s()) < 60
        assert village.credit == Credit(50_000, END, told_s)
        assert village.troubles == ()

    def test_it_is_asked_once_a_day_and_the_answer_outlives_a_restart(
        self, village: Village
    ) -> None:
        assert [village.ask() for _ in range(20)] == [True] + [False] * 19
        kept = village.credit
        village.restart()
        assert village.credit == Credit()
        assert not village.ask()
        assert village.credit == kept
        village.wait(DAY_S)
        assert village.ask()

    @pytest.mark.parametrize(
        ("text", "form", "why"),
        [
            ("", "refused", "menolak"),
            ("", "silent", "tidak menjawab"),
            ("", "plain", "tidak menjawab"),
            ("1.Isi Pulsa Rp10.000 2.Paket 5GB Rp25.000", "plain", "tidak terbaca"),
        ],
    )
    def test_no_answer_is_unknown_with_a_reason_and_never_nothing(
        self, village: Village, text: str, form: UssdForm, why: str
    ) -> None:
        village.answer(text, form)
        assert village.ask()
        assert village.credit.balance_rp is None
        assert why in village.credit.why
        assert village.troubles == ()
        village.answer("Pulsa Rp7.500 aktif s.d. 30/11/2028", code="*889#")
        village.wait(3 * HOUR_S)
        assert village.ask()
        assert (village.credit.balance_rp, village.credit.why) == (7_500, "")

    def test_what_was_told_before_stays_when_the_next_question_fails(
        self, village: Village
    ) -> None:
        village.ask()
        before = village.credit
        balance(village, "sistem sibuk")
        assert village.credit == replace(before, why="jawaban operator tidak terbaca")

    def test_the_code_of_the_settings_is_used_alone_and_a_wrong_one_is_said(
        self, tmp_path: Path
    ) -> None:
        with villages(tmp_path, replace(LOW, ussd="*777#")) as village:
            village.answer("Pulsa Rp12.000", code="*777#")
            village.ask()
            assert village.credit.balance_rp == 12_000
            village.section = replace(LOW, ussd="cek pulsa")
            village.restart()
            village.wait(DAY_S)
            village.ask()
            assert "kode USSD" in village.credit.why

    def test_a_sim_that_nobody_accepted_is_not_asked(self, village: Village) -> None:
        radio = replace(village.radio, may_send=False)
        node, modem = village.world.node, village.world.modem
        assert not credit.tend(node, radio, modem, village.world.mono_s)
        assert not credit.tend(node, replace(radio, sim=""), modem, village.world.mono_s)

    def test_texts_that_went_out_bring_the_question_forward(self, village: Village) -> None:
        village.section = replace(LOW, ask_after_sms=3)
        village.plug()
        village.ask()
        village.wait(HOUR_S)
        for number in range(3):
            assert not village.ask()
            village.say(f"kemalingan di pasar tadi malam {number}", f"+62812000000{number}0")
            village.world.speak()
        assert village.ask()
        village.wait(HOUR_S)
        assert not village.ask()

    def test_a_network_that_refuses_texts_brings_the_question_forward(
        self, village: Village
    ) -> None:
        village.ask()
        village.wait(HOUR_S)
        assert not village.ask()
        village.say("kemalingan di pasar tadi malam")
        refusing = Failing(village.world, SendRefused(38))
        steps.speak(village.world.node, refusing, village.world.mono_s, NAME)
        assert village.ask()

    def test_nothing_makes_it_ask_more_than_a_few_times_a_day(self, village: Village) -> None:
        asked = 0
        for _ in range(23 * 6):
            village.wait(570)
            village.say("Pulsa kamu hampir habis", "TELKOMSEL")
            asked += village.ask()
        assert 2 <= asked <= ASKS_A_DAY

    def test_a_balance_is_kept_for_each_of_the_last_ninety_days(self, village: Village) -> None:
        for day in range(100):
            balance(village, f"Pulsa Rp{100_000 - day}")
        with village.world.node.database.read() as db:
            days = purse.history(db, village.radio.sim)
        assert [rupiah for _, rupiah in days] == [100_000 - day for day in range(10, 100)]
        assert [day - days[0][0] for day, _ in days] == list(range(90))


class TestWarnings:
    @pytest.mark.parametrize("restarts", [False, True])
    def test_each_threshold_is_told_once_to_officers_and_journal(
        self, village: Village, *, restarts: bool
    ) -> None:
        village.answer(ending(village, 31))
        told: list[int] = []
        for _ in range(34):
            village.ask()
            if restarts:
                village.restart()
            village.ask()
            village.world.speak()
            told.append(len(village.told(OFFICER)))
            village.wait(DAY_S - 180)
        assert sorted({told.index(count) for count in set(told)}) == [0, 1, 17, 24, 28, 30, 31, 32]
        assert told[-1] == 7
        # What was noted before a restart is sealed until somebody brings a key.
        assert len(village.notes) == (0 if restarts else 7)
        assert {sender for sender, _, _ in village.notes} <= {"kotak"}

    def test_the_page_says_what_to_do_and_the_officer_reads_it_too(self, village: Village) -> None:
        balance(village, ending(village, 6))
        (sentence,) = village.troubles
        assert sentence.startswith("Isi pulsa ke 0812-5555-0000; masa aktif kartu berakhir ")
        assert sentence.endswith("2026 (sisa 5 hari).")
        village.world.speak()
        (words,) = village.told(OFFICER)
        assert "5 hari lagi. Isi pulsa ke 081255550000" in words
        balance(village, ending(village, 300))
        assert village.troubles == ()

    def test_after_its_end_it_says_so_and_without_a_known_number_it_speaks_of_the_box(
        self, tmp_path: Path
    ) -> None:
        with villages(tmp_path, LOW, own=()) as village:
            balance(village, ending(village, -2))
            (sentence,) = village.troubles
            assert sentence.startswith("Isi pulsa ke nomor kotak hari ini; masa aktif kartu sudah")

    def test_a_low_balance_is_told_once_until_it_was_filled(self, village: Village) -> None:
        for rupiah in (9_000, 8_000, 60_000, 7_000):
            balance(village, f"Pulsa Rp{rupiah}")
            village.world.speak()
        assert [words.split(".")[0:2] for words in village.told(OFFICER)] == [
            ["Kotak Tepal: pulsa tinggal Rp9", "000"],
            ["Kotak Tepal: pulsa tinggal Rp7", "000"],
        ]
        assert village.troubles == ("Isi pulsa ke 0812-5555-0000; pulsa tinggal Rp7.000.",)

    def test_at_night_the_officers_are_left_asleep_until_the_morning(
        self, village: Village
    ) -> None:
        village.wait(12 * HOUR_S)
        village.answer("Pulsa Rp5.000")
        village.ask()
        village.world.speak()
        assert village.told(OFFICER) == []
        assert village.troubles != ()
        village.wait(10 * HOUR_S)
        village.ask()
        village.world.speak()
        assert len(village.told(OFFICER)) == 1

    def test_a_warning_is_sent_while_the_last_credit_is_kept_for_alarms(
        self, village: Village
    ) -> None:
        balance(village, "Pulsa Rp1.000")
        village.world.speak()
        assert len(village.told(OFFICER)) == 1


class TestMoney:
    def test_what_is_left_for_alarms_is_not_spent_on_answers_and_they_go_when_it_is_back(
        self, village: Village
    ) -> None:
        balance(village, "Pulsa Rp3.800")
        village.world.speak()
        village.say("kemalingan di pasar tadi malam")
        village.say("sapi saya hilang di kebun")
        village.world.speak()
        assert village.told(SENDER) == []
        assert ("pulsa hampir habis", 2) in village.world.desk().box().held
        village.say("tolong kebakaran rumah warga sekarang api besar", "+6281200000001")
        village.world.speak()
        assert "darurat" in village.told(OFFICER)[-1].casefold()
        village.answer("Pulsa Rp50.000")
        village.wait(700)
        village.say("Isi ulang Rp50.000 berhasil", "TELKOMSEL")
        assert village.ask()
        village.world.speak()
        assert len(village.told(SENDER)) == 1
        assert len(village.told("+6281200000001")) == 1

    def test_texts_sent_since_are_taken_off_what_was_told(self, village: Village) -> None:
        village.section = replace(LOW, sms_price_rp=1_000)
        village.plug()
        balance(village, "Pulsa Rp12.000")
        for number in range(3):
            village.say(f"kemalingan di pasar tadi malam {number}", f"+62812000000{number}0")
            village.world.speak()
        assert [len(village.told(f"+62812000000{number}0")) for number in range(3)] == [1, 1, 0]

    @pytest.mark.parametrize("price", [0, 350])
    def test_a_balance_that_is_unknown_or_costs_nothing_holds_no_text(
        self, village: Village, price: int
    ) -> None:
        village.section = replace(LOW, sms_price_rp=price)
        village.plug()
        village.answer("Pulsa Rp0" if price == 0 else "", "plain" if price == 0 else "refused")
        village.ask()
        village.say("kemalingan di pasar tadi malam")
        village.world.speak()
        assert len(village.told(SENDER)) == 1

    def test_a_balance_of_long_ago_holds_no_text_any_more(self, village: Village) -> None:
        balance(village, "Pulsa Rp0")
        village.wait(4 * DAY_S)
        village.say("kemalingan di pasar tadi malam")
        village.world.speak()
        assert len(village.told(SENDER)) == 1


class TestOperatorTexts:
    def test_an_operators_text_is_noted_with_what_it_is_about_and_answered_by_nobody(
        self, village: Village
    ) -> None:
        village.ask()
        village.say("Masa aktif kartu Anda akan berakhir 30/11/2026", "TELKOMSEL")
        village.world.speak()
        ((sender, _, reason),) = village.notes
        assert (sender, reason) == ("TELKOMSEL", "kabar operator: masa aktif kartu akan berakhir")
        assert village.world.sent == []
        assert village.world.desk().reports() == ()

    @pytest.mark.parametrize("asked", [True, False])
    def test_a_forged_one_stops_no_answer_whatever_it_claims(
        self, village: Village, *, asked: bool
    ) -> None:
        if asked:
            village.ask()
        else:
            village.answer("", "refused")
            village.ask()
        village.say("Sisa pulsa Anda Rp 0. Aktif s.d. 01/01/2026", "TELKOMSEL")
        village.say("kemalingan di pasar tadi malam")
        village.world.speak()
        assert len(village.told(SENDER)) == 1
        assert village.credit.balance_rp == (50_000 if asked else None)

    def test_where_the_network_tells_nothing_the_sms_is_shown(self, village: Village) -> None:
        village.answer("", "refused")
        village.ask()
        village.say("Sisa pulsa Anda Rp 15.000. Aktif s.d. 30/11/2028", "TELKOMSEL")
        village.ask()
        assert (village.credit.balance_rp, village.credit.valid_until) == (15_000, END)

    def test_a_villager_who_writes_like_an_operator_has_reported(self, village: Village) -> None:
        village.ask()
        village.say("Isi ulang Rp50.000 berhasil. Pulsa Rp0")
        assert len(village.world.desk().reports()) == 1


def test_the_chore_leaves_our_own_number_alone(tmp_path: Path) -> None:
    with villages(tmp_path, LOW) as village:
        balance(village, "Pulsa Rp1.000")
        steps.tend(village.world.node, village.world.mono_s)
        village.world.speak()
        assert village.told(OWN) == []


class TestTwoModems:
    def test_texts_go_while_one_of_two_sims_can_pay_or_may_be_able_to(
        self, village: Village
    ) -> None:
        balance(village, "Pulsa Rp0")
        node, second = village.world.node, Asking(Purse())
        assert credit.spent(node, village.world.mono_s).credit == 0
        node.health.radios["other"] = replace(village.radio, name="other", sim="b" * 16)
        node.askings["b" * 16] = second
        assert credit.spent(node, village.world.mono_s).credit is None
        second.purse = Purse(35_000, told_s=village.world.wall_s(), sure=True)
        assert credit.spent(node, village.world.mono_s).credit == 100
        del node.health.radios["other"]
        assert credit.spent(node, village.world.mono_s).credit == 0

    def test_each_modem_has_the_number_of_its_place_and_a_guess_is_none(
        self, tmp_path: Path
    ) -> None:
        with villages(tmp_path, LOW, own=(OWN, OFFICER)) as village:
            node = village.world.node
            assert own.number_of(node, "stick") is None
            node.health.radios["a"] = replace(village.radio, name="a")
            assert [own.number_of(node, name) for name in ("a", "stick", "?")] == [
                OWN,
                OFFICER,
                None,
            ]
            assert own.dialled(node, "a") == "081255550000"


def test_two_warnings_that_waited_for_the_network_both_reach_the_officer(tmp_path: Path) -> None:
    with villages(tmp_path, Section()) as village:
        stamp = village.world.node.stamp(village.world.mono_s)
        ends = words.local(stamp.wall_s, "WITA") + timedelta(days=3)
        village.answer(f"Sisa Pulsa Anda Rp 5.000. Aktif s.d. {ends:%d/%m/%Y}")
        village.ask()
        village.wait(HOUR_S)
        village.world.speak()
        told = " ".join(village.told(OFFICER))
        assert "pulsa tinggal" in told
        assert "masa aktif" in told


def test_after_a_top_up_what_was_refused_goes_at_once(tmp_path: Path) -> None:
    with villages(tmp_path, Section(sms_price_rp=0)) as village:
        world = village.world
        village.answer("Sisa Pulsa Anda Rp 100. Aktif s.d. 30/11/2028")
        village.ask()
        village.say("kemalingan di pasar tadi malam")
        poor = Failing(world, *[SendRefused(38)] * 99)
        for _ in range(12):
            village.wait(HOUR_S)
            while steps.speak(world.node, poor, world.mono_s, NAME).result is steps.Result.DONE:
                pass
        village.answer("Sisa Pulsa Anda Rp 25.000. Aktif s.d. 30/11/2028")
        assert village.told(SENDER) == []
        assert village.ask()
        world.speak()
        assert len(village.told(SENDER)) == 1
