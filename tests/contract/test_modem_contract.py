"""One contract for the modem driver, over bytes in the process and over a real tty."""

import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from modem_contract import (
    REPORT,
    SUBMIT,
    SUBMIT_LENGTH,
    BareBench,
    Bench,
    PtyBench,
    TwistedModem,
    deliver,
)

from hardware.errors import NotAModem, PortBusy, PortGone
from hardware.modem import Call, Modem, Notice, Rebooted, ReportArrived, TextArrived, Timeouts
from hardware.port import SerialPort, open_first
from hardware.simulated.virtual import RefusedError


@pytest.fixture(params=[BareBench, PtyBench], ids=["bare", "pty"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench: Bench = request.param(tmp_path)
    bench.modem.start()
    yield bench
    bench.close()


def fill(count: int, virtual: TwistedModem) -> None:
    for number in range(count):
        virtual.deliver(deliver(number))


def insert(lines: list[str], virtual: TwistedModem) -> None:
    """Let lines come between the header and the PDU of the first entry of a list."""
    told = virtual.commands["+CMGL"]

    def disturbed(rest: str) -> list[str]:
        answer = told(rest) or []
        return [*answer[:1], *lines, *answer[1:]]

    virtual.commands["+CMGL"] = disturbed


def hear(bench: Bench, wanted: Notice) -> None:
    """Wait until it is told; over a tty the notices come in any number of portions."""
    while notices := bench.modem.wait(60):
        if wanted in notices:
            return
    pytest.fail(f"never told: {wanted}")


def restart(virtual: TwistedModem) -> None:
    virtual.commands["Z"]("")


def twist(by: str, virtual: TwistedModem) -> None:
    match by:
        case "noise":
            virtual.twist = lambda answer: b"\x00\xff" + answer.replace(b"\r\n", b"\xff\r\n\x00")
        case "lf only":
            virtual.twist = lambda answer: answer.replace(b"\r", b"")
        case "glued":
            virtual.commands["E"] = lambda _: []
            virtual.twist = lambda answer: b'^SMMEMFULL:"SM"' + answer


class TestModem:
    def test_starting_tells_who_the_modem_and_its_sim_are(self, bench: Bench) -> None:
        identity = bench.modem.reopen()
        assert (identity.manufacturer, identity.model) == ("Kentongan", "Virtual")
        assert (identity.imei, identity.imsi) == ("866123040506078", "510100123456789")

    def test_both_memories_are_listed_with_their_slots(self, bench: Bench) -> None:
        bench.do(partial(fill, 25))
        slots = bench.modem.list()
        assert [slot.pdu for slot in slots] == [deliver(n) for n in range(25)]
        assert [(s.memory, s.index) for s in slots[19:21]] == [("SM", 20), ("ME", 1)]
        assert {slot.stat for slot in slots} == {0}
        assert {slot.stat for slot in bench.modem.list()} == {1}

    def test_an_empty_modem_lists_nothing(self, bench: Bench) -> None:
        assert bench.modem.list() == ()

    def test_forgetting_frees_that_slot_of_that_memory_alone(self, bench: Bench) -> None:
        bench.do(partial(fill, 22))
        slots = bench.modem.list()
        for slot in (slots[0], slots[20], slots[0]):
            bench.modem.forget(slot)
        kept = [slot.pdu for slot in bench.modem.list()]
        assert kept == [deliver(n) for n in range(22) if n not in (0, 20)]

    def test_texts_waiting_in_the_network_come_as_slots_are_freed(self, bench: Bench) -> None:
        bench.do(partial(fill, 130))
        seen = []
        while slots := bench.modem.list():
            for slot in slots:
                seen.append(slot.pdu)
                bench.modem.forget(slot)
        assert sorted(seen) == sorted(deliver(n) for n in range(130))

    def test_a_text_is_sent_whole_and_gets_the_next_reference(self, bench: Bench) -> None:
        first = bench.modem.send(SUBMIT_LENGTH, SUBMIT)
        assert bench.modem.send(SUBMIT_LENGTH, SUBMIT) == first + 1
        assert bench.sent == [SUBMIT, SUBMIT]

    def test_a_report_that_comes_directly_is_told_with_its_pdu(self, bench: Bench) -> None:
        bench.returned = [REPORT]
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
        assert bench.modem.wait(10) == (ReportArrived("", -1, REPORT),)
        assert bench.modem.list() == ()

    def test_a_report_that_is_stored_is_told_and_listed(self, bench: Bench) -> None:
        def store_reports(virtual: TwistedModem) -> None:
            cnmi = virtual.commands["+CNMI"]

            def fussy(rest: str) -> list[str] | None:
                if rest == "=2,1,0,1":
                    raise RefusedError("+CMS ERROR: 303")
                return cnmi(rest)

            virtual.commands["+CNMI"] = fussy

        bench.do(store_reports)
        bench.modem.reopen()
        bench.returned = [REPORT]
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
        assert bench.modem.wait(10) == (ReportArrived("SM", 1),)
        assert [slot.pdu for slot in bench.modem.list()] == [REPORT]

    def test_an_arriving_text_ends_the_waiting(self, bench: Bench) -> None:
        bench.do(partial(fill, 1))
        assert bench.modem.wait(60) == (TextArrived("SM", 1),)
        assert bench.modem.wait(0) == ()

    def test_a_missed_call_is_told_once_when_it_ends(self, bench: Bench) -> None:
        def call(virtual: TwistedModem) -> None:
            for _ in range(3):
                virtual.ring("+6281234567")
            virtual.hang_up()

        bench.do(call)
        assert bench.modem.wait(60) == (Call("+6281234567"),)
        assert bench.modem.wait(0) == ()

    def test_a_call_that_falls_silent_has_ended(self, bench: Bench) -> None:
        bench.do(lambda virtual: virtual.ring(""))
        assert bench.modem.wait(60) == (Call(""),)

    def test_lines_in_the_middle_of_a_list_cost_no_text(self, bench: Bench) -> None:
        bench.do(partial(fill, 3))
        report = [f"+CDS: {len(REPORT) // 2 - 1}", REPORT]
        bench.do(partial(insert, ["^RSSI:17", *report, '+CMTI: "ME",9', "RING", "NO CARRIER"]))
        slots = bench.modem.list()
        assert {(slot.index, slot.pdu) for slot in slots} == {
            (number + 1, deliver(number)) for number in range(3)
        }
        told = bench.modem.wait(0)
        for notice in (ReportArrived("", -1, REPORT), TextArrived("ME", 9)):
            assert notice in told
        # A call without a name waits a moment for the modem to tell it.
        hear(bench, Call(""))

    @pytest.mark.parametrize("by", ["noise", "lf only", "glued"])
    def test_a_twisted_line_costs_no_text(self, bench: Bench, by: str) -> None:
        bench.do(partial(fill, 21))
        bench.do(partial(twist, by))
        bench.modem.reopen()
        assert [slot.pdu for slot in bench.modem.list()] == [deliver(n) for n in range(21)]
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
        assert bench.sent == [SUBMIT]

    def test_a_garbled_entry_is_asked_for_again(self, bench: Bench) -> None:
        def garble(virtual: TwistedModem) -> None:
            told = virtual.commands["+CMGL"]

            def cut(rest: str) -> list[str]:
                lines = told(rest) or []
                return [*lines[:2], lines[2], lines[3][:-7], *lines[5:]] if lines else []

            virtual.commands["+CMGL"] = cut

        bench.do(partial(fill, 4))
        bench.do(garble)
        assert [slot.pdu for slot in bench.modem.list()] == [deliver(n) for n in range(4)]

    def test_a_modem_that_restarts_is_set_up_again(self, bench: Bench) -> None:
        bench.do(partial(fill, 2))
        bench.do(restart)
        bench.do(lambda virtual: virtual.say("RDY"))
        hear(bench, Rebooted())
        assert len(bench.modem.list()) == 2
        bench.do(partial(fill, 1))
        hear(bench, TextArrived("SM", 3))

    def test_an_unseen_restart_shows_by_the_echo(self, bench: Bench) -> None:
        bench.do(partial(fill, 2))
        bench.do(restart)
        bench.modem.signal()
        assert len(bench.modem.list()) == 2

    def test_a_modem_without_power_is_gone_and_comes_back_with_its_texts(
        self, bench: Bench
    ) -> None:
        bench.do(partial(fill, 55))
        bench.modem.forget(bench.modem.list()[0])
        bench.kill()
        with pytest.raises(PortGone):
            bench.modem.list()
        with pytest.raises(PortGone):
            bench.modem.reopen()
        bench.revive()
        bench.modem.reopen()
        assert {slot.pdu for slot in bench.modem.list()} == {deliver(n) for n in range(1, 51)}

    def test_the_modem_tells_signal_network_sim_usage_and_balance(self, bench: Bench) -> None:
        bench.do(partial(fill, 21))
        modem = bench.modem
        assert (modem.signal().rssi, modem.signal().ber, modem.signal().dbm) == (21, None, -71)
        assert (modem.network().registered, modem.network().roaming) == (True, False)
        assert modem.sim() == "READY"
        usage = {name: (u.used, u.total) for name, u in modem.usage().items()}
        assert usage == {"SM": (20, 20), "ME": (1, 30)}
        assert modem.ussd("*888#") == "Pulsa Rp25000 s.d. 31/12/2030"


class TestPort:
    def test_a_tty_that_never_answers_is_not_a_modem(self) -> None:
        master, slave = os.openpty()
        short = Timeouts(probe_s=0.01, settle_s=0.01)
        modem = Modem(lambda: SerialPort(os.ttyname(slave)), time.monotonic, short)
        with pytest.raises(NotAModem):
            modem.start()
        modem.close()
        with pytest.raises(NotAModem):
            open_first([os.ttyname(slave)], wait_s=0.01)
        os.close(master)
        os.close(slave)

    def test_the_first_device_that_answers_is_taken(self, tmp_path: Path) -> None:
        bench = PtyBench(tmp_path)
        master, slave = os.openpty()
        paths = [str(tmp_path / "absent"), os.ttyname(slave), str(bench.pty.link)]
        with open_first(paths, wait_s=0.2) as port:
            port.write(b"AT+CIMI\r")
            assert b"AT+CIMI" in port.read(10)
        bench.close()
        os.close(master)
        os.close(slave)

    def test_what_is_no_tty_is_not_a_modem(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(NotAModem):
            SerialPort(str(tmp_path / "file"))
        with pytest.raises(PortGone):
            SerialPort(str(tmp_path / "absent"))

    def test_a_held_port_is_busy_and_free_after_closing(self, tmp_path: Path) -> None:
        bench = PtyBench(tmp_path)
        with SerialPort(str(bench.pty.link)), pytest.raises(PortBusy):
            open_first([str(tmp_path / "absent"), str(bench.pty.link)])
        open_first([str(bench.pty.link)]).close()
        bench.close()

    def test_the_link_goes_with_the_modem(self, tmp_path: Path) -> None:
        bench = PtyBench(tmp_path)
        assert bench.pty.link.is_symlink()
        bench.close()
        assert not bench.pty.link.is_symlink()

    def test_a_closed_port_is_gone(self, tmp_path: Path) -> None:
        bench = PtyBench(tmp_path)
        port = SerialPort(str(bench.pty.link))
        port.close()
        port.close()
        with pytest.raises(PortGone):
            port.read(0)
        with pytest.raises(PortGone):
            port.write(b"AT\r")
        bench.close()
