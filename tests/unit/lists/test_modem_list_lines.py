"""The modem list, 35 to 38, 47 and 50: what comes over the line."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from contract.modem_contract import (
    BareBench,
    BarePort,
    Bench,
    Clock,
    PtyBench,
    TwistedModem,
    deliver,
)
from outcomes import emptied, kept, outcome
from world import World

from hardware.at import LINE_LIMIT, Kind, Reader
from hardware.modem import Call, Modem, Slot, TextArrived
from hardware.simulated.held import tpdu_length
from hardware.simulated.quirks.quirk import around
from hardware.simulated.virtual import Handler

TEN_MEGABYTES = 10_000_000


@pytest.fixture(params=[BareBench, PtyBench], ids=["bare", "pty"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench: Bench = request.param(tmp_path)
    bench.modem.start()
    yield bench
    bench.close()


def listed(bench: Bench) -> list[str]:
    return [slot.pdu for slot in bench.modem.list()]


def fill(count: int, virtual: TwistedModem) -> None:
    for number in range(count):
        virtual.deliver(deliver(number))


def hear_call(bench: Bench, number: str) -> None:
    """Wait until the call is told; other notices may come before it."""
    while notices := bench.modem.wait(60):
        if Call(number) in notices:
            return
    pytest.fail("the call was never told")


def once(wanted: bytes, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change the first answer that has something in it."""
    left = [1]

    def twist(answer: bytes) -> bytes:
        if not left or wanted not in answer:
            return answer
        left.clear()
        return change(answer)

    return twist


def test_a_notice_between_echo_and_ok_costs_neither_the_answer_nor_the_notice(
    bench: Bench,
) -> None:
    """35: +CMTI between echo and OK."""

    def disturb(virtual: TwistedModem) -> None:
        virtual.commands["E"] = lambda _: []
        virtual.echo = True
        virtual.twist = lambda answer: answer.replace(
            b"AT+CSQ\r", b'AT+CSQ\r\r\n+CMTI: "SM",3\r\n', 1
        )

    bench.do(disturb)
    assert bench.modem.signal().rssi == 21
    assert TextArrived("SM", 3) in bench.modem.wait(10)


class Drip(BarePort):
    """A port that gives one byte at a time."""

    def __init__(self, virtual: TwistedModem, clock: Clock) -> None:
        super().__init__(virtual, clock)
        self._held = b""
        self.reads = 0

    def read(self, timeout_s: float) -> bytes:
        self._held = self._held or super().read(timeout_s)
        said, self._held = self._held[:1], self._held[1:]
        self.reads += bool(said)
        return said


def test_a_direct_text_in_reads_of_one_byte_is_whole(tmp_path: Path) -> None:
    """36: +CMT split into reads of one byte."""
    bench = BareBench(tmp_path)
    assert bench.virtual is not None
    port = Drip(bench.virtual, bench.clock)
    modem = Modem(lambda: port, bench.clock)
    modem.start()
    bench.virtual.say(f"+CMT: ,{tpdu_length(deliver(5))}\r\n{deliver(5)}")
    reads = port.reads
    told: list[object] = []
    while not any(isinstance(notice, TextArrived) and notice.pdu for notice in told):
        told += modem.wait(10)
    assert told == [TextArrived("", -1, deliver(5))]
    assert port.reads - reads > len(deliver(5))


@pytest.mark.parametrize("ring", [b"\r\nRING\r\n", b"RING", b"\r\n+CRING: VOICE\r\n"])
def test_a_call_in_the_middle_of_a_pdu_costs_neither_text_nor_call(
    bench: Bench, ring: bytes
) -> None:
    """37: RING in the middle of a PDU."""
    bench.do(partial(fill, 3))
    pdu = deliver(1).encode()
    torn = pdu[:21] + ring + pdu[21:]
    bench.do(lambda virtual: setattr(virtual, "twist", once(pdu, lambda a: a.replace(pdu, torn))))
    assert listed(bench) == [deliver(0), deliver(1), deliver(2)]
    if ring != b"RING":
        hear_call(bench, "")


def test_a_burst_of_garbage_after_a_brown_out_costs_no_text(bench: Bench) -> None:
    """38: garbage of 0xFF after a brown-out, before the boot lines and between them."""
    bench.do(partial(fill, 4))
    burst = b"\xff" * 5_000 + b"\x00\xfe\xff" * 300

    def brown_out(virtual: TwistedModem) -> None:
        bursts = [3]

        def spoil(said: bytes) -> bytes:
            if not bursts[0]:
                return said
            bursts[0] -= 1
            return burst + said.replace(b"\r\n", b"\r\n" + burst) + burst

        virtual.restart()
        virtual.spoiling.append(spoil)

    bench.do(brown_out)
    assert listed(bench) == [deliver(number) for number in range(4)]
    assert bench.modem.signal().rssi == 21


def twice(lines: list[str]) -> list[str]:
    """The first entry of a list, told once more at its end and once more behind itself."""
    return [*lines[:2], *lines, *lines[:2]]


def test_a_slot_that_is_listed_twice_is_one_slot(bench: Bench) -> None:
    """47: CMGL tells a slot twice."""
    bench.do(partial(fill, 2))

    def change(told: Handler, rest: str) -> list[str] | None:
        return twice(told(rest) or [])

    bench.do(lambda virtual: around(virtual, "+CMGL", change))
    slots = [slot for slot in bench.modem.list() if slot.memory == "SM"]
    assert slots == [Slot("SM", number + 1, deliver(number), 0) for number in range(2)]
    bench.modem.forget_all(slots)
    assert listed(bench) == []


def test_a_slot_that_is_listed_twice_is_one_report(world: World) -> None:
    """47: CMGL tells a slot twice, in a whole village."""
    around(world.virtual, "+CMGL", lambda told, rest: twice(told(rest) or []))
    came = outcome(world, deliver(3))
    assert came.reports == ("laporan 3",)
    assert world.report().copies == 1
    assert (len(kept(world)), emptied(world)) == (1, True)


def test_ten_megabytes_without_a_line_end_take_no_room_and_the_next_answer_is_read() -> None:
    """50: an endless line without LF, 10 MB."""
    reader = Reader()
    reader.begin("AT+CSQ")
    held = []
    for _ in range(TEN_MEGABYTES // 10_000):
        assert reader.feed(b"A" * 10_000) == ()
        held.append(len(reader._buffer))
    assert max(held) <= LINE_LIMIT
    kinds = [event.kind for event in reader.feed(b"\r\n+CSQ: 9,99\r\n\r\nOK\r\n")]
    assert kinds == [Kind.NOISE, Kind.INFORMATION, Kind.FINAL]


def test_an_endless_line_before_a_list_costs_no_text(tmp_path: Path) -> None:
    """50: 10 MB before an answer, on a whole driver."""
    bench = BareBench(tmp_path)
    bench.modem.start()
    bench.do(partial(fill, 3))
    endless = b"U" * TEN_MEGABYTES
    bench.do(lambda virtual: setattr(virtual, "twist", once(b"+CMGL:", endless.__add__)))
    assert listed(bench) == [deliver(number) for number in range(3)]
