"""The mobile network of one desa: its virtual modem's process, spoken to in JSON lines."""

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from server.demo.processes import Process

Octets = Callable[[str, str], None]
"""Takes the number and the SUBMIT of each SMS of octets that a modem sends."""
Heard = Callable[[str, str, int], None]
"""Takes the number, the text and the parts of each SMS that a modem sends."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many messages lie in the modem, and how many wait in the network for room."""

    held: int
    waiting: int


class Mast:
    """Sends texts and calls to the modem, and hears what it sends.

    Args:
        process: `kentongan modem simulate`, with pipes.
        heard: called from the mast's own thread.
        octets: as well.
    """

    def __init__(
        self, process: Process, heard: Heard, octets: Octets = lambda _number, _pdu: None
    ) -> None:
        self._process = process
        self._heard = heard
        self._octets = octets
        self._lock = threading.Lock()
        self._load = Load(0, 0)
        self._sent: Counter[str] = Counter()
        self._errors: list[str] = []
        threading.Thread(target=self._listen, name="mast", daemon=True).start()

    @property
    def load(self) -> Load:
        """What the modem and the network hold."""
        return self._load

    @property
    def sent(self) -> Counter[str]:
        """How many SMS went to each number."""
        with self._lock:
            return self._sent.copy()

    @property
    def errors(self) -> tuple[str, ...]:
        """What the network refused to carry."""
        with self._lock:
            return tuple(self._errors)

    def text(self, sender: str, text: str) -> None:
        """A phone sends a text."""
        self._say({"from": sender, "text": text})

    def deliver(self, pdu: str) -> None:
        """The network delivers a PDU."""
        self._say({"pdu": pdu})

    def ring(self, number: str) -> None:
        """A phone rings and hangs up."""
        self._say({"ring": number})

    def _say(self, line: dict[str, str]) -> None:
        pipe = self._process.stdin
        # A modem that is gone takes nothing; whoever waits for the text will see that.
        with self._lock, contextlib.suppress(OSError, ValueError):
            if pipe is not None:
                pipe.write(json.dumps(line).encode() + b"\n")
                pipe.flush()

    def _listen(self) -> None:
        pipe = self._process.stdout
        with contextlib.suppress(OSError, ValueError):
            for line in pipe or ():
                self._take(json.loads(line))

    def _take(self, told: dict[str, object]) -> None:
        match told:
            case {"to": str(number), "text": str(text), "parts": int(parts)}:
                with self._lock:
                    self._sent[number] += 1
                self._heard(number, text, parts)
            case {"to": str(number), "pdu": str(pdu)}:
                with self._lock:
                    self._sent[number] += 1
                self._octets(number, pdu)
            case {"slot": {"change": change}, "waiting": int(waiting)}:
                step = 1 if change == "stored" else -1
                self._load = Load(self._load.held + step, waiting)
            case {"waiting": int(waiting)}:
                self._load = Load(self._load.held, waiting)
            case {"error": error}:
                with self._lock:
                    self._errors.append(str(error))
            case _:
                pass
