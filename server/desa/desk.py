"""The desk: what the village pages may read and do, as one interface over the running node."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from server.desa.backlog.roads import RoadLine, next_road
from server.desa.backlog.waiting import NOTHING, Waiting
from server.desa.backup.shown import Backups
from server.desa.parcel.told import Made, TakenIn, ToCarry
from server.desa.state.radio import ModemMood, RadioState
from server.desa.state.samples import Hour
from server.domain.backlog import Progress
from server.domain.errors import Refused
from server.domain.report import Report
from server.domain.requests import Action
from sms.outbox import Purpose, State

__all__ = [
    "Balance",
    "Box",
    "Contact",
    "Desk",
    "Line",
    "Login",
    "ModemMood",
    "Note",
    "OutboxLine",
    "Past",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report's history.

    Attributes:
        kind: name of the event, in lower case words of the code (`taken`, `answered` ...).
        at_s: seconds since 1970 (UTC); `sure` is False when the clock was not trusted.
        by: officer, "Polres" or None for the villager and the box.
        journey: for texts to the villager: queued, sent, delivered, withheld ...
    """

    seq: int
    kind: str
    at_s: int
    sure: bool
    by: str | None
    text: str
    journey: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """An officer in the phone book."""

    name: str
    role: str
    number: str


@dataclass(frozen=True, slots=True)
class Note:
    """A text that became no report, with the reason."""

    seq: int
    at_s: int
    sender: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Box:
    """The box in one line, and what a person must do about it.

    Attributes:
        signal_percent: 0..100, None when unknown.
        polres_s: time of the last exchange that succeeded, None for never.
        waiting: journal entries that the Polres has not acknowledged.
        unsent: texts in the outbox that still want to be sent.
        unread: kept texts that wait for a key.
        locked_sessions: older sessions that hold something which nobody here can read yet.
        trouble: one plain sentence each, saying what to do.
        held: why texts wait, were withheld, expired or failed, with counts.
        radios: every modem of the box.
        officers: how many stand in the phone book; emergencies ring nobody without them.
        surge: texts of the last hour where these are unusually many, else 0.
        backlog: what waits for the Polres.
        roads: by which it may go, the best first.
        unlocking: how far older sessions are opened, while keys open them.
        words: four words of the box's key, which the Polres' page shows too.
    """

    modem: ModemMood
    signal_percent: int | None
    clock_sure: bool
    now_s: int
    polres_s: int | None
    polres_state: str
    waiting: int
    unsent: int
    unread: int
    locked_sessions: int
    spent_parts_today: int
    budget_parts_day: int
    trouble: tuple[str, ...]
    held: tuple[tuple[str, int], ...] = ()
    radios: tuple[RadioState, ...] = ()
    officers: int = 1
    surge: int = 0
    backlog: Waiting = NOTHING
    roads: tuple[RoadLine, ...] = ()
    unlocking: Progress | None = None
    words: str = ""

    @property
    def road(self) -> RoadLine | None:
        """By which road what waits will go."""
        return next_road(self.roads)


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """A text that waits, went out or did not.

    Attributes:
        number: of its row; the newest has the highest.
        name: what the text is, a word of the journal; "" where it cannot be opened.
        to: number of the phone, "" where it must not be seen here.
        who: the officer whose number that is, "" for villagers.
        text: None where it cannot be read here.
        official: it belongs to a complaint about an official; nothing of it is shown.
        reason: why it waits or did not go out, a few words; "" for none.
        day: first second of the day on which it was written (UTC), 0 when unknown.
        written_s, sent_s, arrived_s: seconds since 1970 (UTC), None when not known here.
    """

    number: int
    state: State
    purpose: Purpose
    ticket: str | None = None
    name: str = ""
    to: str = ""
    who: str = ""
    text: str | None = None
    official: bool = False
    reason: str = ""
    day: int = 0
    written_s: int | None = None
    sent_s: int | None = None
    arrived_s: int | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What was left on a modem's SIM at a moment (seconds since 1970, UTC)."""

    radio: str
    told_s: int
    rupiah: int


@dataclass(frozen=True, slots=True)
class Past:
    """What the box measured: hours of the last 30 days, balances of the last 90.

    Attributes:
        hours: those in which something was noted, oldest first.
        balances: oldest first.
    """

    hours: tuple[Hour, ...] = ()
    balances: tuple[Balance, ...] = ()


@dataclass(frozen=True, slots=True)
class Login:
    """A login that succeeded.

    Attributes:
        opened: how many older sessions its key opens.
        opening: they are not all open yet, but soon and without anybody's doing.
        phone_key: the key that the phone carries from here on; None while it keeps its own.
    """

    name: str
    phone_key_fits: bool
    opened: int
    opening: bool = False
    phone_key: bytes | None = None


class Desk(Protocol):
    """What the pages see of a running node; every call is safe from any thread."""

    code: str
    desa: str
    zone: str
    answer_parts: int

    def version(self) -> int:
        """Rises whenever something that a page shows has changed."""

    def reports(self) -> tuple[Report, ...]:
        """All reports, newest first."""

    def report(self, ticket: str) -> Report | None:
        """One report."""

    def history(self, ticket: str) -> tuple[Line, ...]:
        """A report's time line, oldest first."""

    def notes(self) -> tuple[Note, ...]:
        """Texts that became no report, newest first."""

    def contacts(self) -> tuple[Contact, ...]:
        """The phone book of officers."""

    def officers(self) -> tuple[str, ...]:
        """Names of those who can log in."""

    def mark(self, name: str) -> str:
        """What tells an officer from another one of his name, "" for nobody."""

    def box(self) -> Box:
        """State of modem, clock, credit and sync."""

    def act(self, action: Action) -> Refused | None:
        """Do something to a report; None when it is recorded."""

    def set_contact(self, contact: Contact) -> Refused | None:
        """Put an officer into the phone book; an empty number takes him out."""

    def login(self, name: str, passphrase: str, phone_key: bytes | None) -> Login | float:
        """Check a login; on failure the seconds until the next try is looked at."""

    def outbox(self, states: Collection[State] = ()) -> tuple[OutboxLine, ...]:
        """Outgoing texts in one of these states (none: in any), newest first, 200 at most."""

    def past(self) -> Past:
        """What the box measured in the last days."""

    def backups(self) -> Backups:
        """How the backup of the box stands."""

    def back_up(self) -> None:
        """Ask for a backup now; how it ended stands in `backups`."""

    def parcel(self) -> ToCarry:
        """What a file for the Polres would carry now, and what became of the last one."""

    def make_parcel(self) -> Made:
        """A file to be carried to the Polres."""

    def take_parcel(self, octets: bytes) -> TakenIn:
        """Take in the file that came back; raises ParcelError."""

    def accept_sim(self, name: str) -> Refused | None:
        """Let a modem send with the SIM that is in it now."""
