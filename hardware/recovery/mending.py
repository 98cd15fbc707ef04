"""Mending a modem that fails: does the steps of the ladder, in the thread that owns the port."""

from collections.abc import Callable
from dataclasses import dataclass

from hardware.errors import (
    CommandFailed,
    HardwareError,
    MemoryFull,
    NotAModem,
    PortBusy,
    PortGone,
    SimMissing,
    Timeout,
)
from hardware.modem import Modem
from hardware.recovery.ladder import Fault, Ladder, Limits, Step, climb, descend, pause_s
from hardware.recovery.power import PowerSwitch

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done, what is still wrong (None: the modem answers), and how long to wait then."""

    step: Step
    trouble: HardwareError | None
    pause_s: float

    @property
    def tell(self) -> bool:
        """Whether people must be told."""
        return self.trouble is not None and self.step is Step.TELL


class Mending:
    """The ladder of one modem.

    Args:
        modem: the driver; this stays the same through every step.
        monotonic: seconds of a clock that never goes back.
        power: switches the modem's USB port, None where nothing can.
        limits: how often and how far apart.
    """

    def __init__(
        self,
        modem: Modem,
        monotonic: Callable[[], float],
        power: PowerSwitch | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._modem = modem
        self._monotonic = monotonic
        self._power = power
        self._limits = limits
        self._ladder = Ladder()

    def switch(self, power: PowerSwitch | None) -> None:
        """What switches the port that the modem is at now; None where nothing can."""
        self._power = power

    def works(self) -> None:
        """The modem did its work: the next failure begins at the gentlest step."""
        self._ladder = descend(self._ladder)

    def mend(self, trouble: HardwareError) -> Mended:
        """Do the next step; never raises a `HardwareError`."""
        self._ladder, step = climb(
            self._ladder,
            fault_of(trouble),
            self._monotonic(),
            self._limits,
            has_switch=self._power is not None,
        )
        left: HardwareError | None = None
        try:
            self._do(step)
        except HardwareError as error:
            left = error
        return Mended(step, left, pause_s(self._ladder, self._limits))

    def _do(self, step: Step) -> None:
        match step:
            case Step.RESYNC:
                self._modem.resync()
            case Step.REOPEN | Step.TELL:
                self._modem.reopen()
            case Step.RESET:
                self._modem.reset()
                self._modem.reopen()
            case Step.POWER:
                self._modem.close()
                if self._power is not None:
                    self._power.cycle()
                self._modem.reopen()


def fault_of(trouble: HardwareError) -> Fault:
    """The kind of failure that an error is."""
    match trouble:
        case Timeout() | CommandFailed() | MemoryFull():
            return Fault.LINE
        case NotAModem():
            return Fault.DEAF
        case PortGone() | PortBusy():
            return Fault.GONE
        case SimMissing():
            return Fault.SIM
        case _:
            return Fault.PEOPLE
