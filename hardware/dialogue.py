"""A dialogue with one modem: a question at a time, back in step after silence, notices queued."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from hardware.answers import Call, CallEnded, Notice, Rebooted, Ringing, heard, parse_error
from hardware.at import Event, Kind, Reader, is_cold_boot
from hardware.calls import Calls
from hardware.errors import (
    CommandFailed,
    HardwareError,
    MemoryFull,
    NotAModem,
    PinWanted,
    PortGone,
    PukWanted,
    SimMissing,
    Timeout,
)
from hardware.port import Port

T = TypeVar("T")

ESC: Final = b"\x1b"
_NOTICES_KEPT = 1000
_READS_AT_ONCE = 32
_RESYNC_TRIES = 5
_SIM_MISSING = frozenset({10, 13, 15, 310, 313, 315})
_PIN_WANTED = frozenset({5, 11, 17, 311, 312, 317})
_PUK_WANTED = frozenset({12, 18, 316, 318})
_MEMORY_FULL = frozenset({20, 322})
SIM_BUSY = frozenset({14, 314, 515})
# An echo that comes back so often without any other sign is the modem's habit, not a restart.
_ECHO_HABIT = 5


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for what, in seconds.

    Sending: some networks answer an error only after 2 min 15 s.
    """

    command_s: float = 10.0
    list_s: float = 30.0
    send_s: float = 180.0
    prompt_s: float = 10.0
    probe_s: float = 2.0
    settle_s: float = 0.1
    ussd_s: float = 30.0
    sim_busy_s: float = 30.0
    ring_silence_s: float = 8.0
    quiet_s: float = 2.0
    boot_s: float = 20.0

    def scaled(self, share: float) -> "Timeouts":
        """Another patience with the modem; calls, network and a busy SIM keep theirs."""
        return replace(
            self,
            command_s=self.command_s * share,
            list_s=self.list_s * share,
            prompt_s=self.prompt_s * share,
            probe_s=self.probe_s * share,
            quiet_s=self.quiet_s * share,
            boot_s=self.boot_s * share,
        )


DEFAULT_TIMEOUTS: Final = Timeouts()


def failure(final: str) -> HardwareError:
    """The error that a final line other than OK stands for (27.005 section 3.2.5, 27.007 9.2)."""
    code = parse_error(final)
    if code in _SIM_MISSING:
        return SimMissing(final)
    if code in _PIN_WANTED:
        return PinWanted(final)
    if code in _PUK_WANTED:
        return PukWanted(final)
    if code in _MEMORY_FULL:
        return MemoryFull(final)
    return CommandFailed(final, code)


class Dialogue:
    """Bytes of a port as questions, answers and notices; used by one thread."""

    def __init__(
        self,
        open_port: Callable[[], Port],
        monotonic: Callable[[], float],
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        self._open_port = open_port
        self._monotonic = monotonic
        self._timeouts = timeouts
        self._port: Port | None = None
        self._reader = Reader()
        self._events: deque[Event] = deque()
        self._notices: deque[Notice] = deque(maxlen=_NOTICES_KEPT)
        self._calls = Calls(timeouts.ring_silence_s)
        self._rebooted = False
        self._doubted = False
        self._echo_seen = False
        self._echo_expected = False
        self._echo_returns = 0

    @property
    def restarted(self) -> bool:
        """Whether the modem may have started anew and lost its settings.

        It says so itself, echoes again, or left a question without an answer.
        """
        return self._rebooted or self._doubted or (self._echo_seen and not self._echo_expected)

    def take_as_started(self) -> None:
        """From here on, a boot line or an echo means that the modem started anew."""
        if self._echo_seen and not self._rebooted:
            self._echo_returns += 1
        self._rebooted = False
        self._echo_seen = False

    def take_as_set_up(self) -> None:
        """Silence before this moment raises no doubt any more."""
        self._doubted = False

    def settle_echo(self) -> None:
        """Called after ATE0 and one more command: does this modem echo all the same?"""
        self._echo_expected = self._echo_seen or self._echo_returns >= _ECHO_HABIT

    def doubt(self) -> None:
        """Take the modem as one that may have lost its settings."""
        self._doubted = True

    def open(self, open_port: Callable[[], Port] | None = None) -> None:
        """Open the port if it is not open, in the usual way or in another."""
        if self._port is None:
            self._port = (open_port or self._open_port)()
            self._reader = Reader()
            self._events.clear()

    def close(self) -> None:
        """Close the port; notices stay."""
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def ask(self, command: str, timeout_s: float | None = None) -> tuple[Event, ...]:
        """Run a command; return its information lines. A busy SIM is asked again for a while.

        Raises:
            CommandFailed, SimMissing, PinWanted, MemoryFull: the modem's final answer.
            Timeout: none came; the line is in step again.
            NotAModem: nothing brought it back in step.
            PortGone: the port is closed or went away.
        """
        return self._while_sim_is_busy(lambda: self._ask_once(command, timeout_s))

    def query(self, command: str, prefix: str) -> str:
        """Run a command that tells one line; return that line, "" when it does not come.

        An OK before the line, an ERROR behind it and no final line at all cost nothing.

        Raises:
            As `ask`.
        """
        return self._while_sim_is_busy(lambda: self._query_once(command, prefix))

    def _while_sim_is_busy(self, act: Callable[[], T]) -> T:
        deadline = self._monotonic() + self._timeouts.sim_busy_s
        while True:
            try:
                return act()
            except CommandFailed as failed:
                if failed.code not in SIM_BUSY or self._monotonic() >= deadline:
                    raise
                self.listen(1.0)

    def attempt(self, command: str) -> tuple[Event, ...] | None:
        """Run a command that the modem may not know; None when it refuses."""
        try:
            return self._ask_once(command, None)
        except CommandFailed:
            return None

    def _ask_once(self, command: str, timeout_s: float | None) -> tuple[Event, ...]:
        lines: list[Event] = []
        self.begin(command)
        try:
            final = self.collect(lines, timeout_s or self._timeouts.command_s)
        except Timeout:
            self.doubt()
            self.resync()
            raise
        if final.line.upper() != "OK":
            raise failure(final.line)
        return tuple(lines)

    def _query_once(self, command: str, prefix: str) -> str:
        self.begin(command)
        told, final = "", ""
        deadline = self._monotonic() + self._timeouts.command_s
        while not (told and final) and (event := self.next_event(deadline)) is not None:
            if event.line.upper().startswith(prefix):
                told = told or event.line
                deadline = min(deadline, self._monotonic() + self._timeouts.quiet_s)
            elif event.kind is Kind.FINAL:
                final = event.line.upper()
                if final != "OK" and not told:
                    raise failure(event.line)
                deadline = min(deadline, self._monotonic() + self._timeouts.settle_s)
            else:
                self.hear(event)
        if not final:
            self.resync()
        if not (told or final):
            self.doubt()
            raise Timeout("no final answer")
        return told

    def begin(self, command: str) -> None:
        """Take in what came meanwhile, then write a command."""
        self.drain()
        self._reader.begin(command)
        self.write(f"{command}\r".encode("ascii"))

    def write(self, data: bytes) -> None:
        """Write bytes to the port."""
        self._live().write(data)

    def collect(
        self, lines: list[Event], timeout_s: float, *, stop: tuple[Kind, ...] = (Kind.FINAL,)
    ) -> Event:
        """Read until an event of a `stop` kind; put information lines into `lines`.

        Raises:
            Timeout: it did not come. CommandFailed: the modem restarted meanwhile.
        """
        deadline = self._monotonic() + timeout_s
        while (event := self.next_event(deadline)) is not None:
            if event.kind in stop:
                return event
            if event.kind is Kind.INFORMATION:
                lines.append(event)
            else:
                self.hear(event)
        raise Timeout("no final answer")

    def next_event(self, deadline: float) -> Event | None:
        """The next event, None when there is none before the monotonic `deadline`."""
        while not self._events:
            left_s = deadline - self._monotonic()
            if left_s <= 0:
                return None
            self._events.extend(self._reader.feed(self._live().read(left_s)))
        return self._events.popleft()

    def await_line(self, prefix: str, timeout_s: float) -> str | None:
        """Wait for a line that comes after the OK; None when it does not come."""
        deadline = self._monotonic() + timeout_s
        while (event := self.next_event(deadline)) is not None:
            if event.line.upper().startswith(prefix):
                return event.line
            self.hear(event)
        return None

    def resync(self) -> None:
        """Leave any prompt and bring questions and answers into step.

        Raises:
            NotAModem: the device does not answer AT.
        """
        for attempt in range(_RESYNC_TRIES):
            self._reader.begin("AT")
            # Some modems take an ESC outside a prompt amiss, so every other try goes without.
            self.write((b"AT\r", ESC + b"AT\r")[attempt % 2 == 0])
            try:
                final = self.collect([], self._timeouts.probe_s)
            except (Timeout, CommandFailed):
                continue
            if final.line.upper() == "OK":
                self.drain(self._timeouts.settle_s)
                return
        raise NotAModem("AT")

    def reset(self) -> None:
        """Have the modem start anew (27.007 section 8.2), though it may be deaf to all else."""
        self._reader.begin("AT+CFUN=1,1")
        self.write(ESC + b"\rAT+CFUN=1,1\r")
        deadline = self._monotonic() + self._timeouts.boot_s
        while (event := self.next_event(deadline)) is not None:
            self._note(event)
            if event.kind is Kind.UNSOLICITED and is_cold_boot(event.line):
                return

    def listen(self, timeout_s: float) -> bool:
        """Take in what comes within `timeout_s`, at most one read; False when nothing came."""
        # What came in one read with the last answer is there already.
        chunk = self._live().read(0 if self._events else timeout_s)
        self._events.extend(self._reader.feed(chunk))
        while self._events:
            self._note(self._events.popleft())
        return bool(chunk)

    def drain(self, quiet_s: float = 0.0) -> None:
        """Take in all that is there, until `quiet_s` of silence."""
        for _ in range(_READS_AT_ONCE):
            if not self.listen(quiet_s):
                return

    def hear(self, event: Event) -> None:
        """Note an event beside a running command; a restart ends that command."""
        self._note(event)
        if event.kind is Kind.UNSOLICITED and is_cold_boot(event.line):
            raise CommandFailed(event.line)

    def notify(self, notice: Notice) -> None:
        """Put a notice behind the others."""
        self._notices.append(notice)

    def _note(self, event: Event) -> None:
        if event.kind is Kind.ECHO:
            self._echo_seen = True
        if event.kind is not Kind.UNSOLICITED:
            return
        match heard(event):
            case Ringing(number):
                self._tell_call(self._calls.ring(number, self._monotonic()))
            case CallEnded(number):
                self._tell_call(self._calls.end(number, self._monotonic()))
            case None:
                pass
            case notice:
                self._rebooted = self._rebooted or isinstance(notice, Rebooted)
                self.notify(notice)

    def _tell_call(self, call: Call | None) -> None:
        if call is not None:
            self.notify(call)

    def has_notices(self) -> bool:
        """Whether a notice waits; a call that fell silent becomes one here."""
        self._tell_call(self._calls.look(self._monotonic()))
        return bool(self._notices)

    def take_notices(self) -> tuple[Notice, ...]:
        """All notices so far, oldest first; they are forgotten here."""
        notices = tuple(self._notices)
        self._notices.clear()
        return notices

    def ring_left_s(self) -> float | None:
        """Seconds of silence after which the ringing counts as ended; None without a call."""
        return self._calls.left_s(self._monotonic())

    def _live(self) -> Port:
        if self._port is None:
            raise PortGone("closed")
        return self._port
