"""The modem list, 39 to 42: sending that is refused, hangs, is taken back or cut off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from contract.modem_contract import SUBMIT, SUBMIT_LENGTH, BareBench, BarePort, Clock
from outcomes import VILLAGER, deliver, now
from world import World

from hardware.errors import HardwareError, MemoryFull, SendRefused, SendUnknown, Timeout
from hardware.modem import Modem, Timeouts
from hardware.simulated.terminal import PDU_LINE, Answer
from hardware.simulated.virtual import RefusedError, VirtualModem
from server import lookup
from sms import outbox, pdu

HOUR_S = 3_600
FAILED = 0x41


@pytest.fixture
def bench(tmp_path: Path) -> BareBench:
    bench = BareBench(tmp_path, Timeouts(send_s=60))
    bench.modem.start()
    return bench


def clocked(world: World) -> World:
    """A village whose modem is waited for on a clock that runs while one waits."""
    clock = Clock()
    world.modem = Modem(lambda: BarePort(world.virtual, clock), clock)
    world.modem.start()
    return world


def reported(world: World) -> None:
    """A villager's text lies in the box, and its answer waits."""
    world.virtual.deliver(deliver(world, "kemalingan di pasar tadi malam"))
    world.listen()


def speak_for_hours(world: World, hours: int = 12) -> int:
    """Try to speak for so long; how many copies of the answer the villager has."""
    for _ in range(hours * 4):
        world.mono_s += HOUR_S / 4
        try:
            world.speak()
        except HardwareError:
            world.modem.reopen()
    return sum(to == VILLAGER for to, _ in world.sent)


def refuse_once(virtual: VirtualModem, final: str) -> None:
    """The network refuses the next text."""
    left = [final]

    def look(_: bytes) -> None:
        if left:
            raise RefusedError(left.pop())

    virtual.submitting.append(look)


@pytest.mark.parametrize(
    ("code", "error", "uncertain"),
    [
        pytest.param(500, SendRefused, True, id="39 CMS 500"),
        pytest.param(304, SendRefused, False, id="39 CMS 304"),
        pytest.param(322, MemoryFull, None, id="39 CMS 322"),
        pytest.param(512, SendRefused, True, id="39 CMS 512"),
    ],
)
def test_a_refusal_says_whether_the_text_may_have_gone_out(
    bench: BareBench, code: int, error: type[HardwareError], *, uncertain: bool | None
) -> None:
    assert bench.virtual is not None
    refuse_once(bench.virtual, f"+CMS ERROR: {code}")
    with pytest.raises(error) as refused:
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert getattr(refused.value, "uncertain", None) == uncertain
    assert bench.sent == []
    assert bench.modem.send(SUBMIT_LENGTH, SUBMIT) == 1
    assert bench.sent == [SUBMIT]


@pytest.mark.parametrize("code", [500, 304, 322, 512])
def test_an_answer_that_was_refused_once_reaches_the_villager_once(world: World, code: int) -> None:
    """39: +CMS ERROR 500, 304, 322, 512 for a text that did not go out."""
    reported(clocked(world))
    refuse_once(world.virtual, f"+CMS ERROR: {code}")
    assert speak_for_hours(world) == 1
    assert outbox.counts(world.node.database.connection)["delivered"] == 1


@pytest.mark.parametrize("code", [500, 512])
def test_an_answer_that_went_out_and_was_refused_is_not_sent_again(world: World, code: int) -> None:
    """39: +CMS ERROR 500 and 512 for a text that did go out; its delivery report says so."""
    reported(clocked(world))
    left = [f"+CMS ERROR: {code}"]

    def shape(answer: Answer) -> None:
        if answer.command == PDU_LINE and left:
            answer.lines, answer.final = [], left.pop()

    world.virtual.shaping.append(shape)
    assert speak_for_hours(world) == 1
    assert outbox.counts(world.node.database.connection)["delivered"] == 1


def test_without_a_prompt_nothing_goes_out_and_later_everything_does(world: World) -> None:
    """40: the > prompt never comes, for an hour."""
    reported(clocked(world))
    prompt = world.virtual.prompt
    world.virtual.prompt = lambda: b""
    with pytest.raises(Timeout):
        world.speak()
    assert world.sent == []
    assert world.modem.signal().rssi == 21
    world.virtual.prompt = prompt
    assert speak_for_hours(world) == 1


def test_a_text_that_is_rejected_after_its_ok_has_failed_and_the_report_says_so(
    world: World,
) -> None:
    """41: OK for a send that was rejected later."""

    def reject(_: str) -> list[str]:
        at, reference = now(world), world.virtual.reference
        return [pdu.encode_status_report(reference, VILLAGER, at, at, FAILED)]

    world.virtual._on_send = reject
    reported(world)
    world.speak()
    assert outbox.counts(world.node.database.connection)["failed"] == 1
    history = lookup.history(world.node.projection.db, world.report().ticket)
    told = [row.text for row in history if row.kind == "message"]
    assert told == ["ack sent", "ack failed"]


class Torn(BarePort):
    """A port that goes away behind the first answer that has `at` in it, or just before it."""

    at = b""
    before = False

    def read(self, timeout_s: float) -> bytes:
        said = super().read(timeout_s)
        place = said.find(self.at) if self.at else -1
        if place < 0:
            return said
        self.gone = True
        return said[:place] if self.before else said[: said.index(b"\r\n", place) + 2]


def torn(bench: BareBench, *, before: bool) -> Modem:
    """A driver whose line goes when the reference is told."""
    ports: list[Torn] = []

    def open_port() -> Torn:
        assert bench.virtual is not None
        ports.append(Torn(bench.virtual, bench.clock))
        return ports[-1]

    modem = Modem(open_port, bench.clock)
    modem.start()
    ports[-1].at, ports[-1].before = b"+CMGS:", before
    return modem


def test_a_line_that_goes_behind_the_reference_leaves_a_text_that_was_sent(
    bench: BareBench,
) -> None:
    """42: +CMGS tells a reference, then the line goes: sent."""
    modem = torn(bench, before=False)
    assert modem.send(SUBMIT_LENGTH, SUBMIT) == 1
    assert bench.sent == [SUBMIT]
    modem.reopen()
    assert modem.send(SUBMIT_LENGTH, SUBMIT) == 2


def test_a_line_that_goes_before_the_reference_leaves_a_text_in_doubt(bench: BareBench) -> None:
    """42: the line goes before the reference: perhaps sent."""
    modem = torn(bench, before=True)
    with pytest.raises(SendUnknown):
        modem.send(SUBMIT_LENGTH, SUBMIT)
    assert bench.sent == [SUBMIT]


@pytest.mark.parametrize("tells", ["the reference", "nothing"])
def test_a_modem_that_restarts_behind_the_reference_has_sent(bench: BareBench, tells: str) -> None:
    """42: +CMGS tells a reference, then the modem restarts."""
    virtual = bench.virtual
    assert virtual is not None
    left = [1]

    def shape(answer: Answer) -> None:
        if answer.command == PDU_LINE and left:
            left.clear()
            answer.lines, answer.final = answer.lines if tells == "the reference" else [], ""
            virtual.restart()

    virtual.shaping.append(shape)
    send: Callable[[], int] = lambda: bench.modem.send(SUBMIT_LENGTH, SUBMIT)  # noqa: E731
    if tells == "nothing":
        with pytest.raises(SendUnknown):
            send()
    else:
        assert send() == 1
    assert bench.sent == [SUBMIT]
    assert send() == 2


@pytest.mark.parametrize("tells", ["the reference", "nothing"])
def test_an_answer_whose_line_went_is_sent_twice_at_most(world: World, tells: str) -> None:
    """42: in a whole village: once where the reference came, else at most once more."""
    clock = Clock()
    ports: list[Torn] = []

    def open_port() -> Torn:
        ports.append(Torn(world.virtual, clock))
        return ports[-1]

    world.modem = Modem(open_port, clock)
    world.modem.start()
    reported(world)
    ports[-1].at, ports[-1].before = b"+CMGS:", tells == "nothing"

    assert speak_for_hours(world) == (1 if tells == "the reference" else 2)
    assert outbox.counts(world.node.database.connection)["queued"] == 0
