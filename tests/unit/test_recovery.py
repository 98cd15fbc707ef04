"""Mending in action, the power switch, and finding the port again."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from world import BytePort

from hardware.devices import candidates, explain, open_modem
from hardware.errors import (
    CommandFailed,
    HardwareError,
    NoPower,
    NotAModem,
    NoTty,
    PinWanted,
    PortGone,
    StorageMode,
)
from hardware.modem import Modem, Timeouts
from hardware.recovery.ladder import Fault, Limits, Step
from hardware.recovery.mending import Mending, fault_of
from hardware.recovery.power import SysfsPower, usb_device
from hardware.simulated.pty import PtyModem
from hardware.simulated.virtual import VirtualModem

SHORT = Timeouts(probe_s=0.01, settle_s=0.01, boot_s=0.1)


@contextmanager
def serving(pty: PtyModem) -> Iterator[None]:
    """Serve a modem in a thread of its own."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            pty.step(0.2)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        pty.wake()
        thread.join()


class Deaf:
    """A modem that hears nothing until its power was off."""

    def __init__(self) -> None:
        self.virtual = VirtualModem()
        self.off = 0
        self.clock_s = 0.0
        self.virtual.before.append(lambda _: not self.off)

    def cycle(self) -> None:
        """Be switched off and on."""
        self.off += 1

    def monotonic(self) -> float:
        """A clock that goes on with every look."""
        self.clock_s += 0.001
        return self.clock_s


def test_a_modem_that_no_reset_wakes_is_switched_off_and_on() -> None:
    deaf = Deaf()
    modem = Modem(lambda: BytePort(deaf.virtual), deaf.monotonic, SHORT)
    mending = Mending(modem, deaf.monotonic, deaf, Limits(reopens=2))
    with pytest.raises(NotAModem) as trouble:
        modem.start()
    steps, left = [], trouble.value
    for _ in range(4):
        mended = mending.mend(left)
        steps.append(mended.step)
        left = mended.trouble or left
    assert mended.trouble is None
    assert steps == [Step.REOPEN, Step.REOPEN, Step.RESET, Step.POWER]
    assert (deaf.off, modem.list()) == (1, ())


def test_without_a_switch_people_are_told_and_it_goes_on() -> None:
    deaf = Deaf()
    modem = Modem(lambda: BytePort(deaf.virtual), deaf.monotonic, SHORT)
    mending = Mending(modem, deaf.monotonic, limits=Limits(reopens=1))
    told = [mending.mend(NotAModem("AT")) for _ in range(6)]
    assert [one.step for one in told[:3]] == [Step.REOPEN, Step.RESET, Step.TELL]
    assert [one.step for one in told[3:]] == [Step.REOPEN, Step.TELL, Step.REOPEN]
    assert [one.tell for one in told] == [False, False, True, False, True, False]
    deaf.off = 1
    assert mending.mend(NotAModem("AT")).trouble is None
    mending.works()
    assert mending.mend(NotAModem("AT")).pause_s == Limits().pause_s


def test_every_failure_has_its_kind() -> None:
    assert fault_of(CommandFailed("ERROR")) is Fault.LINE
    assert fault_of(PortGone()) is Fault.GONE
    assert fault_of(PinWanted()) is Fault.PEOPLE
    assert fault_of(HardwareError()) is Fault.PEOPLE


def usb(root: Path, name: str, vendor: str, interfaces: list[tuple[str, str]]) -> Path:
    """A USB device as the kernel shows it."""
    device = root / name
    device.mkdir(parents=True)
    (device / "idVendor").write_text(f"{vendor}\n")
    (device / "authorized").write_text("1\n")
    for number, (kind, subclass) in enumerate(interfaces):
        folder = device / f"{name}:1.{number}"
        folder.mkdir()
        (folder / "bInterfaceClass").write_text(f"{kind}\n")
        (folder / "bInterfaceSubClass").write_text(f"{subclass}\n")
    return device


def test_the_power_switch_writes_off_waits_and_writes_on(tmp_path: Path) -> None:
    device = usb(tmp_path, "1-1.2", "12d1", [])
    seen: list[tuple[str, float]] = []

    def wait(seconds: float) -> None:
        seen.append(((device / "authorized").read_text(), seconds))

    SysfsPower(device, wait, off_s=2.5).cycle()
    assert seen == [("0", 2.5)]
    assert (device / "authorized").read_text() == "1"
    with pytest.raises(NoPower):
        SysfsPower(tmp_path / "absent" / "device", wait).cycle()


def test_the_usb_device_behind_a_tty_is_found_through_its_link(tmp_path: Path) -> None:
    device = usb(tmp_path / "devices", "1-1.2", "12d1", [("ff", "01")])
    port = device / "1-1.2:1.0" / "ttyUSB7"
    port.mkdir()
    shown = tmp_path / "class" / "tty" / "ttyUSB7"
    shown.mkdir(parents=True)
    (shown / "device").symlink_to(port)
    (tmp_path / "ttyUSB7").write_text("")
    by_id = tmp_path / "usb-HUAWEI-if00"
    by_id.symlink_to(tmp_path / "ttyUSB7")
    assert usb_device(by_id, tmp_path) == device
    assert usb_device(Path("/dev/null"), tmp_path) is None


def test_patterns_are_spelled_out_and_every_device_comes_once(tmp_path: Path) -> None:
    for name in ("ttyUSB1", "ttyUSB0"):
        (tmp_path / name).write_text("")
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-id" / "usb-if02").symlink_to(tmp_path / "ttyUSB1")
    wanted = [f"{tmp_path}/by-id/*", f"{tmp_path}/ttyUSB*", f"{tmp_path}/ttyACM0"]
    assert candidates(wanted) == tuple(
        f"{tmp_path}/{name}" for name in ("by-id/usb-if02", "ttyUSB0", "ttyACM0")
    )


@pytest.mark.parametrize(
    ("vendor", "interfaces", "kind"),
    [
        ("12d1", [("02", "06"), ("0a", "00"), ("08", "06")], NoTty),
        ("19d2", [("e0", "01"), ("0a", "00")], NoTty),
        ("12d1", [("08", "06")], StorageMode),
        ("12d1", [("ff", "01"), ("08", "06")], None),
        ("1e0e", [("02", "02"), ("0a", "00"), ("02", "06")], None),
        ("0781", [("08", "06")], None),
    ],
)
def test_a_stick_without_a_port_is_explained(
    tmp_path: Path,
    vendor: str,
    interfaces: list[tuple[str, str]],
    kind: type[HardwareError] | None,
) -> None:
    usb(tmp_path, "1-1", vendor, interfaces)
    found = explain(tmp_path)
    assert (None if found is None else type(found)) is kind
    expected = kind or PortGone
    with pytest.raises(expected):
        open_modem([str(tmp_path / "ttyUSB0")], tmp_path)


def test_a_modem_that_comes_back_under_another_number_is_found(tmp_path: Path) -> None:
    virtual = VirtualModem()
    link = tmp_path / "ttyUSB0"
    with PtyModem(virtual, link) as pty:
        before = link.readlink()
        modem = Modem(
            lambda: open_modem([f"{tmp_path}/ttyUSB*"], tmp_path), time.monotonic, Timeouts()
        )
        with serving(pty):
            modem.start()
            pty.call(lambda one: one.unplug())
            # The pseudo terminal is swapped in its own thread.
            with pytest.raises(PortGone):
                list(iter(modem.list, None))
            modem.reopen()
            assert modem.list() == ()
        modem.close()
        assert link.readlink() != before
