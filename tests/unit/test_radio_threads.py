"""The node's own modem threads: what they keep, send, mend, ask of the modem, and tell people."""

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from radios import TELKOMSEL_IMSI, XL_IMSI, Village
from world import World

from hardware.errors import (
    NoTty,
    PinWanted,
    PortGone,
    SimMissing,
    SimNotAccepted,
)
from hardware.filling import FILLER, is_filler
from hardware.simulated.held import UNSENT
from server import lookup, radio
from server.desa import commands, steps
from server.desa.desk import ModemMood
from server.desa.radios.moods import CARD_TROUBLE, KEEPS_TROUBLE
from server.domain.errors import Refused
from sms import inbox, outbox

ON_TELKOMSEL, ON_XL = "+6281234567890", "+6281712345678"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Give a village that the Polres knows, without a modem yet."""
    world = World(tmp_path)
    world.exchange()
    yield Village(world)
    world.node.database.close()
    world.district.close()


def kept(village: Village) -> int:
    """How many texts are in the inbox."""
    return inbox.counts(village.world.node.database.connection)["kept"]


def waiting(village: Village) -> int:
    """How many texts wait to be sent."""
    counts = outbox.counts(village.world.node.database.connection)
    return counts["queued"] + counts["unknown"]


class TestOneModem:
    def test_a_text_is_kept_read_answered_and_gone_from_the_modem(self, village: Village) -> None:
        modem = village.plug(1)
        village.text(modem, ON_TELKOMSEL, "kemalingan di pasar tadi malam")
        village.live(3)
        assert [one.text for one in lookup.reports(village.world.node.projection.db)] == [
            "kemalingan di pasar tadi malam"
        ]
        assert village.over() == [(1, ON_TELKOMSEL)]
        assert modem.stored("SM") == {}
        state = village.state(1)
        assert (state.name, state.mood, state.operator) == ("stick1", ModemMood.GOOD, "VIRTUAL")
        assert state.may_send

    def test_a_text_costs_less_than_a_third_of_a_command(self, village: Village) -> None:
        modem = village.plug(1)
        village.live(3)
        village.commands[1].clear()
        for number in range(500):
            village.text(modem, ON_TELKOMSEL, f"laporan {number}", number % 250)
        while modem.stored("SM") or modem.stored("ME") or modem.waiting():
            village.threads[1]._listen(village.world.mono_s)
        assert kept(village) == 500
        print(f"{len(village.commands[1]) / 500} commands a text")
        assert len(village.commands[1]) <= 0.3 * 500

    def test_an_idle_modem_is_left_in_peace(self, village: Village) -> None:
        village.plug(1)
        village.live(300)
        village.commands[1].clear()
        village.live(600)
        print(f"{len(village.commands[1]) / 10} commands a minute")
        assert len(village.commands[1]) < 10 * 15

    def test_a_slot_that_will_not_be_deleted_makes_no_busy_loop_and_is_told(
        self, village: Village
    ) -> None:
        modem = village.plug(1)
        modem.commands["+CMGD"] = lambda _: []
        for number in range(4):
            village.text(modem, ON_TELKOMSEL, f"laporan {number}", number)
        village.live(120)
        assert kept(village) == 4
        assert village.state(1).trouble == KEEPS_TROUBLE
        village.commands[1].clear()
        village.live(600)
        assert kept(village) == 4
        assert len(village.commands[1]) < 600
        deletes = sum(line.startswith("AT+CMGD") for line in village.commands[1])
        assert 0 < deletes < 60

    def test_a_text_past_the_memories_outlives_a_card_that_refuses_a_write(
        self, village: Village, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        modem = village.plug(1)
        village.live(2)
        modem.feed(b"AT+CNMI=2,2\r")

        def full(*_: object) -> None:
            raise sqlite3.OperationalError

        with monkeypatch.context() as patched:
            patched.setattr(radio, "keep_listed", full)
            village.text(modem, ON_TELKOMSEL, "kemalingan di pasar tadi malam")
            village.live(10)
            assert village.state(1).trouble == CARD_TROUBLE
        village.live(20)
        assert kept(village) == 1
        assert village.state(1).trouble == ""

    def test_a_modem_that_speaks_of_texts_without_end_is_not_listed_without_end(
        self, village: Village
    ) -> None:
        modem = village.plug(1)
        village.live(3)
        village.commands[1].clear()

        def nag(line: str) -> bool:
            modem.say('+CMTI: "SM",1')
            return False

        modem.before.append(nag)
        village.live(60)
        assert sum("CPMS" in line for line in village.commands[1]) <= 60 * 2 * 2 + 4

    def test_a_missed_call_is_answered(self, village: Village) -> None:
        modem = village.plug(1)
        village.live(3)
        modem.ring(ON_TELKOMSEL)
        modem.hang_up()
        village.live(15)
        assert village.over() == [(1, ON_TELKOMSEL)]


class TestTrouble:
    def test_a_lost_modem_is_told_once_and_taken_up_again_at_once(
        self, village: Village, caplog: pytest.LogCaptureFixture
    ) -> None:
        modem = village.plug(1)
        village.live(5)
        version = village.world.node.projection.version
        with caplog.at_level(logging.WARNING):
            village.ports.plugged[1] = None
            village.live(600)
            state = village.state(1)
            assert (state.mood, state.trouble) == (ModemMood.ABSENT, PortGone.sentence)
            assert not state.may_send
            assert village.world.node.health.modem_trouble == PortGone.sentence
            assert village.world.node.projection.version == version + 1
        assert [record.message for record in caplog.records] == ["modem lost"]
        village.ports.plugged[1] = modem
        village.live(5)
        assert village.state(1).mood is ModemMood.GOOD
        assert village.world.node.health.modem_trouble == ""

    @pytest.mark.parametrize(
        ("pin", "error"), [("SIM PIN", PinWanted), ("", SimMissing)], ids=["pin", "no sim"]
    )
    def test_a_sim_that_wants_a_person_is_said_in_its_sentence(
        self, village: Village, pin: str, error: type[PinWanted | SimMissing]
    ) -> None:
        modem = village.plug(1)
        village.live(5)
        modem.pin = pin
        modem.restart()
        village.live(120)
        state = village.state(1)
        assert (state.mood, state.trouble) == (ModemMood.BLOCKED, error.sentence)
        assert not any(line.startswith("AT+CPIN=") for line in village.commands[1])
        modem.pin = "READY"
        village.live(120)
        assert village.state(1).trouble == ""

    def test_a_stick_without_a_port_is_explained_on_the_page(self, village: Village) -> None:
        village.ports.trouble = NoTty("1-1")
        village.launch(1)
        village.live(60)
        assert any("HiLink" in one for one in village.world.desk().box().trouble)

    def test_a_modem_that_went_deaf_is_reset_and_no_text_is_lost(self, village: Village) -> None:
        modem = village.plug(1)
        village.live(5)
        deaf = True

        def look(line: str) -> bool:
            nonlocal deaf
            deaf = deaf and not line.endswith("AT+CFUN=1,1")
            return deaf

        modem.before.append(look)
        village.text(modem, ON_TELKOMSEL, "ada maling")
        village.live(300)
        assert not deaf
        assert kept(village) == 1
        assert village.state(1).mood is ModemMood.GOOD

    def test_a_fault_in_the_program_ends_neither_the_thread_nor_the_listening(
        self, village: Village, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        modem = village.plug(1)
        village.live(2)

        def broken(*_: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as patched:
            patched.setattr(steps, "read_some", broken)
            village.live(300)
        assert sum("step failed" in record.message for record in caplog.records) == 1
        village.text(modem, ON_TELKOMSEL, "ada maling")
        village.live(60)
        assert village.over() == [(1, ON_TELKOMSEL)]


class TestSim:
    def test_the_first_sim_sends_and_is_known_after_a_restart(self, village: Village) -> None:
        modem = village.plug(1)
        village.text(modem, ON_TELKOMSEL, "ada maling")
        village.live(3)
        village.launch(1)
        village.live(3)
        assert village.state(1).may_send
        rows = village.world.node.database.connection.execute("select * from sims").fetchall()
        assert len(rows) == 1
        assert not any(modem.imsi in str(row) or modem.imei in str(row) for row in rows)

    @pytest.mark.parametrize("while_it_runs", [True, False])
    def test_a_swapped_sim_hears_but_does_not_send_until_it_is_accepted(
        self,
        village: Village,
        while_it_runs: bool,  # noqa: FBT001
    ) -> None:
        modem = village.plug(1)
        village.live(3)
        modem.imsi = XL_IMSI
        if while_it_runs:
            modem.restart()
        else:
            village.launch(1)
        village.text(modem, ON_TELKOMSEL, "ada maling")
        village.live(90)
        assert kept(village) == 1
        assert village.over() == []
        state = village.state(1)
        assert (state.mood, state.trouble) == (ModemMood.GOOD, SimNotAccepted.sentence)
        assert waiting(village) == 1
        assert state.home == "xl"
        assert isinstance(village.world.desk().accept_sim("modem9"), Refused)
        with pytest.raises(commands.UnknownModem):
            commands.accept_sim(village.world.node, "modem9")
        assert commands.accept_sim(village.world.node, "") == {"name": state.name}
        village.live(3)
        assert village.over() == [(1, ON_TELKOMSEL)]
        (told,) = commands.status(village.world.node)["modems"]
        assert (told["trouble"], told["may_send"]) == ("", True)

    def test_the_old_sim_back_in_its_place_sends_again(self, village: Village) -> None:
        modem = village.plug(1)
        village.live(3)
        for imsi, may in ((XL_IMSI, False), (TELKOMSEL_IMSI, True)):
            modem.imsi = imsi
            modem.restart()
            village.live(30)
            assert village.state(1).may_send is may


class TestErasing:
    def test_after_a_quiet_minute_nothing_of_the_texts_is_left_on_the_sim(
        self, village: Village
    ) -> None:
        modem = village.plug(1)
        for number in range(6):
            village.text(modem, ON_TELKOMSEL, f"laporan {number}", number)
        village.live(30)
        left = [pdu for pdu in modem.held.residue["SM"].values() if not is_filler(pdu)]
        assert len(left) == 6
        village.live(120)
        assert all(is_filler(pdu) for pdu in modem.held.residue["SM"].values())
        assert modem.stored("SM") == {}
        assert "ditimpa" in village.state(1).erasing
        assert kept(village) == 6

    def test_fillers_that_a_stop_left_behind_become_no_row_and_go(self, village: Village) -> None:
        modem = village.plug(1)
        village.live(3)
        for _ in range(3):
            modem.held.write("SM", UNSENT, FILLER)
        village.text(modem, ON_TELKOMSEL, "ada maling")
        village.launch(1)
        village.live(20)
        assert kept(village) == 1
        assert modem.stored("SM") == {}
        assert lookup.notes(village.world.node.projection.db) == ()

    def test_a_text_that_comes_while_slots_are_filled_is_kept_within_a_second(
        self, village: Village
    ) -> None:
        modem = village.plug(1)
        village.text(modem, ON_TELKOMSEL, "ada maling")
        village.live(5)
        while not modem.stored("SM"):
            village.turn(1)
        came_s = village.world.mono_s
        village.text(modem, ON_XL, "kerbau hilang di kebun", 2)
        while kept(village) < 2:
            village.turn(1)
        assert village.world.mono_s - came_s < 1.0
        village.live(200)
        assert modem.stored("SM") == {}
        assert all(is_filler(pdu) for pdu in modem.held.residue["SM"].values())
