"""The kept texts as plain rows for an officer who logged in: those that the pages show him."""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from server import lookup, radio
from server.desa.desk import Login
from server.desa.node import Node
from server.desa.reading.length import whole_or_cut
from server.domain import events as e
from server.domain.decide import Decision
from server.domain.errors import Told
from sms import inbox, pdu, segments
from sms.commands import grammar
from sms.errors import PduError
from sms.phone import parse_phone
from sms.segments import Complete, Fragment
from sms.tpdu import Deliver

COMMAND: Final = "export"
"""Name of the command on the node's control socket."""

COLUMNS: Final = (
    *("ReceivingDateTime", "SenderNumber", "Coding", "SMSCNumber", "Class"),
    *("TextDecoded", "ID", "Parts", "Ticket"),
)
"""As gammu names them; Parts and Ticket are ours. One row for a whole text, not for a part."""

LOCKED, NOT_SHOWN, UNREADABLE = "locked", "not shown", "unreadable"
"""Why a text is withheld: its session is locked; no page shows it, such as complaints about
officials, commands and parts; it cannot be decoded."""

_ROWS_AT_ONCE = 200
_WINDOW = timedelta(days=7)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What begins like a formula is run by a spreadsheet; whoever sends an SMS must not get so far.
_FORMULA = (*"=+-@\t\r\n\0", *"\uff1d\uff0b\uff0d\uff20")


class WrongLogin(Told):
    """Nama atau kata sandi salah; coba lagi setelah beberapa detik."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self._wait_s = max(1, round(wait_s))

    @property
    def sentence(self) -> str:
        """Also how long the next try waits, as on the login page."""
        return f"Nama atau kata sandi salah; coba lagi setelah {self._wait_s} detik."


class LoginCheck(Protocol):
    """Checks a login with the same pacing as the login page."""

    def login(self, name: str, passphrase: str, phone_key: bytes | None) -> Login | float:
        """The login, or the seconds until the next try is looked at."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A text that goes out: its inbox rows in order, and its report's ticket if it has one."""

    rows: tuple[int, ...]
    ticket: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes out, and how many texts or parts do not, by reason."""

    chosen: tuple[Chosen, ...]
    withheld: dict[str, int]


def export(
    node: Node, desk: LoginCheck, name: str, passphrase: str, now_s: float
) -> Generator[object]:
    """First what follows, then each text as the values of `COLUMNS`.

    It is journalled before anything leaves.

    Raises:
        WrongLogin: at once, or after the wait that the login page has as well.
    """
    checked = desk.login(name, passphrase, None)
    if not isinstance(checked, Login):
        raise WrongLogin(checked)
    plan = plan_of(node)
    exported = e.InboxExported(checked.name, len(plan.chosen), sum(plan.withheld.values()))
    node.ledger.record(node.stamp(now_s), Decision((exported,)), cause="export")
    node.exchange_soon.set()
    return _rows(node, plan)


def _rows(node: Node, plan: Plan) -> Generator[object]:
    yield {"columns": list(COLUMNS), "texts": len(plan.chosen), "withheld": plan.withheld}
    for chosen in plan.chosen:
        yield _row(node, chosen)


def plan_of(node: Node) -> Plan:
    """Which texts the pages show, of all that are kept."""
    shown = _shown(node)
    withheld: Counter[str] = Counter()
    chosen: list[Chosen] = []
    parts: list[Fragment] = []
    for fragment in _fragments(node, withheld):
        if fragment.deliver.part is not None:
            parts.append(fragment)
        else:
            ticket = _ticket(shown, fragment.deliver, fragment.deliver.text)
            if ticket is None:
                withheld[NOT_SHOWN] += 1
            else:
                chosen.append(Chosen((fragment.row_id,), ticket))
    delivers = {part.row_id: part.deliver for part in parts}
    for assembly in segments.assemble(parts, window=_WINDOW):
        ticket = _ticket(shown, delivers[assembly.row_ids[0]], _text(assembly))
        if ticket is None:
            withheld[NOT_SHOWN] += 1
        else:
            chosen.append(Chosen(assembly.row_ids, ticket))
    return Plan(tuple(sorted(chosen, key=lambda one: one.rows)), dict(withheld))


def _shown(node: Node) -> dict[tuple[str, str], str]:
    """(sender, text) of everything that an officer reads on the pages, with the ticket."""
    with node.database.lock:
        db = node.projection.db
        reports = [one for one in lookup.reports(db) if not (one.sealed or one.locked)]
        shown = {(sender, text): "" for _, _, sender, text, _ in lookup.notes(db)}
        for report in reports:
            sender = report.sender or ""
            for line in lookup.history(db, report.ticket):
                if line.kind == "note":
                    shown[sender, line.text] = report.ticket
            shown[sender, report.text] = report.ticket
    return shown


def _ticket(shown: dict[tuple[str, str], str], deliver: Deliver, text: str) -> str | None:
    """The ticket of a text that the pages show, "" for one without; None when none shows it."""
    sender = parse_phone(deliver.sender) or deliver.sender
    whole = whole_or_cut(text)
    command = grammar.parse(whole)
    said = (whole, command.text) if isinstance(command, grammar.Add) else (whole,)
    return next((shown[sender, one] for one in said if (sender, one) in shown), None)


def _fragments(node: Node, withheld: Counter[str]) -> Iterator[Fragment]:
    """Every kept text or part that can be opened, a few rows at a time."""
    with node.database.read() as db:
        last = inbox.next_id(db, "inbox") - 1
    for first in range(1, last + 1, _ROWS_AT_ONCE):
        with node.database.read() as db:
            numbers = range(first, min(last, first + _ROWS_AT_ONCE - 1) + 1)
            rows = [row for number in numbers if (row := inbox.row_of(db, number)) is not None]
        for row in rows:
            if row.state in (inbox.State.COPY, inbox.State.RECEIPT):
                continue
            hex_pdu = radio.open_pdu(node.vault, row)
            read = None if hex_pdu is None else _decoded(hex_pdu)
            if read is None:
                withheld[LOCKED if hex_pdu is None else UNREADABLE] += 1
            elif isinstance(read, Deliver):
                yield Fragment(row.id, read.sent_at or _EPOCH, read)


def _decoded(hex_pdu: str) -> object | None:
    try:
        return pdu.decode(hex_pdu)
    except PduError:
        return None


def _row(node: Node, chosen: Chosen) -> list[str | int]:
    fragments = []
    with node.database.read() as db:
        for number in chosen.rows:
            read = _decoded(radio.recall_pdu(db, node.vault, number) or "")
            if isinstance(read, Deliver):
                fragments.append(Fragment(number, read.sent_at or _EPOCH, read))
    (assembly, *_) = segments.assemble(fragments, window=_WINDOW)
    first = fragments[0].deliver
    sent = first.sent_at
    return [
        "" if sent is None else f"{sent.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        _harmless(parse_phone(first.sender) or first.sender, number=True),
        first.alphabet.value,
        first.smsc,
        -1 if first.message_class is None else first.message_class,
        _harmless(_text(assembly)),
        chosen.rows[0],
        len(chosen.rows),
        chosen.ticket,
    ]


def _text(assembly: segments.Assembly) -> str:
    if isinstance(assembly, Complete):
        return assembly.text
    return segments.render_with_gaps(assembly)


def _harmless(text: str, *, number: bool = False) -> str:
    """A value that no spreadsheet runs; a phone number keeps its +."""
    plain = number and text[:1] == "+" and text[1:].isdecimal()
    return f"'{text}" if text.startswith(_FORMULA) and not plain else text
