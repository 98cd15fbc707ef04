"""The operator's network and the phones in it: texts that come late, twice, and from robots."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from hardware.simulated.virtual import RefusedError, VirtualModem
from server.simulation.chance import Chance
from server.simulation.outside.clock import START_S, Clock
from server.simulation.plan import DAY_S, Weather
from server.simulation.trace import Trace
from server.simulation.world.words import NUMBERS, Sort
from sms import pdu
from sms.alphabet import Alphabet
from sms.errors import PduError
from sms.tpdu import Deliver

PEOPLE: Final = 6
DOUBLED_DAYS_MAX: Final = 5.0
ROBOT_TEXTS: Final = 60
"""So often a robot answers before its own operator stops it."""
_REFUSED: Final = "+CMS ERROR: 38"


class Later(Protocol):
    """Lets something happen at a moment."""

    def __call__(self, at_s: float, act: Callable[[], object]) -> None:
        """At this time of the world, or as soon as it can."""


@dataclass(slots=True)
class Text:
    """A text that somebody wrote.

    Attributes:
        pieces: what each of its PDUs says.
        came: its PDUs that reached the modem.
        came_s: when the first of them did.
        times: how often one of them did.
        sure: False when the card that may have held it was lost.
    """

    number: int
    box: int
    sender: str
    words: str
    sort: str
    sent_s: float
    pdus: tuple[str, ...]
    pieces: tuple[str, ...]
    came: set[str] = field(default_factory=set)
    came_s: float = 0.0
    times: int = 0
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Out:
    """A text that a box sent."""

    box: int
    to: str
    text: str
    at_s: float


@dataclass(slots=True)
class Line:
    """The SIM and modem of one box as the network sees them.

    Attributes:
        freed: PDUs that the modem let go, each as often as it did, and when it last did.
        wake: called when something has come.
        sim: the SIM's own number.
    """

    box: int
    sim: str
    modem: VirtualModem
    wake: Callable[[], object]
    freed: Counter[str] = field(default_factory=Counter)
    freed_s: dict[str, float] = field(default_factory=dict)
    changes: int = 0


class Air:
    """The network between all phones and all boxes."""

    def __init__(
        self, clock: Clock, later: Later, weather: Weather, chance: Chance, trace: Trace
    ) -> None:
        self.clock, self.weather, self.trace = clock, weather, trace
        self.later, self.chance = later, chance
        self.texts: list[Text] = []
        self.sent: list[Out] = []
        self.lines: list[Line] = []
        self.calls = self.asked = 0
        # The faults have stopped: nothing is refused, and robots are silent.
        self.quiet = False
        self._last_s: dict[str, int] = {}
        self._robots: dict[str, bool] = {}
        self._patience: Counter[str] = Counter()

    def write(self, line: Line, sender: str, words: str, sort: str) -> Text:
        """Somebody writes to a box."""
        sent_s = max(self.clock.true_s, self._last_s.get(sender, 0) + 1)
        self._last_s[sender] = sent_s
        number = len(self.texts)
        at = datetime.fromtimestamp(sent_s, UTC)
        pdus = tuple(pdu.split_deliver(sender, words, at, number % 255 + 1))
        pieces = tuple(read.text for one in pdus if isinstance(read := pdu.decode(one), Deliver))
        text = Text(number, line.box, sender, words, sort, sent_s - START_S, pdus, pieces)
        self.texts.append(text)
        self.trace.tell(f"text {number} {sort} to box {line.box}")
        for one in pdus:
            self._carry(line, text, one)
        return text

    def _carry(self, line: Line, text: Text, one: str) -> None:
        chance = self.chance.sub("text", text.number, one[-8:])
        delay_s = chance.uniform(1.0, 20.0)
        if chance.happens(self.weather.late):
            delay_s = chance.choice((3_600.0, 6 * 3_600.0, DAY_S, 3 * DAY_S)) * chance.random()
        self._deliver_at(self.clock.now_s + delay_s, line, text, one)
        if chance.happens(self.weather.doubled):
            again_s = delay_s + chance.choice((5.0, 600.0, DOUBLED_DAYS_MAX * DAY_S * 0.9))
            self._deliver_at(self.clock.now_s + again_s, line, text, one)

    def _deliver_at(self, at_s: float, line: Line, text: Text, one: str) -> None:
        def deliver() -> None:
            text.came_s = text.came_s or self.clock.now_s
            text.came.add(one)
            text.times += 1
            line.modem.deliver(one)
            line.wake()

        self.later(at_s, deliver)

    def number_of(self, line: Line, chance: Chance) -> str:
        """A villager's number."""
        return f"{NUMBERS}{line.box:02}{chance.randrange(PEOPLE):03}"

    def call(self, line: Line, chance: Chance) -> None:
        """Somebody rings, and hangs up."""
        self.calls += 1
        line.modem.ring(chance.choice((self.number_of(line, chance), "")))
        line.modem.hang_up()
        line.wake()

    def refuse(self) -> None:
        """The network may refuse a text before it takes it."""
        self.asked += 1
        if self.quiet:
            return
        if self.chance.sub("refused", self.asked).happens(self.weather.refused):
            raise RefusedError(_REFUSED)

    def submit(self, line: Line, hex_pdu: str) -> list[str]:
        """A box's modem hands a text to the network; gives what comes back at once."""
        submit = pdu.decode_submit(hex_pdu)
        octets = submit.alphabet is Alphabet.OCTETS
        told = "" if octets else submit.text
        self.sent.append(Out(line.box, submit.recipient, told, self.clock.now_s))
        self.trace.tell(f"box {line.box} sends to {submit.recipient}")
        chance = self.chance.sub("sent", len(self.sent))
        self._report(line, submit.recipient, chance)
        if submit.recipient == line.sim:
            at = datetime.fromtimestamp(self.clock.true_s, UTC)
            own = pdu.split_deliver(line.sim, told, at, 1)
            for one in own:
                self._later(chance.uniform(2, 30), line, one)
        elif submit.recipient.startswith(NUMBERS) and self._is_robot(submit.recipient):
            self._answer(line, submit.recipient, chance)
        return []

    def _report(self, line: Line, to: str, chance: Chance) -> None:
        """A delivery report, unless it gets lost; the modem gave the reference meanwhile."""
        reference = line.modem.reference
        if chance.happens(self.weather.no_report):
            return
        at = datetime.fromtimestamp(self.clock.true_s, UTC)
        try:
            report = pdu.encode_status_report(reference, to, at, at, 0)
        except PduError:
            return
        self._later(chance.uniform(1, 60), line, report)

    def _later(self, wait_s: float, line: Line, one: str) -> None:
        # It is listed with what comes next: a report of delivery is in no hurry.
        self.later(self.clock.now_s + wait_s, lambda: line.modem.deliver(one))

    def _is_robot(self, number: str) -> bool:
        if number not in self._robots:
            self._robots[number] = self.chance.sub("robot", number).happens(self.weather.robots)
        return self._robots[number]

    def _answer(self, line: Line, number: str, chance: Chance) -> None:
        self._patience[number] += 1
        if self.quiet or self._patience[number] > ROBOT_TEXTS:
            return
        words = chance.choice(("Terima kasih, pesan Anda sudah kami terima.", "OK", "siap pak"))

        def act() -> None:
            self.write(line, number, words, Sort.ROBOT)

        self.later(self.clock.now_s + chance.uniform(3, 90), act)
