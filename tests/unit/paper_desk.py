"""A desk of plain data: the contract that the village pages are tested against."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from server.desa.backup.shown import Backups
from server.desa.desk import Box, Contact, Line, Login, ModemMood, Note, OutboxLine, Past
from server.desa.parcel.told import Made, TakenIn, ToCarry
from server.desa.state.radio import RadioState
from server.domain.errors import Reason, Refused
from server.domain.report import TRANSITIONS, Move, Report, Status, Trust
from server.domain.requests import Action, Answer, Close, Forward, Reopen, Take
from sms.outbox import State

NOW_S = 1_795_308_360  # 22 November 2026 08.46 WITA
PHONE_KEY = bytes(range(32))
PASSPHRASE = "batu awan padi kopi laut 42"


def report(ticket: str, minutes: int, text: str, **known: object) -> Report:
    """A report that came `minutes` ago, category and place known."""
    plain = Report(
        ticket=ticket,
        status=Status.NEW,
        urgency="biasa",
        sender="+6281234567890",
        text=text,
        category="pencurian",
        rt=2,
        rw=1,
        confidence_percent=90,
        why="maling",
        sent_s=NOW_S - 60 * minutes - 5,
        received_s=NOW_S - 60 * minutes,
        trust=int(Trust.NETWORK),
        updated_s=NOW_S - 60 * minutes,
    )
    return replace(plain, **known)  # type: ignore[arg-type]


def healthy_box() -> Box:
    """A box that nobody must look after."""
    return Box(
        modem=ModemMood.GOOD,
        signal_percent=72,
        clock_sure=True,
        now_s=NOW_S,
        polres_s=NOW_S - 6 * 60,
        polres_state="ok",
        waiting=3,
        unsent=1,
        unread=0,
        locked_sessions=0,
        spent_parts_today=14,
        budget_parts_day=120,
        trouble=(),
        radios=(RadioState("stick", ModemMood.GOOD, signal_percent=72, may_send=True),),
    )


@dataclass
class PaperDesk:
    """Keeps everything in lists, and moves reports by the domain's own table."""

    code: str = "52.04.07.2001"
    desa: str = "Labuhan Sangoro"
    zone: str = "WITA"
    answer_parts: int = 1
    kept: dict[str, Report] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    book: dict[str, Contact] = field(default_factory=dict)
    others: tuple[Note, ...] = ()
    texts: tuple[OutboxLine, ...] = ()
    to_carry: ToCarry = field(default_factory=ToCarry)
    brought: list[bytes] = field(default_factory=list)
    measured: Past = field(default_factory=Past)
    asking: set[str] = field(default_factory=set)
    names: tuple[str, ...] = ("Brigadir Hasan", "Aiptu Wayan")
    state: Box = field(default_factory=healthy_box)
    locked_sessions: int = 2
    done: list[Action] = field(default_factory=list)
    changes: int = 1
    kept_backups: Backups = field(default_factory=lambda: Backups(wanted=False))
    numbers: Iterator[int] = field(default_factory=lambda: count(100))

    def put(self, *reports: Report) -> None:
        """Let reports come in."""
        self.kept.update({report.ticket: report for report in reports})
        self.changes += 1

    def version(self) -> int:
        return self.changes

    def reports(self) -> tuple[Report, ...]:
        return tuple(sorted(self.kept.values(), key=lambda report: -report.received_s))

    def report(self, ticket: str) -> Report | None:
        return self.kept.get(ticket)

    def history(self, ticket: str) -> tuple[Line, ...]:
        return tuple(self.lines.get(ticket, ()))

    def notes(self) -> tuple[Note, ...]:
        return self.others

    def contacts(self) -> tuple[Contact, ...]:
        return tuple(self.book.values())

    def officers(self) -> tuple[str, ...]:
        return self.names

    def mark(self, name: str) -> str:
        return name if name in self.names else ""

    def box(self) -> Box:
        return self.state

    def act(self, action: Action) -> Refused | None:
        found = self.kept.get(action.ticket)
        if found is None:
            return Refused(Reason.UNKNOWN_TICKET)
        if found.sealed or found.locked:
            return Refused(Reason.SEALED if found.sealed else Reason.LOCKED)
        after: Report | None
        match action:
            case Answer(by=by, text=text):
                after, line = found, self._line("answered", by, text, "queued")
            case Take(by=by):
                after = self._moved(found, Move.TAKE, officer=by)
                line = self._line("taken", by, "")
            case Forward(by=by, to=to, note=note):
                after = self._moved(found, Move.FORWARD, forwarded_to=to)
                line = self._line("forwarded", by, ": ".join(filter(None, (to, note))))
            case Close(by=by, result=result):
                after = self._moved(found, Move.CLOSE, result=result)
                line = self._line("closed", by, result)
            case Reopen(by=by, reason=reason):
                after = self._moved(found, Move.REOPEN, officer=by)
                line = self._line("reopened", by, reason)
        if after is None:
            return Refused(Reason.WRONG_STATE)
        self.lines.setdefault(action.ticket, []).append(line)
        self.done.append(action)
        self.put(after)
        return None

    def set_contact(self, contact: Contact) -> Refused | None:
        if contact.number and not any(map(str.isdigit, contact.number)):
            return Refused(Reason.NOT_A_NUMBER)
        self.book.pop(contact.name, None)
        if contact.number:
            self.book[contact.name] = contact
        self.changes += 1
        return None

    def outbox(self, states: Collection[State] = ()) -> tuple[OutboxLine, ...]:
        return tuple(line for line in self.texts if not states or line.state in states)

    def past(self) -> Past:
        return self.measured

    def backups(self) -> Backups:
        return self.kept_backups

    def back_up(self) -> None:
        self.kept_backups = replace(self.kept_backups, work="menunggu")

    def parcel(self) -> ToCarry:
        return self.to_carry

    def make_parcel(self) -> Made:
        return Made("kiriman-52.04.07.2001.kentongan", b"sealed", self.to_carry.entries, 0)

    def take_parcel(self, octets: bytes) -> TakenIn:
        self.brought.append(octets)
        return TakenIn(acked=self.to_carry.entries, older=False)

    def accept_sim(self, name: str) -> Refused | None:
        if name not in self.asking:
            return Refused(Reason.NO_SIM_ASKS)
        self.asking.remove(name)
        return None

    def login(self, name: str, passphrase: str, phone_key: bytes | None) -> Login | float:
        if name not in self.names or passphrase != PASSPHRASE:
            return 1.5
        fits = phone_key == PHONE_KEY
        opened, self.locked_sessions = (self.locked_sessions, 0) if fits else (0, 2)
        return Login(name, phone_key_fits=fits, opened=opened)

    def _moved(self, found: Report, move: Move, **changed: str) -> Report | None:
        after = TRANSITIONS.get((found.status, move))
        if after is None:
            return None
        return replace(found, status=after, updated_s=self.state.now_s, **changed)  # type: ignore[arg-type]

    def _line(self, kind: str, by: str | None, text: str, journey: str | None = None) -> Line:
        return Line(next(self.numbers), kind, self.state.now_s, True, by, text, journey)
