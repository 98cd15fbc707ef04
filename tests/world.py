"""A village and a district in one process: real nodes, real tables, a road in memory."""

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hardware.modem import Modem
from hardware.simulated.virtual import VirtualModem
from server import lookup
from server.desa import commands, steps
from server.desa import keys as key_files
from server.desa.frontdesk import FrontDesk
from server.desa.intake import remember_seen
from server.desa.node import Node, open_node
from server.domain.report import Report
from server.polres import enrolment, gate, quick
from server.polres import lookup as polres_lookup
from server.polres.district import District, init, open_district
from server.polres.lookup import ReportLine
from server.polres.restores import claims
from server.polres.rotation import answering
from server.sections import Answers, Desa, Login, Polres, Settings
from server.sections import Modem as ModemSection
from server.settings import dump
from sms import pdu
from sync.errors import CardRefused, KeyReplaced, MalformedFrame, NoRoad, NotEnrolled
from sync.restores.claim import CLAIM_PATH
from sync.roads.http import ENROL_PATH, KEY_PATH, QUICK_PATH

NOW_S = 1_790_000_000
CODE, NAME = "52.04.07.2004", "Tepal"
# Brakes that let a test play; those of the brakes themselves set their own.
PATIENT = Answers(
    per_sender_hour=50,
    per_sender_day=50,
    per_sender_urgent=50,
    per_sender_unclear=50,
    per_hour=500,
    per_day=1000,
    night_from_h=0,
    night_to_h=0,
)
_REFUSALS = {400: MalformedFrame, 403: NotEnrolled, 409: CardRefused, 410: CardRefused}


class BytePort:
    """A port whose other end is a virtual modem, without threads or waiting."""

    def __init__(self, virtual: VirtualModem) -> None:
        self._virtual = virtual
        self._answer = b""

    def read(self, timeout_s: float) -> bytes:
        """What the modem has said; it never lets one wait."""
        del timeout_s
        said, self._answer = self._answer + self._virtual.pending(), b""
        return said

    def write(self, data: bytes) -> None:
        """Speak to the modem."""
        self._answer += self._virtual.feed(data)

    def close(self) -> None:
        """Nothing to let go."""


@dataclass
class MemoryRoad:
    """The road of a test: may be cut, and may lose the answer on its way back."""

    district: District
    clock: "World"
    cut: bool = False
    lose_answers: int = 0

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message."""
        if self.cut:
            raise NoRoad
        if path == ENROL_PATH:
            reply = enrolment.admit(self.district, octets, self.clock.wall_s())
        elif path == QUICK_PATH:
            reply = quick.ask(self.district, octets, self.clock.wall_s())
        elif path == KEY_PATH:
            reply = answering.show(self.district, octets, self.clock.wall_s())
        elif path == CLAIM_PATH:
            reply = claims.claim(self.district, octets, self.clock.wall_s())
        else:
            reply = gate.exchange(self.district, octets, None, self.clock.wall_s())
        if reply.status == 400 and reply.octets:
            raise KeyReplaced(reply.octets)
        if reply.status != 200:
            raise _REFUSALS.get(reply.status, NoRoad)
        if self.lose_answers:
            self.lose_answers -= 1
            raise NoRoad
        return reply.octets


@dataclass
class World:
    """One desa, its modem and its Polres, with a clock that the test turns."""

    folder: Path
    mono_s: float = 100.0
    answers: Answers = PATIENT
    own: tuple[str, ...] = ()
    sent: list[tuple[str, str]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        init(self.folder / "polres", "Polres Sumbawa")
        self.district = open_district(self.folder / "polres")
        self.virtual = VirtualModem(on_send=self._out)
        self.road = MemoryRoad(self.district, self)
        self.directory = self.folder / "desa"
        self.directory.mkdir()
        card = enrolment.enroll(
            self.district, CODE, NAME, "http://127.0.0.1:1", now_s=self.wall_s()
        )
        key_files.create(self.directory, card, secrets.token_bytes)
        settings = Settings(
            desa=Desa(CODE, NAME),
            polres=Polres(url=card.url),
            modem=ModemSection(ports=("none",), numbers=self.own),
            answers=self.answers,
            login=Login(memory_mib=8, passes=1),
        )
        (self.directory / "kentongan.toml").write_text(dump(settings), encoding="utf-8")
        self.start()

    def wall_s(self) -> int:
        """The true time."""
        return NOW_S + int(self.mono_s)

    def start(self) -> Node:
        """Start the node's process anew: keys in RAM are gone."""
        self.node = open_node(
            self.directory,
            system_s=float(self.wall_s()),
            now_s=self.mono_s,
            random=secrets.token_bytes,
            make_road=lambda _url, _timeout_s: self.road,
        )
        remember_seen(self.node, self.mono_s)
        self.modem = Modem(lambda: BytePort(self.virtual), lambda: self.mono_s)
        self.modem.start()
        return self.node

    def restart(self) -> Node:
        """As a power cut: the process is gone, the card and the modem's memory stay."""
        self.node.database.connection.close()
        self.mono_s += 60
        return self.start()

    def text(self, sender: str, words: str, sent_s: int | None = None) -> None:
        """A villager sends an SMS."""
        at = datetime.fromtimestamp(self.wall_s() if sent_s is None else sent_s, UTC)
        for part in pdu.split_deliver(sender, words, at, next(self._numbers) % 255):
            self.virtual.deliver(part)

    def listen(self) -> None:
        """Listen and read, as the modem thread does."""
        while steps.listen(self.node, self.modem, self.mono_s).result is steps.Result.DONE:
            pass
        steps.read(self.node, self.mono_s)

    def speak(self) -> None:
        """Send all that may be sent."""
        self.mono_s += 1
        while steps.speak(self.node, self.modem, self.mono_s).result is steps.Result.DONE:
            pass
        for notice in self.modem.wait(0.0):
            if hex_pdu := getattr(notice, "pdu", ""):
                steps.keep_passing(self.node, hex_pdu, self.mono_s)
        self.listen()

    def desk(self) -> FrontDesk:
        """The village pages' view of the node."""
        return FrontDesk(self.node, lambda: self.mono_s)

    def report(self, ticket: str | None = None) -> Report:
        """A report as the node knows it; without a ticket the newest."""
        found = lookup.reports(self.node.projection.db)
        return next(one for one in found if ticket in (None, one.ticket))

    def at_polres(self) -> tuple[ReportLine, ...]:
        """All reports as the Polres knows them."""
        return polres_lookup.search(self.district)

    def officer(self, name: str = "Made") -> dict[str, str]:
        """Make an officer whom the Polres puts on the list."""
        made = commands.add_officer(self.node, name)
        self.exchange()
        return made

    def exchange(self) -> steps.Outcome:
        """Exchange with the Polres."""
        self.mono_s += 1
        return steps.exchange(self.node, self.mono_s)

    def _out(self, hex_pdu: str) -> list[str]:
        submit = pdu.decode_submit(hex_pdu)
        self.sent.append((submit.recipient, submit.text))
        at = datetime.fromtimestamp(self.wall_s(), UTC)
        # The modem writes its own reference over that of the PDU.
        reference = self.virtual.reference
        return [pdu.encode_status_report(reference, submit.recipient, at, at, 0)]
