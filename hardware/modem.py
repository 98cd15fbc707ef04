"""One GSM modem: its stored texts, sending, signal, and what it says unasked (3GPP TS 27.005)."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hardware import answers
from hardware.answers import (
    Call,
    Network,
    Notice,
    Rebooted,
    ReportArrived,
    Signal,
    StoreFull,
    TextArrived,
    Usage,
)
from hardware.at import Kind
from hardware.dialogue import DEFAULT_TIMEOUTS, Dialogue, Timeouts, failure
from hardware.errors import (
    CommandFailed,
    HardwareError,
    PinWanted,
    SendRefused,
    SendUnknown,
    Timeout,
)
from hardware.port import Port
from hardware.storage import Slot, Storage

__all__ = [
    "Call",
    "Identity",
    "Modem",
    "Network",
    "Notice",
    "Rebooted",
    "ReportArrived",
    "Signal",
    "Slot",
    "StoreFull",
    "TextArrived",
    "Timeouts",
    "Usage",
]

# Stored with +CMTI and reports told; some modems advertise mode 2 and refuse it.
_CNMI_FORMS = ("2,1,0,1", "2,1,0,2", "2,1", "1,1,0,1", "1,1,0,2", "1,1", "3,1")
_FORGET_TRIES = 3
_CTRL_Z = b"\x1a"
_USSD_CODE = re.compile(r"[0-9*#+]{1,160}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the modem and its SIM are; "" for what it does not tell."""

    manufacturer: str
    model: str
    imei: str
    imsi: str


class Modem:
    """A modem behind a port, used by exactly one thread.

    Every method may raise `PortGone` (then `reopen`), `Timeout` (the line is in step again),
    `NotAModem`, `SimMissing`, `PinWanted` or `CommandFailed`. A modem that restarted is set up
    again before the next question.

    Args:
        open_port: opens the port; called by `start` and `reopen`.
        monotonic: seconds of a clock that never goes back.
        timeouts: how long to wait for what.
        septets: turns packed GSM septets of a USSD answer into text.
    """

    def __init__(
        self,
        open_port: Callable[[], Port],
        monotonic: Callable[[], float],
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        septets: Callable[[bytes], str] = answers.unpack_ascii,
    ) -> None:
        self._line = Dialogue(open_port, monotonic, timeouts)
        self._storage = Storage(self._line, monotonic, timeouts.list_s)
        self._monotonic = monotonic
        self._timeouts = timeouts
        self._septets = septets
        self._configured = False

    def start(self) -> Identity:
        """Open the port, bring the modem into step, set it up and say who it is."""
        self._line.open()
        self._configure()
        return Identity(
            self._plain("AT+CGMI"),
            self._plain("AT+CGMM"),
            self._plain("AT+CGSN"),
            self._plain("AT+CIMI"),
        )

    def reopen(self) -> Identity:
        """Close the port, open it and start again; notices not yet taken stay."""
        self.close()
        return self.start()

    def close(self) -> None:
        """Let the port go."""
        self._configured = False
        self._line.close()

    def list(self) -> tuple[Slot, ...]:
        """All messages in all memories, in the order of memory and slot."""
        self._refresh()
        return self._storage.list()

    def forget(self, slot: Slot) -> None:
        """Delete a message; one that is gone already is no error."""
        for _ in range(_FORGET_TRIES):
            self._refresh()
            if self._storage.choose(slot.memory):
                self._storage.forget(slot.index)
                return
        raise CommandFailed("+CPMS")

    def send(self, tpdu_length: int, pdu: str) -> int:
        """Send a SUBMIT and return its message reference (0..255).

        Args:
            tpdu_length: octets of the TPDU, the SMSC field not counted.
            pdu: hex, with the SMSC field ("00" for the one on the SIM).

        Raises:
            SendRefused: the modem or network said no; see its `uncertain`.
            SendUnknown: no answer after the PDU was handed over; it may have gone out.
            HardwareError: any other kind: nothing went out.
        """
        self._refresh()
        if not (self._prompted(tpdu_length) or self._prompted(tpdu_length)):
            raise Timeout("no prompt")
        try:
            self._line.write(pdu.encode("ascii") + _CTRL_Z)
            final, reference = self._outcome()
        except HardwareError as error:
            raise SendUnknown(error.detail) from error
        if final not in ("OK", ""):
            raise _refusal(final)
        if reference is None:
            with suppress(HardwareError):
                self._line.resync()
            raise SendUnknown("no reference" if final else "no final answer")
        return reference

    def signal(self) -> Signal:
        """Signal quality (AT+CSQ)."""
        self._refresh()
        return answers.parse_csq(self._value("AT+CSQ", "+CSQ:")) or Signal(99, None)

    def network(self) -> Network:
        """Registration: circuit switched (AT+CREG?), else LTE (AT+CEREG?)."""
        self._refresh()
        network = answers.parse_creg(self._value("AT+CREG?", "+CREG:")) or Network(
            registered=False, roaming=False, stat=4
        )
        if network.registered:
            return network
        for event in self._line.attempt("AT+CEREG?") or ():
            lte = answers.parse_creg(event.line)
            if lte is not None and lte.registered:
                return lte
        return network

    def sim(self) -> str:
        """What the SIM waits for, e.g. READY or SIM PIN (AT+CPIN?)."""
        self._refresh()
        return self._sim()

    def usage(self) -> dict[str, Usage]:
        """Slots used and there are, by memory; a memory that does not tell is left out."""
        self._refresh()
        return self._storage.usage()

    def ussd(self, code: str) -> str:
        """Ask the network by a code such as *888# and return its text.

        Raises:
            ValueError: the code has other signs than 0-9 * # +.
            Timeout: the network did not answer.
        """
        if not _USSD_CODE.fullmatch(code):
            raise ValueError("not a USSD code")
        self._refresh()
        try:
            line = self._ussd_line(code)
        except CommandFailed:
            line = self._ussd_line(answers.pack_ascii(code).hex().upper())
        ussd = answers.parse_cusd(line)
        if ussd is None or ussd.status == 1:
            self._line.attempt("AT+CUSD=2")
        return answers.ussd_text(ussd, self._septets) if ussd else ""

    def wait(self, timeout_s: float) -> tuple[Notice, ...]:
        """Wait for the modem to say something by itself; () when it does not."""
        self._refresh()
        deadline = self._monotonic() + timeout_s
        while not self._line.has_notices():
            left_s = deadline - self._monotonic()
            if left_s <= 0:
                break
            ring_s = self._line.ring_left_s()
            self._line.listen(left_s if ring_s is None else min(left_s, ring_s))
        self._line.drain()
        notices = self._line.take_notices()
        for notice in notices:
            if isinstance(notice, ReportArrived) and notice.memory:
                self._storage.also(notice.memory)
        return notices

    def _refresh(self) -> None:
        if not self._configured or self._line.restarted:
            self._configure()

    def _configure(self) -> None:
        self._configured = False
        self._line.resync()
        self._line.ask("ATE0")
        self._line.take_as_started()
        self._line.attempt("AT+CMEE=1")
        self._line.echo_expected = self._line.echo_seen
        waiting_for = self._sim()
        if waiting_for and waiting_for != "READY":
            raise PinWanted(waiting_for)
        self._line.ask("AT+CMGF=0")
        # Phase 2+ would want every direct delivery acknowledged with AT+CNMA.
        self._line.attempt("AT+CSMS=0")
        self._storage.find()
        for form in _CNMI_FORMS:
            if self._line.attempt(f"AT+CNMI={form}") is not None:
                break
        self._line.attempt("AT+CLIP=1")
        self._configured = True

    def _prompted(self, tpdu_length: int) -> bool:
        self._line.begin(f"AT+CMGS={tpdu_length}")
        try:
            event = self._line.collect([], self._timeouts.prompt_s, stop=(Kind.PROMPT, Kind.FINAL))
        except Timeout:
            self._line.resync()
            return False
        if event.kind is Kind.FINAL:
            raise _refusal(event.line)
        return True

    def _outcome(self) -> tuple[str, int | None]:
        """The final line ("" for none) and the message reference of a PDU handed over."""
        reference: int | None = None
        deadline = self._monotonic() + self._timeouts.send_s
        while (event := self._line.next_event(deadline)) is not None:
            if event.kind is Kind.FINAL:
                late = self._late_reference(event.line) if reference is None else reference
                return event.line.upper(), late
            told = answers.parse_cmgs(event.line)
            if told is not None and reference is None:
                # Some modems leave out the OK; the reference says enough.
                reference = told
                deadline = min(deadline, self._monotonic() + self._timeouts.command_s)
            self._line.hear(event)
        return "", reference

    def _late_reference(self, final: str) -> int | None:
        if final.upper() != "OK":
            return None
        line = self._line.await_line("+CMGS:", self._timeouts.settle_s)
        return answers.parse_cmgs(line or "")

    def _ussd_line(self, code: str) -> str:
        lines = self._line.ask(f'AT+CUSD=1,"{code}",15', self._timeouts.ussd_s)
        told = next((e.line for e in lines if e.line.upper().startswith("+CUSD:")), None)
        line = told or self._line.await_line("+CUSD:", self._timeouts.ussd_s)
        if line is None:
            self._line.attempt("AT+CUSD=2")
            raise Timeout("+CUSD")
        return line

    def _sim(self) -> str:
        return self._value("AT+CPIN?", "+CPIN:").removeprefix("+CPIN:").strip()

    def _value(self, command: str, prefix: str) -> str:
        lines = self._line.ask(command)
        told = next((e.line for e in lines if e.line.upper().startswith(prefix)), None)
        # Some modems answer OK first and the value after it.
        return told or self._line.await_line(prefix, self._timeouts.settle_s) or ""

    def _plain(self, command: str) -> str:
        lines = self._line.attempt(command) or ()
        text = next((event.line for event in lines), "")
        return text.rpartition(":")[2].strip().strip('"') if text.startswith("+") else text


def _refusal(final: str) -> HardwareError:
    error = failure(final)
    return SendRefused(error.code) if isinstance(error, CommandFailed) else error
