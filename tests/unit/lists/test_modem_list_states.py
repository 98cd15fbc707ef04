"""The modem list, 43 to 46 and 48 to 50b: restarts, ports, memories, SIMs and networks."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from contract.modem_contract import (
    SUBMIT,
    SUBMIT_LENGTH,
    BareBench,
    BarePort,
    Clock,
    PtyBench,
    TwistedModem,
    deliver,
)
from outcomes import emptied, kept
from world import World

from hardware.devices import open_modem
from hardware.errors import HardwareError, PinWanted, PortGone, PukWanted, SimNotAccepted
from hardware.modem import Modem, SimState, SimSwapped, StoreFull, TextArrived
from hardware.simulated.pty import PtyModem
from hardware.simulated.quirks.registry import install
from hardware.simulated.virtual import RefusedError, VirtualModem
from server import lookup

ROUNDS = 40


@pytest.fixture
def bench(tmp_path: Path) -> BareBench:
    bench = BareBench(tmp_path)
    bench.modem.start()
    return bench


def fill(count: int, virtual: TwistedModem) -> None:
    for number in range(count):
        virtual.deliver(deliver(number))


def watched(virtual: VirtualModem) -> list[str]:
    """Every command line that the modem gets from now on."""
    lines: list[str] = []

    def look(line: str) -> bool:
        lines.append(line)
        return False

    virtual.before.append(look)
    return lines


def restart_at(virtual: VirtualModem, command: str, *, deaf: bool) -> None:
    """Restart once at a command: before it is done (`deaf`) or right after."""
    left = [command]

    def look(line: str) -> bool:
        if not left or not line.startswith(command):
            return False
        left.clear()
        if not deaf:
            name, rest = line[2:7], line[7:]
            virtual.commands[name](rest)
        virtual.restart()
        return True

    virtual.before.append(look)


@pytest.mark.parametrize("deaf", [True, False], ids=["before it deletes", "after it deleted"])
def test_a_restart_while_a_text_is_deleted_makes_one_report(world: World, *, deaf: bool) -> None:
    """43: the modem restarts during CMGD."""
    clock = Clock()
    world.modem = Modem(lambda: BarePort(world.virtual, clock), clock)
    world.modem.start()
    restart_at(world.virtual, "AT+CMGD", deaf=deaf)
    for number in range(2):
        world.virtual.deliver(deliver(number))
    for _ in range(3):
        try:
            world.listen()
        except HardwareError:
            world.modem.resync()
    assert world.virtual.boots == 1
    assert sorted(set(kept(world))) == [deliver(0), deliver(1)]
    assert emptied(world)
    reports = lookup.reports(world.node.projection.db)
    assert sorted((one.text, one.copies) for one in reports) == [("laporan 0", 1), ("laporan 1", 1)]


def test_a_modem_that_comes_back_under_another_number_is_found(tmp_path: Path) -> None:
    """44: ttyUSB0 becomes ttyUSB3."""
    virtual = TwistedModem(store=tmp_path / "modem.json")
    fill(2, virtual)
    served: list[threading.Thread] = []

    def plug(name: str) -> Callable[[], None]:
        stop, pty = threading.Event(), PtyModem(virtual, tmp_path / name)
        served.append(threading.Thread(target=pty.run, args=(stop,)))
        served[-1].start()

        def unplug() -> None:
            stop.set()
            pty.wake()
            served[-1].join()

        return unplug

    clock = Clock()
    modem = Modem(lambda: open_modem([f"{tmp_path}/ttyUSB*"], usb=tmp_path), clock)
    unplug = plug("ttyUSB0")
    modem.start()
    first = modem.list()
    assert [slot.pdu for slot in first] == [deliver(0), deliver(1)]
    unplug()
    with pytest.raises(HardwareError):
        modem.list()
    with pytest.raises(PortGone):
        modem.reopen()
    unplug = plug("ttyUSB3")
    modem.reopen()
    modem.forget(first[0])
    assert [slot.pdu for slot in modem.list()] == [deliver(1)]
    modem.close()
    unplug()


def list_often(bench: PtyBench) -> None:
    """List until the device is seen to be gone."""
    for _ in range(ROUNDS):
        bench.modem.list()


def test_a_device_that_goes_and_comes_behind_the_same_link_is_opened_again(tmp_path: Path) -> None:
    """44: the name under by-id stays, the device behind it is another one."""
    bench = PtyBench(tmp_path)
    bench.modem.start()
    bench.do(partial(fill, 2))
    before = bench.pty.link.readlink()
    bench.do(TwistedModem.unplug)
    with pytest.raises(HardwareError):
        list_often(bench)
    bench.modem.reopen()
    assert bench.pty.link.readlink() != before
    assert [slot.pdu for slot in bench.modem.list()] == [deliver(0), deliver(1)]
    bench.close()


def test_two_modems_that_swap_places_keep_their_texts_and_do_not_send_for_each_other() -> None:
    """45: two modems swap."""
    clock = Clock()
    places = [VirtualModem(), VirtualModem()]
    places[1].imsi, places[1].iccid = "510109876543210", "89620000000000000099"
    places[0].deliver(deliver(1))
    places[1].deliver(deliver(2))
    modems = [Modem(lambda at=at: BarePort(places[at], clock), clock) for at in (0, 1)]  # type: ignore[misc]
    sims = [modem.start().sim for modem in modems]
    assert len(set(sims)) == 2
    places.reverse()
    for modem in modems:
        modem.reopen()
    assert [modem.sim_id for modem in modems] == sims[::-1]
    assert [[slot.pdu for slot in modem.list()] for modem in modems] == [[deliver(2)], [deliver(1)]]
    for modem, own, other in zip(modems, sims, sims[::-1], strict=True):
        assert SimSwapped(own, other) in modem.wait(0)
        with pytest.raises(SimNotAccepted):
            modem.send(SUBMIT_LENGTH, SUBMIT)
    assert [place.reference for place in places] == [0, 0]


@pytest.mark.parametrize("line", ['^SMMEMFULL:"SM"', "+SMS FULL", '+CIEV: "SMSFULL",1', ""])
def test_a_full_memory_is_told_emptied_and_filled_from_the_network(
    tmp_path: Path, line: str
) -> None:
    """46: storage full, 20 of 20."""
    clock = Clock()
    virtual = TwistedModem(sm_slots=20, me_slots=0)
    modem = Modem(lambda: BarePort(virtual, clock), clock)
    modem.start()
    virtual.full_line = line
    fill(65, virtual)
    usage = modem.usage()["SM"]
    assert ((usage.used, usage.total), virtual.waiting()) == ((20, 20), 45)
    told = modem.wait(1)
    assert any(isinstance(notice, StoreFull) for notice in told) == bool(line)
    assert TextArrived("SM", 20) in told
    seen: list[str] = []
    for _ in range(ROUNDS):
        slots = modem.list()
        seen += [slot.pdu for slot in slots]
        modem.forget_all(slots)
    assert sorted(seen) == sorted(deliver(number) for number in range(65))


@pytest.mark.parametrize(
    ("pin", "error", "state"),
    [
        pytest.param("SIM PIN", PinWanted, SimState.PIN, id="48 PIN"),
        pytest.param("SIM PUK", PukWanted, SimState.PUK, id="48 PUK"),
        pytest.param("PH-NET PIN", PinWanted, SimState.PIN, id="48 network lock"),
    ],
)
def test_a_locked_sim_is_told_and_no_number_is_ever_guessed(
    bench: BareBench, pin: str, error: type[HardwareError], state: SimState
) -> None:
    virtual = bench.virtual
    assert virtual is not None
    bench.do(partial(fill, 1))
    virtual.pin = pin
    lines = watched(virtual)
    with pytest.raises(error) as trouble:
        bench.modem.reopen()
    assert ("PUK" in trouble.value.sentence) == (error is PukWanted)
    assert bench.modem.sim_state() is state
    with pytest.raises(error):
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert "AT+CPIN?" in lines
    assert not [line for line in lines if "CPIN=" in line or "CLCK" in line]
    virtual.pin = "READY"
    assert [slot.pdu for slot in bench.modem.list()] == [deliver(0)]


def test_another_sim_is_listened_to_and_sends_only_when_people_say_so(bench: BareBench) -> None:
    """49: the SIM is swapped for another one."""
    virtual = bench.virtual
    assert virtual is not None
    before = bench.modem.sim_id
    virtual.imsi, virtual.iccid = "510109876543210", "89620000000000000099"
    virtual.restart()
    bench.do(partial(fill, 1))
    assert [slot.pdu for slot in bench.modem.list()] == [deliver(0)]
    assert SimSwapped(before, bench.modem.sim_id) in bench.modem.wait(1)
    with pytest.raises(SimNotAccepted):
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert bench.sent == []
    bench.modem.accept_sim()
    bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert bench.sent == [SUBMIT]


def test_a_sim_that_is_known_from_before_is_asked_for_at_the_start(tmp_path: Path) -> None:
    """49: the SIM was swapped while the box had no power."""
    known = BareBench(tmp_path / "before").modem.start().sim
    bench = BareBench(tmp_path / "after", known_sim=known)
    assert bench.virtual is not None
    bench.virtual.imsi, bench.virtual.iccid = "510109876543210", "89620000000000000099"
    bench.modem.start()
    with pytest.raises(SimNotAccepted):
        bench.modem.send(SUBMIT_LENGTH, SUBMIT)
    assert bench.sent == []


@pytest.mark.parametrize(
    ("cereg", "registered", "roaming"), [(1, True, False), (5, True, True), (2, False, False)]
)
def test_a_network_of_4g_only_is_a_network(
    bench: BareBench, cereg: int, *, registered: bool, roaming: bool
) -> None:
    """50a: the operator has 4G only, no circuit-switched registration."""
    virtual = bench.virtual
    assert virtual is not None
    virtual.registration = 2
    virtual.commands["+CEREG"] = lambda _: [f"+CEREG: 0,{cereg}"]
    network = bench.modem.network()
    assert (network.registered, network.roaming) == (registered, roaming)


def test_texts_go_over_4g_once_the_modem_is_told_and_are_refused_before(tmp_path: Path) -> None:
    """50a: no circuit-switched SMS; texts go over IMS."""
    for name, init in (("told", ("AT+CGSMS=3",)), ("untold", ())):
        bench = BareBench(tmp_path / name, init=init)
        assert bench.virtual is not None
        install(bench.virtual, ["ims-send"], 1)
        bench.modem.start()
        bench.do(partial(fill, 1))
        assert [slot.pdu for slot in bench.modem.list()] == [deliver(0)]
        if init:
            assert bench.modem.send(SUBMIT_LENGTH, SUBMIT) == 1
        else:
            with pytest.raises(HardwareError):
                bench.modem.send(SUBMIT_LENGTH, SUBMIT)
        assert bench.sent == [SUBMIT] * bool(init)


def test_no_text_depends_on_an_acknowledgement(bench: BareBench) -> None:
    """50b: CNMA is never answered, and never asked for."""
    virtual = bench.virtual
    assert virtual is not None
    install(virtual, ["direct-delivery"], 1)

    def silent(_: str) -> list[str]:
        raise RefusedError("+CMS ERROR: 340")

    virtual.commands["+CNMA"] = silent
    lines = watched(virtual)
    bench.modem.reopen()
    for number in range(5):
        virtual.deliver(deliver(number))
        assert TextArrived("SM", number + 1) in bench.modem.wait(1)
    assert [slot.pdu for slot in bench.modem.list()] == [deliver(number) for number in range(5)]
    assert "AT+CSMS=0" in lines
    assert not [line for line in lines if line.startswith("AT+CNMA")]
