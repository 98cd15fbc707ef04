"""The virtual modem as a process that tells every command, slot and text, with its time."""

import contextlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hardware.simulated.latency import Latency
from server.demo.processes import Process, Processes, until

SLOTS: Final = "SM 20 and ME 30 slots"
_LOAD_S: Final = 60.0


@dataclass(slots=True)
class Trace:
    """What happened at a modem so far; times are seconds of the monotonic clock.

    Attributes:
        commands: when each command line came, and what it was.
        taken: PDUs that the modem took from the network, in order.
        freed: when each slot became free.
        sent: when a text was handed to the modem, to whom.
        held: messages in slots now. waiting: messages in the network now.
    """

    commands: list[tuple[float, str]] = field(default_factory=list)
    taken: list[tuple[float, str]] = field(default_factory=list)
    freed: list[float] = field(default_factory=list)
    sent: list[tuple[float, str]] = field(default_factory=list)
    held: int = 0
    waiting: int = 0

    def drain_s(self) -> float:
        """Seconds from the first command to the last delete; 0 when nothing was deleted."""
        return self.freed[-1] - self.commands[0][0] if self.freed and self.commands else 0.0

    def drain_commands(self) -> int:
        """Commands from the first to the last delete, fillers left out."""
        last_s = self.freed[-1] if self.freed else 0.0
        return sum(at_s <= last_s for at_s, line in self.commands if not line.startswith("AT+CMGW"))


class Air:
    """Starts a modem at a path, brings texts to it, and gathers its trace.

    Args:
        processes: what it runs among.
        name: of its process.
        link: where its tty appears.
        latency: as of `kentongan modem simulate`.
        quirks: names of quirks.
        seed: chances of the quirks.
    """

    def __init__(
        self,
        processes: Processes,
        name: str,
        link: Path,
        latency: Latency,
        quirks: Iterable[str] = (),
        seed: int = 0,
    ) -> None:
        self.link, self._processes, self._name = link, processes, name
        words = ["modem", "simulate", "--trace", "--link", str(link), "--latency", latency]
        for quirk in quirks:
            words += ["--quirk", quirk]
        self._process: Process = processes.start(name, *words, "--seed", str(seed), piped=True)
        self.trace = Trace()
        self._hearing = threading.Thread(target=self._hear, name=f"air {name}", daemon=True)
        self._hearing.start()
        until(link.is_symlink, _LOAD_S)

    def deliver(self, pdus: Iterable[str]) -> None:
        """Let texts come, without waiting until the modem has them."""
        pipe = self._process.stdin
        if pipe is not None:
            pipe.write(b"".join(json.dumps({"pdu": pdu}).encode() + b"\n" for pdu in pdus))
            pipe.flush()

    def load(self, pdus: Iterable[str]) -> None:
        """Let texts come, and wait until each lies in a slot or waits in the network."""
        wanted = list(pdus)
        before = len(self.trace.taken)
        self.deliver(wanted)
        until(lambda: len(self.trace.taken) - before >= len(wanted), _LOAD_S)

    def empty(self) -> bool:
        """Whether neither the modem nor the network holds anything."""
        return not (self.trace.held or self.trace.waiting)

    def close(self) -> Trace:
        """End the modem; gives its whole trace."""
        self._processes.end(self._name)
        self._hearing.join(_LOAD_S)
        return self.trace

    def _hear(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stdout or ():
                self._take(json.loads(line))

    def _take(self, told: dict[str, object]) -> None:
        trace, at = self.trace, told.get("at")
        at_s = at if isinstance(at, float) else 0.0
        match told:
            case {"command": str(line)}:
                trace.commands.append((at_s, line))
            case {"taken": str(pdu)}:
                trace.taken.append((at_s, pdu))
            case {"slot": {"change": "freed"}}:
                trace.held -= 1
                trace.freed.append(at_s)
            case {"slot": _}:
                trace.held += 1
            case {"to": str(number)}:
                trace.sent.append((at_s, number))
            case _:
                pass
        # Last, so that a text on its way from the network to a slot never counts nowhere.
        if isinstance(waiting := told.get("waiting"), int):
            trace.waiting = waiting
