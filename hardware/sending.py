"""Sending one text, and being honest about whether it went out (27.005 section 3.5.1)."""

import re
from collections.abc import Callable
from contextlib import nullcontext, suppress

from hardware import answers
from hardware.at import Event, Kind
from hardware.dialogue import Dialogue, Timeouts, failure
from hardware.errors import CommandFailed, HardwareError, SendRefused, SendUnknown, Timeout

_CTRL_Z = b"\x1a"
_STORED = re.compile(r"\+CMGW:\s*(\d+)", re.IGNORECASE)


class Sending:
    """Hands SUBMITs over through a dialogue."""

    def __init__(self, line: Dialogue, monotonic: Callable[[], float], timeouts: Timeouts) -> None:
        self._line = line
        self._monotonic = monotonic
        self._timeouts = timeouts

    def send(self, tpdu_length: int, pdu: str) -> int:
        """Send a SUBMIT and return its message reference; raises as `Modem.send`."""
        self._need_prompt(f"AT+CMGS={tpdu_length}")
        try:
            self._line.write(pdu.encode("ascii") + _CTRL_Z)
            final, reference = self._outcome()
        except HardwareError as error:
            raise SendUnknown(error.detail) from error
        if final not in ("OK", ""):
            raise _refusal(final)
        if reference is None or not final:
            self._catch_up()
        if reference is None:
            raise SendUnknown("no reference" if final else "no final answer")
        return reference

    def store(self, tpdu_length: int, pdu: str) -> int:
        """Write a PDU into the memory for writing and return its slot (27.005 section 4.4).

        Raises:
            SendRefused, CommandFailed: the modem does not do that.
            HardwareError: any other kind; it may be stored all the same.
        """
        self._need_prompt(f"AT+CMGW={tpdu_length}")
        self._line.write(pdu.encode("ascii") + _CTRL_Z)
        lines: list[Event] = []
        try:
            final = self._line.collect(lines, self._timeouts.command_s)
        except Timeout:
            self._line.doubt()
            self._line.resync()
            raise
        if final.line.upper() != "OK":
            raise _refusal(final.line)
        index = next(filter(None, map(_STORED.match, (event.line for event in lines))), None)
        if index is None:
            raise CommandFailed("+CMGW")
        return int(index[1])

    def _need_prompt(self, command: str) -> None:
        if not (self._prompted(command) or self._prompted(command)):
            self._line.doubt()
            raise Timeout("no prompt")

    def _catch_up(self) -> None:
        """Come back into step where an answer may still be on its way."""
        with suppress(HardwareError):
            self._line.resync()

    def _prompted(self, command: str) -> bool:
        self._line.begin(command)
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
        while (event := self._next(deadline, reference)) is not None:
            if event.kind is Kind.FINAL:
                late = self._late_reference(event.line) if reference is None else reference
                return event.line.upper(), late
            told = answers.parse_cmgs(event.line)
            if told is not None and reference is None:
                # Some modems leave out the OK; the reference says enough.
                reference = told
                deadline = min(deadline, self._monotonic() + self._timeouts.command_s)
            # A restart after the reference takes nothing back.
            with nullcontext() if reference is None else suppress(HardwareError):
                self._line.hear(event)
        return "", reference

    def _next(self, deadline: float, reference: int | None) -> Event | None:
        """The next event; None also where the line went after the network had the text."""
        try:
            return self._line.next_event(deadline)
        except HardwareError:
            if reference is None:
                raise
            return None

    def _late_reference(self, final: str) -> int | None:
        if final.upper() != "OK":
            return None
        line = self._line.await_line("+CMGS:", self._timeouts.settle_s)
        return answers.parse_cmgs(line or "")


def _refusal(final: str) -> HardwareError:
    error = failure(final)
    return SendRefused(error.code) if isinstance(error, CommandFailed) else error
