"""Speaking: which queued text goes out next, what holds it, and what became of it."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import date

from hardware.errors import HardwareError
from server import lookup, radio, words
from server.desa.gateway.closing import End, close, withhold, within
from server.desa.gateway.simlife import credit
from server.desa.node import Node
from server.desa.state.choosing import Wanted
from server.domain.decide import Decision
from server.domain.react import notice_name
from server.domain.report import Stamp, Status, Trust
from sms import gateway, inbox, outbox
from sms.gateway import Asked, Budget, Held, Limits, Pace, Spent
from sms.outbox import Purpose, State
from sms.phone import parse_phone
from sms.replies import ReplyKey, answer, render
from sms.tpdu import StatusReport

MERGED = "digabung menjadi satu SMS"
EXPIRED = "terlalu lama menunggu"
TRIED = "sudah dicoba berkali-kali"
NIGHT = "menunggu pagi"


def speak_one(node: Node, modem: radio.Modem, now_s: float, name: str = "") -> bool:
    """Send one text that may go out, or end one that must not; False when all of them wait.

    `name` is that of the modem, which leaves to others what they are better for.

    Raises:
        HardwareError: the modem was gone before it took the text, which is queued again.
    """
    with node.database.lock:
        found = _next(node, now_s, name)
        if found is None:
            return False
        row, text, held = found
        if _ended(node, row, text, held, now_s) or _merge(node, row, text, now_s):
            return True
        text = _last_words(node, row, text, now_s)
        row = _reserve(node, row, now_s)
        wanted = _wanted(row, text)
        node.offers.begin(wanted)
    try:
        _submit(node, modem, row, text, _Try(name, now_s))
    finally:
        with node.database.lock:
            node.offers.end(wanted)
    return True


def sweep(node: Node, now_s: float) -> int:
    """End every waiting text that is too old to be sent; gives how many.

    What a card that refused a write left half handed over waits again.
    """
    with node.database.lock:
        with node.database.write() as db:
            outbox.recover(db, node.offers.in_hand)
            rows = tuple(outbox.waiting(db))
        node.waits_since_s = {row.id: _waits_since_s(node, row, now_s) for row in rows}
        node.retry_at_s = {
            row.id: node.retry_at_s[row.id] for row in rows if row.id in node.retry_at_s
        }
        node.offers.forget_all_but({row.id for row in rows})
        old = [
            (row, text)
            for row in rows
            if (text := radio.open_outgoing(node.vault, row)) is not None
            and _expired(node, row, text, now_s)
        ]
        for row, text in old:
            _expire(node, row, text, now_s)
    return len(old)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the brakes see at a moment, the same for every text."""

    limits: Limits
    spent: Spent
    closed: dict[Purpose, Held]


def sight(node: Node, now_s: float) -> Sight:
    """What the brakes see now."""
    limits, spent = limits_of(node), _spent(node, now_s)
    return Sight(limits, spent, gateway.closed(node.traffic, spent, limits, now_s))


def put_off(node: Node, row: outbox.Row, now_s: float) -> str:
    """Why a text waits whoever it is for, a few words; "" when it need not."""
    wait_s = _retry_at_s(node, row) - now_s
    if wait_s > 0:
        return f"dicoba lagi dalam {words.lasting(int(wait_s))}"
    return NIGHT if silent_now(node, row.purpose, now_s, urgent=row.urgent) else ""


def holding(
    node: Node, row: outbox.Row, text: radio.Outgoing, seen: Sight, now_s: float
) -> Held | None:
    """Which brake holds a text now; asking changes nothing."""
    asked = Asked(text.to, row.purpose, row.parts, _emergency(node, text))
    return gateway.held(asked, node.traffic, seen.spent, seen.limits, now_s)


def limits_of(node: Node) -> Limits:
    """What the brakes go by, from the settings."""
    said = node.settings.answers
    own = frozenset(filter(None, map(parse_phone, node.settings.modem.numbers)))
    return Limits(
        Pace(
            said.per_sender_hour,
            said.per_sender_day,
            said.per_sender_urgent,
            said.per_sender_unclear,
        ),
        Budget(said.per_hour, said.per_day, said.reserved, said.reserved_alarms),
        own,
    )


def delivered(node: Node, report: StatusReport, row_id: int, stamp: Stamp) -> None:
    """A delivery report: the text that it names has arrived, or will not.

    Args:
        node: the node.
        report: what the network says.
        row_id: the inbox row that it stands in.
        stamp: the moment.
    """
    ends = {"delivered": State.DELIVERED, "failed": State.FAILED}
    end = ends.get(report.state.value)
    found = None if end is None else _referred(node, report)
    if end is None or found is None:
        with node.database.write() as db:
            inbox.mark(db, (row_id,), inbox.State.RECEIPT)
        return
    row, text, part = found

    def also(db: sqlite3.Connection) -> None:
        inbox.mark(db, (row_id,), inbox.State.RECEIPT)
        outbox.part_delivered(db, row, part)

    with node.database.read() as db:
        others = row.parts - outbox.parts_delivered(db, row) - 1
    if end is State.FAILED or others <= 0:
        close(node, row, text, End(end), stamp, also)
    else:
        node.ledger.record(stamp, Decision(()), cause="", also=lambda: within(node, also))


def _referred(node: Node, report: StatusReport) -> tuple[outbox.Row, radio.Outgoing, int] | None:
    """The text and part that a report is about, by reference and number.

    A text of which no reference is known counts when nothing else has this one: some modem
    took it and died before it could say so.
    """
    recipient = parse_phone(report.recipient) or report.recipient
    with node.database.read() as db:
        named = outbox.referred(db, report.reference)
        nameless = [(row, 1) for row in outbox.unknown(db) if row.parts == 1]
    opened = [(row, radio.open_outgoing(node.vault, row), part) for row, part in named]
    if None not in {text for _, text, _ in opened}:
        sure = [one for one in opened if one[1] is not None and one[1].to == recipient]
        if not sure:
            opened = [(row, radio.open_outgoing(node.vault, row), part) for row, part in nameless]
    for row, text, part in opened:
        if text is not None and text.to == recipient:
            return row, text, part
    return None


def _next(
    node: Node, now_s: float, name: str
) -> tuple[outbox.Row, radio.Outgoing, Held | None] | None:
    """The first text that this modem may send or must end now, with what holds it."""
    with node.database.read() as db:
        if not outbox.anything_waits(db):
            return None
    radios, today = node.health.radios.values(), _today(node, now_s)
    seen = sight(node, now_s)
    with node.database.read() as db:
        for row in outbox.waiting(db, seen.closed):
            if put_off(node, row, now_s):
                continue
            text = radio.open_outgoing(node.vault, row)
            if text is None:
                continue
            held = holding(node, row, text, seen, now_s)
            if held is not None and held.waits:
                continue
            wanted = _wanted(row, text)
            if held or node.offers.takes(wanted, name, radios, now_s, today):
                return row, text, held
    return None


def _ended(
    node: Node, row: outbox.Row, text: radio.Outgoing, held: Held | None, now_s: float
) -> bool:
    """Whether a text has come to its end without being sent (again)."""
    if _expired(node, row, text, now_s):
        _expire(node, row, text, now_s)
    elif outbox.tried_enough(row):
        close(node, row, text, End(State.FAILED, TRIED), node.stamp(now_s))
    elif held is not None:
        withhold(node, row, text, End(State.WITHHELD, held.reason, held.brake), now_s)
    else:
        return False
    return True


def _merge(node: Node, row: outbox.Row, text: radio.Outgoing, now_s: float) -> bool:
    """Of a backlog each number gets one automatic answer, an officer one call for each report.

    True when some were ended.
    """
    aged = _age_s(node, row, text, now_s) >= gateway.BACKLOG_S
    merges = row.purpose in {Purpose.ACK, Purpose.ALARM}
    if not merges or not aged or row.id <= node.merged_to.get(row.purpose, 0):
        return False
    with node.database.read() as db:
        others = frozenset(Purpose) - {row.purpose}
        rows = [one for one in outbox.waiting(db, others) if one.state is State.QUEUED]
    opened = {
        one.id: (one, outgoing)
        for one in rows
        if (outgoing := radio.open_outgoing(node.vault, one)) is not None
    }
    node.merged_to[row.purpose] = max(opened, default=row.id)
    gone = gateway.merged(
        (one.id, f"{to.to} {_about(one, to)}", _weight(one, to)) for one, to in opened.values()
    )
    for number in sorted(gone):
        withhold(node, *opened[number], End(State.WITHHELD, MERGED, "merged"), now_s)
    return bool(gone)


def _about(row: outbox.Row, text: radio.Outgoing) -> str:
    """What a call to an officer is about: its report, or the box itself."""
    return str(row.ticket or text.text) if row.purpose is Purpose.ALARM else ""


def _weight(row: outbox.Row, text: radio.Outgoing) -> int:
    """What says more of a backlog: urgent, then a receipt, then help and answers to calls."""
    receipt = text.ticket is not None and text.name != notice_name(ReplyKey.MISCALL)
    return 2 if row.urgent else int(receipt)


def _last_words(node: Node, row: outbox.Row, text: radio.Outgoing, now_s: float) -> radio.Outgoing:
    """The last answer that a number gets today says so; in an emergency other words matter.

    Who complained about an official must not read that officers read it.
    """
    if row.purpose is not Purpose.ACK or row.urgent or text.official:
        return text
    pace, emergency = limits_of(node).pace, _emergency(node, text)
    _, limit = gateway.allowance(text.to, node.traffic, pace, emergency=emergency)
    given = node.traffic.answers(text.to, now_s, gateway.DAY_S)
    if given != limit - 1 or limit == 1:
        return text
    last = render(ReplyKey.BATAS)
    return replace(text, text=last if text.ticket is None else answer(text.ticket, last))


def _reserve(node: Node, row: outbox.Row, now_s: float) -> outbox.Row:
    """Take the credit before anything is sent: a crash in between costs a count, never money."""
    with node.database.write() as db:
        _spend(node, now_s, row.parts - len(outbox.parts_sent(db, row)))
        return outbox.move(db, row, State.RESERVED)


@dataclass(frozen=True, slots=True)
class _Try:
    """Which modem tries to send, and when."""

    name: str
    now_s: float


def _submit(
    node: Node, modem: radio.Modem, row: outbox.Row, text: radio.Outgoing, now: _Try
) -> None:
    """Hand a text over; the lock is free while the modem works at it."""
    with node.database.write() as db:
        row = outbox.move(db, row, State.SUBMITTING)
        taken = outbox.parts_sent(db, row)

    def keep(part: int, reference: int) -> None:
        with node.database.write() as db:
            outbox.keep_part(db, row, part, reference)

    try:
        sent = radio.send(modem, text, row, taken, keep)
    except HardwareError:
        with node.database.read() as db:
            unsent = row.parts - len(outbox.parts_sent(db, row))
        _settle(node, row, text, radio.Sent(State.QUEUED, unsent=unsent), now)
        raise
    _settle(node, row, text, sent, now)


def _settle(node: Node, row: outbox.Row, text: radio.Outgoing, sent: radio.Sent, now: _Try) -> None:
    """Record how a try ended, with its journal entry in the same transaction."""

    def also(db: sqlite3.Connection) -> None:
        for part, reference in sent.references:
            outbox.keep_part(db, row, part, reference)
        _spend(node, now.now_s, -sent.unsent)

    with node.database.lock:
        if sent.references or sent.state in {State.SENT, State.UNKNOWN}:
            node.traffic.speak(text.to, row.purpose, now.now_s, text.text)
        if sent.state in {State.QUEUED, State.UNKNOWN}:
            node.retry_at_s[row.id] = now.now_s + outbox.retry_delay_s(row)
        radios = node.health.radios.values()
        again = sent.state in {State.QUEUED, State.UNKNOWN}
        others = again and node.offers.refuse(row.id, now.name, radios)
        if others and sent.state is State.QUEUED:
            node.retry_at_s[row.id] = now.now_s
        close(node, row, text, End(sent.state, sent.reason), node.stamp(now.now_s), also)


def _wanted(row: outbox.Row, text: radio.Outgoing) -> Wanted:
    return Wanted(row.id, text.to, row.urgent or row.purpose is Purpose.ALARM)


def _today(node: Node, now_s: float) -> date | None:
    """The village's day, where its clock can be believed."""
    stamp = node.stamp(now_s)
    sure = stamp.trust >= Trust.SMSC
    return words.local(stamp.wall_s, node.settings.desa.zone).date() if sure else None


def _expire(node: Node, row: outbox.Row, text: radio.Outgoing, now_s: float) -> None:
    withhold(node, row, text, End(State.EXPIRED, EXPIRED), now_s)


def _spent(node: Node, now_s: float) -> Spent:
    return credit.spent(node, now_s)


def _spend(node: Node, now_s: float, parts: int) -> None:
    wall_s = node.stamp(now_s).wall_s
    with node.database.write() as db:
        outbox.spend(db, wall_s // gateway.DAY_S, wall_s // gateway.HOUR_S, parts)


def _emergency(node: Node, text: radio.Outgoing) -> bool:
    return lookup.has_emergency(node.projection.db, text.to)


def silent_now(node: Node, purpose: Purpose, now_s: float, *, urgent: bool) -> bool:
    """Whether texts of a purpose wait for the morning."""
    stamp, said = node.stamp(now_s), node.settings.answers
    local = words.local(stamp.wall_s, node.settings.desa.zone)
    hour = local.hour if stamp.trust >= Trust.SMSC else None
    night = said.night_from_h, said.night_to_h
    return gateway.silent(purpose, hour, night, urgent=urgent)


def _retry_at_s(node: Node, row: outbox.Row) -> float:
    """When a text may be tried (again)."""
    if not row.attempts:
        return 0.0
    return node.retry_at_s.get(row.id, node.started_s + outbox.retry_delay_s(row))


def _expired(node: Node, row: outbox.Row, text: radio.Outgoing, now_s: float) -> bool:
    """Whether a text is too old; a call about an emergency that nobody has taken lives longer."""
    life_s = outbox.LIFETIME_S[row.purpose]
    report = None if text.ticket is None else node.projection.report(text.ticket)
    if row.purpose is Purpose.ALARM and report is not None and report.status is Status.NEW:
        life_s = outbox.UNTAKEN_LIFETIME_S
    return _age_s(node, row, text, now_s) >= life_s


def _age_s(node: Node, row: outbox.Row, text: radio.Outgoing, now_s: float) -> float:
    """How long a text has waited; only clocks that were trusted then and now can tell.

    Without them its age is what this run has seen of it, so that a clock that is set right
    never ends a text.
    """
    seen_s = now_s - _waits_since_s(node, row, now_s)
    stamp = node.stamp(now_s)
    if text.queued_s is None or stamp.trust < radio.SURE:
        return seen_s
    return max(seen_s, float(stamp.wall_s - text.queued_s))


def _waits_since_s(node: Node, row: outbox.Row, now_s: float) -> float:
    return node.waits_since_s.setdefault(row.id, now_s)
