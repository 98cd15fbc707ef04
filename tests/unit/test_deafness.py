"""The box writes to itself when nobody else does: known again, never answered, alarmed if lost."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prepaid_village import DAY_S, HOUR_S, NAME, OFFICER, OWN, SENDER, Village, villages
from spoken import Modem as Failing
from spoken import report_of, spent

from hardware.errors import HardwareError, PortGone, SendRefused, SendUnknown
from server.desa.gateway.simlife import deafness
from server.sections import Credit as Section
from sms import inbox

LATE_S = 660.0


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Give a village where nobody has written for a day."""
    with villages(tmp_path, Section()) as made:
        made.test()
        made.wait(DAY_S)
        yield made


def returns(village: Village) -> None:
    """The network brings the last text to ourselves."""
    village.say(village.told(OWN)[-1], OWN)


class Sending(Failing):
    """The world's modem, whose sending fails once and as a test says."""

    def __init__(self, village: Village, failure: HardwareError) -> None:
        super().__init__(village.world, failure)
        self._whole = village.world.modem

    def service_centre(self) -> str:
        return self._whole.service_centre()


class TestReturning:
    def test_after_a_day_of_silence_one_text_goes_to_our_own_number_and_no_other(
        self, village: Village
    ) -> None:
        assert [village.test() for _ in range(5)] == [True] + [False] * 4
        (words,) = village.told(OWN)
        assert re.fullmatch(r"KENTONGAN UJI [0-9A-F]{16}: .{1,120}", words)
        assert len(village.world.sent) == 1
        assert spent(village.world) == 1

    def test_it_is_known_again_and_is_neither_report_nor_note_nor_answered_nor_counted(
        self, village: Village
    ) -> None:
        village.test()
        returns(village)
        world = village.world
        world.speak()
        assert len(world.sent) == 1
        assert (world.desk().reports(), village.notes) == ((), [])
        assert dict(world.node.traffic.received) == {}
        counts = inbox.counts(world.node.database.connection)
        # The other one is the delivery report that this network gives to every text.
        assert {state: count for state, count in counts.items() if count} == {"receipt": 2}
        village.wait(LATE_S)
        assert not village.test()
        assert village.troubles == ()

    def test_a_copy_of_it_that_the_network_brings_later_is_known_too(
        self, village: Village
    ) -> None:
        village.test()
        returns(village)
        village.wait(HOUR_S)
        returns(village)
        assert village.world.desk().reports() == ()

    def test_one_that_comes_after_a_restart_is_known_and_no_second_one_was_sent(
        self, village: Village
    ) -> None:
        village.test()
        village.restart()
        assert not village.test()
        returns(village)
        assert village.world.desk().reports() == ()
        village.wait(LATE_S)
        assert not village.test()
        assert (village.troubles, len(village.told(OWN))) == ((), 1)

    def test_a_villager_who_copies_its_words_has_reported(self, village: Village) -> None:
        village.test()
        village.say(village.told(OWN)[-1])
        assert len(village.world.desk().reports()) == 1

    def test_our_own_number_with_another_word_is_no_test(self, village: Village) -> None:
        village.test()
        village.say("KENTONGAN UJI 0123456789ABCDEF: kemalingan di pasar tadi malam", OWN)
        village.world.speak()
        assert len(village.world.desk().reports()) == 1
        assert len(village.told(OWN)) == 1


class TestLost:
    def test_one_that_does_not_come_back_is_told_on_the_page_to_officers_and_the_journal_once(
        self, village: Village
    ) -> None:
        village.test()
        village.wait(LATE_S)
        assert village.test()
        village.world.speak()
        (sentence,) = village.troubles
        assert sentence.startswith("Kotak tidak menerima SMS. Periksa antena")
        assert "0812-5555-0000" in sentence
        (words,) = village.told(OFFICER)
        assert words.startswith("Kotak Tepal tidak menerima SMS.")
        assert "081255550000" in words
        assert village.notes == [("kotak", sentence, "uji terima SMS")]
        for _ in range(10):
            village.wait(HOUR_S)
            assert not village.test()
        village.world.speak()
        assert len(village.told(OFFICER)) == 1

    def test_it_stays_known_over_a_restart_and_is_tried_again_on_the_next_day(
        self, village: Village
    ) -> None:
        village.test()
        village.wait(LATE_S)
        village.test()
        village.restart()
        village.test()
        assert len(village.troubles) == 1
        village.wait(DAY_S)
        assert village.test()
        returns(village)
        assert village.troubles == ()
        assert len(village.told(OWN)) == 2

    def test_any_text_clears_it_but_a_delivery_report_says_nothing(self, village: Village) -> None:
        village.test()
        village.wait(LATE_S)
        village.test()
        report_of(village.world, 7, OFFICER)
        assert len(village.troubles) == 1
        village.say("kemalingan di pasar tadi malam")
        assert village.troubles == ()

    @pytest.mark.parametrize(("failure", "lost"), [(SendRefused(38), False), (SendUnknown(), True)])
    def test_a_test_that_was_refused_proves_nothing_and_one_that_may_be_out_does(
        self, village: Village, failure: HardwareError, *, lost: bool
    ) -> None:
        modem = Sending(village, failure)
        village.wait(LATE_S)
        assert deafness.tend(village.world.node, village.radio, modem, village.world.mono_s)
        village.wait(LATE_S)
        village.test()
        assert bool(village.troubles) is lost
        assert spent(village.world) == 1

    def test_a_modem_that_is_gone_is_the_thread_s_matter_and_costs_no_second_text(
        self, village: Village
    ) -> None:
        modem = Sending(village, PortGone())
        village.wait(LATE_S)
        with pytest.raises(PortGone):
            deafness.tend(village.world.node, village.radio, modem, village.world.mono_s)
        village.wait(LATE_S)
        assert not village.test()
        assert (village.troubles, village.told(OWN)) == ((), [])

    def test_while_the_modem_has_no_network_nothing_is_lost_yet(self, village: Village) -> None:
        village.test()
        radios = village.world.node.health.radios
        radios[NAME] = replace(village.radio, may_send=False)
        village.wait(LATE_S)
        assert not village.test()
        radios[NAME] = replace(village.radio, may_send=True)
        assert not village.test()
        assert village.troubles == ()
        village.wait(LATE_S)
        assert village.test()
        assert len(village.troubles) == 1


class TestOccasions:
    def test_a_text_within_the_day_makes_it_unnecessary(self, village: Village) -> None:
        village.say("kemalingan di pasar tadi malam")
        assert not village.test()
        village.wait(DAY_S - 120)
        assert not village.test()
        village.wait(120)
        assert village.test()

    def test_the_last_text_is_remembered_over_a_restart(self, village: Village) -> None:
        village.say("kemalingan di pasar tadi malam")
        village.test()
        village.wait(12 * HOUR_S)
        village.restart()
        assert not village.test()
        village.wait(12 * HOUR_S)
        assert village.test()

    def test_another_service_centre_is_a_reason(self, village: Village) -> None:
        village.say("kemalingan di pasar tadi malam")
        village.test()
        village.world.virtual.smsc = "+62855000000"
        village.wait(HOUR_S)
        assert village.test()
        returns(village)
        village.wait(HOUR_S)
        assert not village.test()

    def test_another_network_is_a_reason_also_over_a_restart(self, village: Village) -> None:
        village.say("kemalingan di pasar tadi malam")
        village.test()
        village.restart()
        world, moved = village.world, replace(village.radio, operator="51011")
        assert deafness.tend(world.node, moved, world.modem, world.mono_s)
        assert len(village.told(OWN)) == 1

    def test_without_our_own_number_the_page_asks_for_it_and_nothing_is_sent(
        self, tmp_path: Path
    ) -> None:
        with villages(tmp_path, Section(), own=()) as village:
            village.test()
            assert village.troubles == ()
            village.wait(DAY_S)
            village.test()
            (sentence,) = village.troubles
            assert "Isi nomor kartu SIM kotak" in sentence
            assert village.world.sent == []
            village.say("kemalingan di pasar tadi malam")
            assert village.troubles == ()

    def test_credit_that_the_alarms_need_is_not_spent_on_it(self, village: Village) -> None:
        village.answer("Pulsa Rp3.700")
        village.ask()
        assert not village.test()
        village.answer("Pulsa Rp50.000")
        village.wait(4 * HOUR_S)
        village.ask()
        assert village.test()

    def test_a_sim_that_nobody_accepted_and_a_setting_of_zero_send_nothing(
        self, village: Village
    ) -> None:
        node, modem = village.world.node, village.world.modem
        barred = replace(village.radio, may_send=False)
        assert not deafness.tend(node, barred, modem, village.world.mono_s)
        node.settings = replace(node.settings, credit=Section(test_after_h=0))
        village.wait(30 * DAY_S)
        assert not village.test()

    def test_on_the_card_stands_the_hour_of_the_last_text_and_nothing_nearer(
        self, village: Village
    ) -> None:
        db = village.world.node.database.connection
        seen = set()
        for number in range(150):
            village.say(f"kemalingan di pasar tadi malam {number}", SENDER)
            village.wait(60)
            seen.add(db.execute("select heard_s from hearing").fetchone()[0])
        assert len(seen) in {3, 4}
        assert all(at_s % HOUR_S == 0 for at_s in seen)
