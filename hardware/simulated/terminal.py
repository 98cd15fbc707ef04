"""The terminal side of a virtual modem: bytes to command lines, answers to bytes."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hardware.simulated.latency import Executed

Handler = Callable[[str], list[str] | None]

PDU_LINE = "PDU"
"""What stands for the command line of an `Answer` to a PDU that was handed over."""

_COMMAND = re.compile(r"([+^*$%][A-Z0-9]+|&[A-Z]|[A-Z])(.*)", re.IGNORECASE | re.DOTALL)
_LINE_LIMIT = 1024
_ESCAPE = b"\x1b"
_NO_TEXT = b"\x00\x1b\x1a\xff"
_LINE_ENDS = re.compile(rb"[\r\n]")
_PROMPT_ENDS = re.compile(rb"[\x1a\x1b]")


class RefusedError(Exception):
    """A command that a handler refuses; carries the final line."""

    def __init__(self, final: str = "ERROR") -> None:
        super().__init__(final)
        self.final = final


@dataclass(slots=True)
class Answer:
    """What the modem is about to say to one command line; "" for no final line.

    `command` is the line as it was typed, in upper case, or `PDU_LINE`.
    """

    command: str
    lines: list[str]
    final: str


def framed(line: str) -> bytes:
    """A line between line ends, as V.250 has it."""
    return f"\r\n{line}\r\n".encode("latin-1")


class Terminal:
    """Turns bytes into command lines, runs them, and says answers and unasked lines.

    Attributes:
        commands: handlers by name; replace one to imitate a quirk. A handler takes what stands
            after the name, returns information lines, raises RefusedError, or returns None when
            its final line comes later.
        before: see every command line first; one that returns True swallows it.
        shaping: change what is about to be said to a command line.
        unasked: turn one unasked line into those that are said instead.
        spoiling: change bytes on their way to the terminal.
        prompt: what is said where a PDU is awaited.
        echo: whether what is typed is said back.
        hold_up_s: seconds that the running command takes longer.
    """

    def __init__(self) -> None:
        self.commands: dict[str, Handler] = {}
        self.before: list[Callable[[str], bool]] = []
        self.shaping: list[Callable[[Answer], None]] = []
        self.unasked: list[Callable[[str], Iterable[str]]] = []
        self.spoiling: list[Callable[[bytes], bytes]] = []
        self.prompt: Callable[[], bytes] = lambda: b"\r\n> "
        self.echo = True
        self.hold_up_s = 0.0
        self._awaited: int | None = None
        self._line = bytearray()
        self._pdu = bytearray()
        self._unsolicited = bytearray()
        self._executed: list[Executed] = []

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the terminal; return the answer and what is said unasked after it."""
        out = bytearray()
        while data:
            typed, end, data = self._typed(data)
            if self._awaited is not None:
                self._in_prompt(typed, end, out)
                continue
            self._line += typed.translate(None, _NO_TEXT)[: _LINE_LIMIT - len(self._line)]
            if end:
                self._enter(out)
        self.keep()
        return self._spoiled(bytes(out)) + self.pending()

    def pending(self) -> bytes:
        """What the modem says unasked since the last call; held back at the > prompt."""
        if self._awaited is not None:
            return b""
        said = bytes(self._unsolicited)
        self._unsolicited.clear()
        return self._spoiled(said)

    def executed(self) -> tuple[Executed, ...]:
        """The commands that ran since the last call."""
        ran = tuple(self._executed)
        self._executed.clear()
        return ran

    def say(self, line: str) -> None:
        """Say a line unasked."""
        lines: Iterable[str] = (line,)
        for change in self.unasked:
            lines = [told for one in lines for told in change(one)]
        for told in lines:
            self._unsolicited += framed(told)

    def keep(self) -> None:
        """Write down what must survive, before the terminal hears OK."""

    def submit(self, octets: bytes) -> list[str]:
        """Take a SUBMIT with its SMSC field; return the information lines."""
        raise NotImplementedError

    def await_pdu(self, tpdu_octets: int) -> None:
        """Go to the prompt for a PDU of so many octets, the SMSC field not counted."""
        self._awaited = tpdu_octets
        self._pdu.clear()

    def quit(self) -> None:
        """Leave the prompt and forget what was typed, as a modem that restarts does."""
        self._awaited = None
        self._line.clear()
        self._unsolicited.clear()

    def _spoiled(self, said: bytes) -> bytes:
        for spoil in self.spoiling if said else ():
            said = spoil(said)
        return said

    def _enter(self, out: bytearray) -> None:
        text = self._line.decode("latin-1").strip()
        self._line.clear()
        if not text or any(look(text.upper()) for look in self.before):
            return
        if self.echo:
            out += text.encode("latin-1") + b"\r"
        if text[:2].upper() != "AT":
            return
        answer = Answer(text.upper(), [], "OK")
        for command in re.split(r";(?=[+^])", text[2:].strip()):
            try:
                told = self._run(command)
            except RefusedError as refused:
                answer.final = refused.final
                break
            if told is None:
                out += self.prompt()
                return
            answer.lines += told
        out += self._shaped(answer)

    def _shaped(self, answer: Answer) -> bytes:
        for shape in self.shaping:
            shape(answer)
        return b"".join(framed(line) for line in (*answer.lines, answer.final) if line)

    def _run(self, command: str) -> list[str] | None:
        found = _COMMAND.match(command)
        name, rest = (found[1].upper(), found[2].strip()) if found else ("", command)
        handler = self.commands.get(name)
        if handler is None or (not found and command):
            raise RefusedError
        told = handler(rest)
        listed = sum(line.startswith("+CMGL:") for line in told or ())
        self._note(name, listed)
        return told

    def _note(self, name: str, listed: int) -> None:
        self._executed.append(Executed(name, listed, self.hold_up_s))
        self.hold_up_s = 0.0

    def _typed(self, data: bytes) -> tuple[bytes, bytes, bytes]:
        """What was typed up to the next octet that ends something, that octet, and the rest."""
        ends = _LINE_ENDS if self._awaited is None else _PROMPT_ENDS
        found = ends.search(data)
        if found is None:
            return data, b"", b""
        return data[: found.start()], found[0], data[found.end() :]

    def _in_prompt(self, typed: bytes, end: bytes, out: bytearray) -> None:
        if self.echo:
            out += typed
        self._pdu += typed[: _LINE_LIMIT - len(self._pdu)]
        if end == _ESCAPE:
            self._awaited = None
            out += framed("OK")
        elif end:
            length, self._awaited = self._awaited or 0, None
            out += self._hand_over(length)

    def _hand_over(self, length: int) -> bytes:
        try:
            octets = bytes.fromhex(self._pdu.decode("latin-1"))
        except ValueError:
            octets = b""
        answer = Answer(PDU_LINE, [], "OK")
        if not octets or len(octets) != octets[0] + 1 + length:
            answer.final = "+CMS ERROR: 304"
        else:
            try:
                answer.lines = self.submit(octets)
            except RefusedError as refused:
                answer.final = refused.final
        said = self._shaped(answer)
        if self.hold_up_s:
            self._note("", 0)
        return said
