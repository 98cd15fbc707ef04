"""The outbox as an officer may see it: each text with its state and the reason for it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Final

from server import lookup, radio
from server.desa.desk import OutboxLine
from server.desa.gateway import speaking
from server.desa.gateway.speaking import Sight
from server.desa.node import Node
from server.desa.state.radio import ModemMood
from sms import outbox
from sms.outbox import Listed, State
from sync.entry import day_date, ticket_text

LINES_MAX: Final = 200
LOCKED: Final = "terkunci sejak kotak menyala ulang"
IN_HAND: Final = "sedang dikirim"
TURN: Final = "menunggu giliran"
NO_MODEM: Final = "modem belum siap"
_WAITS: Final = frozenset({State.QUEUED, State.UNKNOWN})
_IN_HAND: Final = frozenset({State.RESERVED, State.SUBMITTING})


def lines(node: Node, states: Collection[State], now_s: float) -> tuple[OutboxLine, ...]:
    """The newest texts in one of these states (none: in any), newest first."""
    with node.database.lock:
        with node.database.read() as db:
            found = outbox.listing(db, states, LINES_MAX)
        seen = speaking.sight(node, now_s)
        officers = {number: name for name, _, number in lookup.contacts(node.projection.db)}
        return tuple(_line(node, one, seen, officers, now_s) for one in found)


def waiting_reasons(node: Node, now_s: float) -> Counter[str]:
    """Why texts wait at this moment, with counts."""
    closed = speaking.sight(node, now_s).closed
    with node.database.read() as db:
        waiting = outbox.waiting_by_purpose(db)
    reasons: Counter[str] = Counter()
    for purpose, count in waiting.items():
        if purpose in closed:
            reasons[closed[purpose].reason] += count
        elif speaking.silent_now(node, purpose, now_s, urgent=False):
            reasons[speaking.NIGHT] += count
    return reasons


def _line(
    node: Node, one: Listed, seen: Sight, officers: dict[str, str], now_s: float
) -> OutboxLine:
    row, ticket = one.row, ticket_text(one.row.ticket)
    text = radio.open_outgoing(node.vault, row)
    report = None if ticket is None else node.projection.report(ticket)
    # Whoever reads when a complaint was answered, or to which number, may find who wrote it.
    if (text is not None and text.official) or (report is not None and report.sealed):
        return OutboxLine(row.id, row.state, row.purpose, official=True)
    line = OutboxLine(
        number=row.id,
        state=row.state,
        purpose=row.purpose,
        ticket=ticket,
        reason=why(node, one, text, seen, now_s),
        day=_midnight_s(one.day),
        sent_s=node.came_s.get((row.id, State.SENT)),
        arrived_s=node.came_s.get((row.id, State.DELIVERED)),
    )
    if text is None:
        return line
    return replace(
        line,
        name=text.name.partition(":")[0],
        to=text.to,
        who=officers.get(text.to, ""),
        text=text.text,
        written_s=text.queued_s,
    )


def why(node: Node, one: Listed, text: radio.Outgoing | None, seen: Sight, now_s: float) -> str:
    """Why a text waits at this moment, or why it did not go out; "" for one that did.

    Waiting is nowhere written down: it is asked of the same brakes that sending asks.
    """
    row = one.row
    if row.state in _IN_HAND:
        return IN_HAND
    if row.state not in _WAITS:
        return one.reason
    if row.purpose in seen.closed:
        return seen.closed[row.purpose].reason
    if later := speaking.put_off(node, row, now_s):
        return later
    if text is None:
        return LOCKED
    held = speaking.holding(node, row, text, seen, now_s)
    if held is not None:
        return held.reason
    return TURN if node.health.modem is ModemMood.GOOD else NO_MODEM


def _midnight_s(day: int) -> int:
    date = day_date(day)
    return 0 if date is None else int(datetime.combine(date, time(), UTC).timestamp())
