"""Real ttys, real threads: which thread holds which port, and two modems of which one is lost."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from radios import TELKOMSEL_IMSI, XL_IMSI
from world import World

from hardware.errors import HardwareError, NoTty, PortBusy, PortGone
from hardware.simulated.pty import PtyModem
from hardware.simulated.virtual import VirtualModem
from server.demo.processes import until
from server.desa.desk import ModemMood
from server.desa.node import Node
from server.desa.radios.port_thread import start_radios
from server.desa.radios.ports import Ports
from sms import inbox, pdu

PATIENCE_S = 30.0
ON_TELKOMSEL, ON_XL = "+6281234567890", "+6281712345678"


class Stick:
    """A virtual modem behind a real tty, served by a thread."""

    def __init__(self, link: Path, imei: str, imsi: str = TELKOMSEL_IMSI) -> None:
        self.sent: list[str] = []
        self.virtual = VirtualModem(on_send=self._note)
        self.virtual.imei, self.virtual.imsi, self.virtual.iccid = imei, imsi, ""
        self.pty = PtyModem(self.virtual, link)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.pty.run, args=(self._stop,))
        self._thread.start()

    def _note(self, hex_pdu: str) -> list[str]:
        self.sent.append(pdu.decode_submit(hex_pdu).recipient)
        return []

    def text(self, sender: str, words: str, number: int) -> None:
        """A villager writes."""
        at = datetime.now(UTC)
        for part in pdu.split_deliver(sender, words, at, number):
            self.pty.call(lambda one, part=part: one.deliver(part))

    def pull(self) -> None:
        """Pull it out."""
        self._stop.set()
        self.pty.wake()
        self._thread.join()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def stick(stack: ExitStack, link: Path, imei: str, imsi: str = TELKOMSEL_IMSI) -> Stick:
    """Plug a stick in; it is pulled out at the end."""
    made = Stick(link, imei, imsi)
    stack.callback(made.pull)
    return made


def kept(node: Node) -> int:
    """How many texts are in the inbox."""
    with node.database.read() as db:
        return inbox.counts(db)["kept"]


def test_two_modems_run_in_two_threads_and_when_one_is_pulled_texts_go_over_the_other(
    tmp_path: Path, stack: ExitStack
) -> None:
    world = World(tmp_path)
    world.exchange()
    node = world.node
    modem = replace(node.settings.modem, ports=(f"{tmp_path}/tty*",), count=2)
    node.settings = replace(node.settings, modem=modem)
    first = stick(stack, tmp_path / "ttyA", "866123040000001", TELKOMSEL_IMSI)
    second = stick(stack, tmp_path / "ttyB", "866123040000002", XL_IMSI)
    stop = threading.Event()
    threads = start_radios(node, stop)
    stack.callback(lambda: [thread.join(10) for thread in threads])
    stack.callback(stop.set)

    def ready(count: int) -> bool:
        return sum(one.may_send for one in node.health.radios.values()) == count

    assert until(lambda: ready(2), PATIENCE_S)
    assert set(node.health.radios) == {"ttyA", "ttyB"}
    first.text(ON_XL, "kemalingan di pasar tadi malam", 1)
    second.text(ON_TELKOMSEL, "kerbau hilang di kebun", 2)
    assert until(lambda: bool(first.sent and second.sent), PATIENCE_S)
    assert (first.sent, second.sent) == ([ON_TELKOMSEL], [ON_XL])
    first.pull()
    assert until(lambda: ready(1), PATIENCE_S)
    second.text(ON_TELKOMSEL, "ada kebakaran di dusun, tolong", 3)
    assert until(lambda: second.sent == [ON_XL, ON_TELKOMSEL], PATIENCE_S)
    assert kept(node) == 3
    assert node.health.modem is ModemMood.GOOD
    assert node.health.modem_trouble.startswith("ttyA: ")
    stick(stack, tmp_path / "ttyA", "866123040000001", TELKOMSEL_IMSI)
    assert until(lambda: ready(2), PATIENCE_S)
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_no_thread_opens_the_port_of_another_nor_another_port_of_its_stick(
    tmp_path: Path, stack: ExitStack
) -> None:
    for name in ("tty0", "tty1", "tty2"):
        stick(stack, tmp_path / name, "866123040000001")
    sysfs = tmp_path / "sys"
    for number, device in enumerate(("1-1", "1-1", "1-2")):
        port = Path(tmp_path / f"tty{number}").resolve().name
        usb = sysfs / "usb" / device
        place = usb / f"{device}:1.{number}" / port
        place.mkdir(parents=True)
        for file in ("authorized", "idVendor"):
            (usb / file).write_text("1")
        (sysfs / "class" / "tty" / port).mkdir(parents=True)
        (sysfs / "class" / "tty" / port / "device").symlink_to(place)
    ports = Ports((f"{tmp_path}/tty*",), tmp_path / "none", sysfs)
    one = ports.open(1)
    assert (ports.name(1), ports.stick(1)) == ("tty0", sysfs / "usb" / "1-1")
    two = ports.open(2)
    assert (ports.name(2), ports.stick(2)) == ("tty2", sysfs / "usb" / "1-2")
    with pytest.raises(PortGone):
        ports.open(3)
    one.close()
    three = ports.open(3)
    assert ports.name(3) == "tty0"
    with pytest.raises(PortGone):
        ports.open(1)
    for port_ in (two, three):
        port_.close()
    four = ports.open(1)
    assert ports.name(1) == "tty0"
    four.close()


def test_two_ports_with_one_imei_are_one_modem(tmp_path: Path, stack: ExitStack) -> None:
    for name in ("tty0", "tty1"):
        stick(stack, tmp_path / name, "866123040000001")
    ports = Ports((f"{tmp_path}/tty*",), tmp_path / "none", tmp_path / "none")
    one, two = ports.open(1), ports.open(2)
    assert ports.claim_modem(1, "866123040000001")
    assert not ports.claim_modem(2, "866123040000001")
    two.close()
    with pytest.raises(PortGone):
        ports.open(2)
    one.close()
    ports.open(2).close()


def test_why_there_is_no_port_is_said_and_another_programs_port_is_named(
    tmp_path: Path, stack: ExitStack
) -> None:
    usb = tmp_path / "usb" / "1-1"
    (usb / "1-1:1.0").mkdir(parents=True)
    (usb / "idVendor").write_text("12d1")
    (usb / "1-1:1.0" / "bInterfaceClass").write_text("02")
    (usb / "1-1:1.0" / "bInterfaceSubClass").write_text("06")
    ports = Ports((f"{tmp_path}/tty*",), tmp_path / "usb", tmp_path / "none")
    with pytest.raises(NoTty):
        ports.open(1)
    before = ports.seen()
    stick(stack, tmp_path / "tty0", "866123040000001")
    assert ports.seen() != before
    other = Ports((f"{tmp_path}/tty*",), tmp_path / "usb", tmp_path / "none")
    held = other.open(1)
    failed: list[HardwareError] = []
    try:
        ports.open(1)
    except HardwareError as error:
        failed.append(error)
    assert [type(error) for error in failed] == [PortBusy]
    held.close()
    ports.open(1).close()
