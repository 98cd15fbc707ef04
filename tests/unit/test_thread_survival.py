"""What must not end the listening: a port that vanishes, a fault, a memory that is none."""

import errno
import os
import pty
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from paper_slots import one_part
from radios import Village
from world import NOW_S, World

from hardware.errors import PortGone
from hardware.port import Port, SerialPort
from hardware.simulated.virtual import Handler, RefusedError
from server import lookup
from server.desa.desk import ModemMood
from server.desa.radios import chores
from server.desa.radios.moods import UNREADABLE_TROUBLE

VILLAGER = "+6281234567890"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Give a village that the Polres knows, without a modem yet."""
    world = World(tmp_path)
    world.exchange()
    yield Village(world)
    world.node.database.close()
    world.district.close()


def told(village: Village) -> list[str]:
    """The texts of all reports."""
    return [one.text for one in lookup.reports(village.world.node.projection.db)]


def test_a_device_that_goes_while_it_is_opened_is_a_port_that_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*_: int) -> None:
        raise termios.error(errno.EIO, "Input/output error")

    _, slave = pty.openpty()
    monkeypatch.setattr(termios, "tcflush", gone)
    with pytest.raises(PortGone):
        SerialPort(os.ttyname(slave))


def test_a_fault_while_the_modem_is_mended_does_not_end_the_listening(village: Village) -> None:
    modem = village.plug(1)
    village.live(3)
    opens = village.ports.open
    faults = iter(range(3))

    def open_badly(holder: int) -> Port:
        if next(faults, None) is not None:
            raise termios.error(5, "EIO")
        return opens(holder)

    village.ports.open = open_badly  # type: ignore[method-assign]
    modem.unplug()
    village.ports.plugged[1] = None
    village.live(2)
    village.ports.plugged[1] = modem
    village.live(60)
    village.text(modem, VILLAGER, "kemalingan di pasar tadi malam")
    village.live(10)
    assert next(faults, None) is None
    assert told(village) == ["kemalingan di pasar tadi malam"]


def test_a_fault_that_stays_is_not_tried_without_a_pause(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    modem = village.plug(1)
    village.live(3)
    times: list[float] = []

    def fails(*_: object) -> bool:
        times.append(village.world.mono_s)
        raise KeyError("a fault")

    monkeypatch.setattr(chores, "CHORES", (fails,))
    village.live(60)
    assert 2 <= len(times) <= 20
    village.text(modem, VILLAGER, "kemalingan di pasar tadi malam")
    village.live(10)
    assert told(village) == ["kemalingan di pasar tadi malam"]


def test_a_memory_that_only_a_report_names_does_not_make_the_modem_deaf(village: Village) -> None:
    modem = village.plug(1)
    village.live(3)
    modem.say('+CDSI: "SR",1')
    village.live(3)
    village.text(modem, VILLAGER, "kemalingan di pasar tadi malam")
    village.live(3)
    assert told(village) == ["kemalingan di pasar tadi malam"]
    assert village.state(1).may_send


def test_a_slot_that_cannot_be_read_neither_silences_the_modem_nor_is_hidden(
    village: Village,
) -> None:
    modem = village.plug(1)
    village.live(3)
    modem.deliver(one_part(VILLAGER, "terkubur", NOW_S))
    lists, reads = modem.commands["+CMGL"], modem.commands["+CMGR"]

    def refuse(handler: Handler) -> Handler:
        def handle(rest: str) -> list[str]:
            if modem.chosen == "SM":
                raise RefusedError("+CMS ERROR: 500")
            return handler(rest)

        return handle

    modem.commands |= {"+CMGL": refuse(lists), "+CMGR": refuse(reads)}
    village.live(1)
    assert village.state(1).mood is not ModemMood.GOOD
    village.live(600)
    assert (village.state(1).may_send, village.state(1).trouble) == (True, UNREADABLE_TROUBLE)
    commands = len(village.commands[1])
    village.live(600)
    assert village.state(1).may_send
    assert len(village.commands[1]) - commands < 1200
    modem.commands |= {"+CMGL": lists, "+CMGR": reads}
    village.live(120)
    assert told(village) == ["terkubur"]
    assert village.state(1).trouble == ""


def test_what_is_wrong_with_a_modem_stands_until_it_works_again(village: Village) -> None:
    modem = village.plug(1)
    village.live(3)
    modem.commands["+CPMS"] = lambda rest: [] if rest == "=?" else refuse_all()
    seen = set()
    for _ in range(200):
        village.turn(1)
        seen.add((village.state(1).mood, bool(village.state(1).trouble)))
        if village.state(1).trouble:
            seen.clear()
            break
    for _ in range(200):
        village.turn(1)
        seen.add((village.state(1).mood, bool(village.state(1).trouble)))
    assert seen == {(ModemMood.SILENT, True)}


def refuse_all() -> list[str]:
    """What a modem says that does not do something."""
    raise RefusedError("+CMS ERROR: 302")
