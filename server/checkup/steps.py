"""The steps of a checkup as data, and the one runner that takes them at an open port."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hardware.dialogue import Dialogue, Timeouts
from hardware.errors import CommandFailed, HardwareError, NotAModem, PortGone, Timeout
from hardware.modem import Modem
from hardware.port import Port
from server.checkup import judging
from server.checkup.finding import Finding, Mark
from sms import pdu
from sms.alphabet import decode_gsm7, unpack
from sms.phone import Phone

TEST_TEXT = "Kentongan: uji kirim."
_UNPREFIXED = frozenset({"AT+CGMI", "AT+CGMM", "AT+CCID"})
TIMEOUTS = Timeouts(command_s=5.0, sim_busy_s=15.0)


@dataclass(frozen=True, slots=True)
class Question:
    """A step that asks the modem one thing and judges its line.

    Attributes:
        key: as in `Finding`.
        commands: asked in turn until one is answered; in `joined` all answers make one line.
        judge: from the line ("" when nothing came) to a finding.
        needs_sim: whether it makes sense only with a SIM that works.
        may_be_silent: whether some modems never answer it, though they work.
    """

    key: str
    commands: tuple[str, ...]
    judge: Callable[[str], Finding]
    needs_sim: bool = True
    joined: bool = False
    may_be_silent: bool = False


WHO = (
    Question("model", ("AT+CGMI", "AT+CGMM"), judging.model, needs_sim=False, joined=True),
    Question("sim", ("AT+CPIN?",), judging.sim, needs_sim=False, may_be_silent=True),
    Question("iccid", ("AT+CCID", "AT^ICCID?"), judging.iccid),
    Question("network", ("AT+CREG?", "AT+CEREG?"), judging.network),
    Question("operator", ("AT+COPS?",), judging.operator),
    Question("signal", ("AT+CSQ",), judging.signal),
    Question("smsc", ("AT+CSCA?",), judging.smsc),
)
"""Asked of the modem as it is."""

SET_UP = (
    Question("pdu", ("AT+CMGF?",), judging.pdu_mode),
    Question("arrivals", ("AT+CNMI?",), judging.arrivals),
    Question("callers", ("AT+CLIP?",), judging.callers),
)
"""Asked after the driver has set the modem up."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What is done only when it was asked for: a USSD code, one text to a number."""

    ussd: str = ""
    send: Phone | None = None


class Checkup:
    """Looks at the modem behind an open port; sends nothing unasked, deletes nothing.

    Args:
        port: open, and answers AT.
        monotonic: seconds of a clock that never goes back.
        timeouts: how long to wait for what.
    """

    def __init__(
        self, port: Port, monotonic: Callable[[], float], timeouts: Timeouts = TIMEOUTS
    ) -> None:
        self._line = Dialogue(lambda: port, monotonic, timeouts)
        self._modem = Modem(lambda: port, monotonic, timeouts, septets=_septets)

    def run(self, extras: Extras) -> Iterator[Finding]:
        """Each step's finding as it comes; ends early when the modem is gone."""
        try:
            yield from self._steps(extras)
        except (PortGone, NotAModem) as error:
            yield judging.failed("answer", error)

    def _steps(self, extras: Extras) -> Iterator[Finding]:
        self._line.open()
        self._line.resync()
        for command in ("ATE0", "AT+CMEE=1"):
            self._line.attempt(command)
        sim_works = True
        for question in WHO:
            if question.needs_sim and not sim_works:
                continue
            found = self._ask(question)
            sim_works = sim_works and not (found.key == "sim" and found.mark is Mark.BAD)
            yield found
        if not sim_works:
            return
        trouble = self._set_up()
        if trouble is not None:
            yield trouble
            return
        for question in SET_UP:
            yield self._ask(question)
        yield from self._memories()
        yield from self._extras(extras)

    def _ask(self, question: Question) -> Finding:
        told: list[str] = []
        try:
            for command in question.commands:
                line = self._told(command)
                found = question.judge(line)
                if line and not question.joined and found.mark is not Mark.BAD:
                    return found
                told += [line] if line else []
        except (PortGone, NotAModem):
            raise
        except HardwareError as error:
            if not (question.may_be_silent and isinstance(error, Timeout)):
                return judging.failed(question.key, error)
        return question.judge(" ".join(told) if question.joined else next(iter(told), ""))

    def _told(self, command: str) -> str:
        """The line that a question is answered with, "" where the modem refuses it."""
        try:
            if command not in _UNPREFIXED:
                # An OK before the line and an ERROR behind it cost nothing then.
                return self._line.query(command, f"{command[2:].rstrip('?')}:")
            lines = self._line.ask(command)
        except CommandFailed:
            return ""
        return lines[0].line if lines else ""

    def _set_up(self) -> Finding | None:
        try:
            self._modem.start()
        except (PortGone, NotAModem):
            raise
        except HardwareError as error:
            return judging.failed("set up", error)
        return None

    def _memories(self) -> Iterator[Finding]:
        try:
            told = self._modem.usage()
            yield judging.memories(told)
            listed = self._modem.list()
        except (PortGone, NotAModem):
            raise
        except HardwareError as error:
            yield judging.failed("storage", error)
            return
        by_memory = {name: sum(slot.memory == name for slot in listed) for name in told}
        yield judging.storage(by_memory, told)

    def _extras(self, extras: Extras) -> Iterator[Finding]:
        try:
            if extras.ussd:
                yield judging.ussd(self._modem.ussd(extras.ussd))
        except HardwareError as error:
            yield judging.failed("ussd", error)
        try:
            if extras.send is not None:
                yield self._send(extras.send)
        except HardwareError as error:
            yield judging.failed("send", error)

    def _send(self, to: Phone) -> Finding:
        self._modem.send(*pdu.encode_submit(to, TEST_TEXT))
        seen = "Satu SMS uji sudah diterima jaringan; periksa HP tujuan."
        return Finding("send", Mark.GOOD, seen, facts={"sent": True})


def _septets(packed: bytes) -> str:
    """Packed septets of a USSD answer as text (3GPP TS 23.038 section 6.1.2.3)."""
    count = len(packed) * 8 // 7
    text = decode_gsm7(unpack(packed, count))
    # A last octet with seven bits to spare is filled up with CR.
    return text.removesuffix("\r") if len(packed) % 7 == 0 else text
