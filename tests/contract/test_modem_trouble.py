"""The driver before a modem that misbehaves."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest
from modem_contract import REPORT, SUBMIT, SUBMIT_LENGTH, BareBench, TwistedModem, deliver

from hardware.errors import (
    CommandFailed,
    HardwareError,
    MemoryFull,
    NotAModem,
    PinWanted,
    PortGone,
    SendRefused,
    SendUnknown,
    SimMissing,
    Timeout,
)
from hardware.modem import Call, ReportArrived, StoreFull, Timeouts
from hardware.simulated.virtual import Handler, RefusedError


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BareBench]:
    bench = BareBench(tmp_path, Timeouts(send_s=60))
    bench.modem.start()
    yield bench
    bench.close()


def refuse(final: str) -> Handler:
    def handler(_: str) -> list[str]:
        raise RefusedError(final)

    return handler


def test_a_refused_text_tells_its_code(bench: BareBench) -> None:
    bench.do(lambda virtual: virtual.commands.update({"+CMGS": refuse("+CMS ERROR: 38")}))
    with pytest.raises(SendRefused) as refused:
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert (refused.value.code, refused.value.uncertain) == (38, False)
    assert SendRefused(500).uncertain


@pytest.mark.parametrize(
    ("final", "error"),
    [
        ("+CMS ERROR: 322", MemoryFull),
        ("+CMS ERROR: 310", SimMissing),
        ("+CME ERROR: 11", PinWanted),
    ],
)
def test_a_refusal_for_another_reason_says_so(
    bench: BareBench, final: str, error: type[HardwareError]
) -> None:
    bench.do(lambda virtual: virtual.commands.update({"+CMGS": refuse(final)}))
    with pytest.raises(error):
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)


def test_a_text_without_a_final_answer_may_have_gone_out(bench: BareBench) -> None:
    def mute(virtual: TwistedModem) -> None:
        virtual.twist = lambda answer: b"" if b"+CMGS: " in answer else answer

    bench.do(mute)
    with pytest.raises(SendUnknown):
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert bench.sent == [SUBMIT]
    assert bench.modem.sim() == "READY"


def test_a_port_that_goes_after_the_pdu_leaves_the_text_unknown(bench: BareBench) -> None:
    bench.on_send = bench.kill
    with pytest.raises(SendUnknown):
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    with pytest.raises(PortGone):
        bench.modem.signal()


def test_a_prompt_that_stays_away_once_is_asked_for_again(bench: BareBench) -> None:
    def swallow(virtual: TwistedModem) -> None:
        swallowed: list[bytes] = []

        def once(answer: bytes) -> bytes:
            if b"> " in answer and not swallowed:
                swallowed.append(answer)
                return b""
            return answer

        virtual.twist = once

    bench.do(swallow)
    assert bench.modem.send(SUBMIT_LENGTH, SUBMIT) == 1
    assert bench.sent == [SUBMIT]


def test_a_modem_without_prompt_gives_up_and_sends_nothing(bench: BareBench) -> None:
    def no_prompt(virtual: TwistedModem) -> None:
        virtual.twist = lambda answer: answer.replace(b"> ", b"")

    bench.do(no_prompt)
    with pytest.raises(Timeout):
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert bench.sent == []


def test_a_report_that_comes_with_the_answer_ends_the_waiting_at_once(bench: BareBench) -> None:
    bench.returned = [REPORT]
    bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    before_s = bench.clock()
    assert bench.modem.wait(60) == (ReportArrived("", -1, REPORT),)
    assert bench.clock() == before_s


def test_a_silent_call_ends_after_eight_seconds(bench: BareBench) -> None:
    before_s = bench.clock()
    bench.do(lambda virtual: virtual.ring("081234567"))
    assert bench.modem.wait(60) == (Call("081234567"),)
    assert bench.clock() - before_s == pytest.approx(8)


def test_a_full_store_is_told(bench: BareBench) -> None:
    def fill(virtual: TwistedModem) -> None:
        virtual.full_line = '^SMMEMFULL:"SM"'
        for number in range(51):
            virtual.deliver(deliver(number))

    bench.do(fill)
    assert bench.modem.wait(1)[-1] == StoreFull("SM")


@pytest.mark.parametrize(("pin", "error"), [("", SimMissing), ("SIM PIN", PinWanted)])
def test_a_sim_that_cannot_work_is_told(
    bench: BareBench, pin: str, error: type[HardwareError]
) -> None:
    bench.do(lambda virtual: setattr(virtual, "pin", pin))
    with pytest.raises(error):
        bench.modem.reopen()


def test_a_busy_sim_is_asked_until_it_is_ready(bench: BareBench) -> None:
    def busy(virtual: TwistedModem) -> None:
        told = virtual.commands["+CPIN"]
        left = [3]

        def handler(rest: str) -> list[str] | None:
            left[0] -= 1
            if left[0] > 0:
                raise RefusedError("+CME ERROR: 14")
            return told(rest)

        virtual.commands["+CPIN"] = handler

    bench.do(busy)
    assert bench.modem.reopen().imsi == "510100123456789"


@pytest.mark.parametrize("final", ["+CMS ERROR: 302", "COMMAND NOT SUPPORT"])
def test_a_modem_that_cannot_list_is_read_slot_by_slot(bench: BareBench, final: str) -> None:
    bench.do(lambda virtual: virtual.deliver(deliver(7)))
    bench.do(lambda virtual: virtual.commands.update({"+CMGL": refuse(final)}))
    assert [slot.pdu for slot in bench.modem.list()] == [deliver(7)]
    bench.do(lambda virtual: virtual.commands.update({"+CMGR": refuse(final)}))
    with pytest.raises(CommandFailed):
        bench.modem.list()


def test_a_list_that_keeps_quiet_about_a_text_is_not_believed(bench: BareBench) -> None:
    bench.do(lambda virtual: virtual.deliver(deliver(7)))
    bench.do(lambda virtual: virtual.commands.update({"+CMGL": refuse("+CMS ERROR: 321")}))
    assert [slot.pdu for slot in bench.modem.list()] == [deliver(7)]


def test_a_modem_that_takes_only_one_memory_name_is_set_up(bench: BareBench) -> None:
    def fussy(virtual: TwistedModem) -> None:
        told = virtual.commands["+CPMS"]

        def handler(rest: str) -> list[str] | None:
            if rest.count(",") > 0 or rest == "=?":
                raise RefusedError
            return told(rest)

        virtual.commands["+CPMS"] = handler
        for number in range(21):
            virtual.deliver(deliver(number))

    bench.do(fussy)
    bench.modem.reopen()
    assert [slot.memory for slot in bench.modem.list()] == ["SM"] * 20 + ["ME"]


def test_a_modem_that_fell_silent_is_not_a_modem_until_it_speaks(bench: BareBench) -> None:
    bench.do(lambda virtual: setattr(virtual, "twist", lambda _: b""))
    with pytest.raises(NotAModem):
        bench.modem.list()
    bench.do(lambda virtual: setattr(virtual, "twist", None))
    assert bench.modem.list() == ()


def test_every_error_says_in_indonesian_what_to_do() -> None:
    kinds: list[type[HardwareError]] = [HardwareError, *HardwareError.__subclasses__()]
    for error in kinds:
        assert error.sentence.endswith(".")
        assert error.hint
    assert "mungkin" in str(SendUnknown("no reference"))


def test_a_code_that_is_no_ussd_code_is_not_sent(bench: BareBench) -> None:
    with pytest.raises(ValueError, match="USSD"):
        bench.modem.ussd('*1#";+CMGD=1,4')


@pytest.mark.parametrize("seed", range(12))
def test_no_text_is_lost_on_a_line_that_drops_and_inserts_lines(
    bench: BareBench, seed: int
) -> None:
    random = Random(seed)
    lost_lines = 0

    def disturb(answer: bytes) -> bytes:
        nonlocal lost_lines
        said = b""
        for line in answer.split(b"\r\n"):
            if random.random() < 0.05:
                said += b"^RSSI:17\r\n"
            if line and random.random() < 0.03:
                lost_lines += 1
                continue
            said += line + b"\r\n"
        return said

    for number in range(80):
        bench.do(partial(TwistedModem.deliver, pdu_hex=deliver(number)))
    bench.do(lambda virtual: setattr(virtual, "twist", disturb))
    kept = set()
    for _ in range(200):
        try:
            for slot in bench.modem.list():
                kept.add(slot.pdu)
                bench.modem.forget(slot)
        except HardwareError:
            continue
    assert kept == {deliver(n) for n in range(80)}
    assert lost_lines > 20
