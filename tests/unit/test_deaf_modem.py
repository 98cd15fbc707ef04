"""A modem that is deaf to all but its reset, behind a real tty and the node's way to open it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_recovery import serving

from hardware.dialogue import DEFAULT_TIMEOUTS
from hardware.errors import HardwareError, NotAModem, PortGone
from hardware.modem import Modem, Timeouts
from hardware.recovery.ladder import Limits
from hardware.recovery.mending import Mending
from hardware.simulated.pty import PtyModem
from hardware.simulated.virtual import VirtualModem
from server.desa.radios.ports import Ports

BRISK = Timeouts(command_s=0.5, probe_s=0.2, settle_s=0.02, boot_s=1.0)


class Deaf:
    """A virtual modem that swallows every command until it was reset."""

    def __init__(self, link: Path) -> None:
        self.virtual = VirtualModem()
        self.virtual.before.append(lambda line: not self.virtual.boots and "CFUN" not in line)
        self.pty = PtyModem(self.virtual, link)


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Deaf]:
    """Give a deaf modem that is served."""
    made = Deaf(tmp_path / "modem")
    with serving(made.pty):
        yield made
    made.pty.close()


def mend(modem: Modem) -> HardwareError | None:
    """Climb the ladder until it begins anew; gives what is wrong then."""
    mending = Mending(modem, time.monotonic, limits=Limits(reopens=1))
    trouble: HardwareError | None = NotAModem("AT")
    for _ in range(3):
        if trouble is not None:
            trouble = mending.mend(trouble).trouble
    return trouble


def test_it_is_reset_though_no_port_answers(deaf: Deaf) -> None:
    ports = Ports((str(deaf.pty.link),))
    modem = Modem(
        lambda: ports.open(1), time.monotonic, BRISK, open_deaf=lambda: ports.open_deaf(1)
    )
    assert mend(modem) is None
    assert deaf.virtual.boots == 1
    assert modem.list() == ()
    modem.close()


def test_without_that_way_in_it_stays_deaf(deaf: Deaf) -> None:
    ports = Ports((str(deaf.pty.link),))
    assert isinstance(mend(Modem(lambda: ports.open(1), time.monotonic, BRISK)), NotAModem)
    assert deaf.virtual.boots == 0


def test_of_several_ports_only_one_that_answered_before_is_reset(tmp_path: Path) -> None:
    links = [tmp_path / "first", tmp_path / "second"]
    modems = [PtyModem(VirtualModem(), link) for link in links]
    ports = Ports(tuple(map(str, links)))
    with pytest.raises(PortGone):
        ports.open_deaf(1)
    with serving(modems[0]), serving(modems[1]):
        ports.open(1).close()
        ports.claim_modem(1, "866123045060788")
        ports.open_deaf(1).close()
    assert ports.name(1) == "first"
    for modem in modems:
        modem.close()


def test_patience_scales_with_the_modem_and_leaves_calls_and_network_alone() -> None:
    quick, ladder = DEFAULT_TIMEOUTS.scaled(0.1), Limits().scaled(0.1)
    assert (quick.command_s, quick.list_s, quick.probe_s) == (1.0, 3.0, 0.2)
    assert (quick.send_s, quick.ussd_s, quick.ring_silence_s) == (180.0, 30.0, 8.0)
    assert (ladder.reset_every_s, ladder.resyncs) == (60.0, 2)
