"""Calls: who rang, or had the operator ask for it, wants to be called."""

from collections.abc import Sequence

from server import lookup
from server.desa.gateway import history
from server.desa.node import Node
from server.desa.reading.opened import kind_of
from server.desa.reading.reactions import with_reactions
from server.desa.reading.tickets import draw
from server.domain import requests as r
from server.domain.decide import decide_call
from server.domain.report import Stamp
from sms.operator import callme
from sms.phone import SenderKind, parse_phone
from sms.tpdu import Deliver

# A number that cannot be called back by SMS is noted at most once in this time.
NOTED_EVERY_S = 3_600.0
_NOTED_NUMBERS = 1_000
_WAYS = {
    callme.Wish.CALL: r.Way.CALL_ME,
    callme.Wish.CREDIT: r.Way.CREDIT,
    callme.Wish.MISSED: r.Way.MISSED,
}


def missed_call(node: Node, number: str, now_s: float) -> None:
    """Somebody rang ("" for a hidden number): a request to be called back."""
    phone, stamp = parse_phone(number), node.stamp(now_s)
    call = r.CallArrived(phone or number, phone is not None, stamp.wall_s)
    with node.database.lock:
        if phone is None and not _note_again(node, number, now_s):
            return
        take(node, call, stamp, now_s)


def asked_by(deliver: Deliver, text: r.TextArrived) -> r.CallArrived | None:
    """The request in a service text of an operator; None for every other text.

    What a person's number says is a report, whatever its words: it may be a cry for help, and
    nobody shall have others called or answered.
    """
    if kind_of(deliver) not in {SenderKind.SHORT_CODE, SenderKind.ALPHANUMERIC}:
        return None
    found = callme.parse(text.text)
    if found is None:
        return None
    return r.CallArrived(
        found.number,
        answerable=True,
        received_s=text.received_s,
        way=_WAYS[found.wish],
        inbox_id=text.inbox_id,
    )


def take(
    node: Node, call: r.CallArrived, stamp: Stamp, now_s: float, inbox_ids: Sequence[int] = ()
) -> None:
    """Decide on a call and record it."""
    with node.database.lock:
        open_ = lookup.call_back(node.projection.db, call.sender) if call.answerable else None
        drawn = draw(node, stamp)
        decision = decide_call(call, drawn, open_)
        decision = with_reactions(node, decision, stamp)
        # Two calls may be taken in one millisecond; the drawn number tells them apart.
        rung = f"call:{stamp.boot}:{stamp.mono_ms}:{drawn}"
        cause = f"inbox:{call.inbox_id}" if call.inbox_id else rung
        node.ledger.record(stamp, decision, cause=cause, inbox_ids=inbox_ids)
        node.traffic.hear(call.sender, "", now_s, understood=False)
        history.count(node, "call", now_s)
    if decision.notices:
        node.speak_soon.set()
    if decision.events:
        node.exchange_soon.set()


def _note_again(node: Node, number: str, now_s: float) -> bool:
    """Whether a number that cannot be answered is to be noted (again): a machine may ring."""
    noted_s = node.calls_noted.get(number)
    if noted_s is not None and now_s - noted_s < NOTED_EVERY_S:
        return False
    if len(node.calls_noted) >= _NOTED_NUMBERS:
        node.calls_noted.clear()
    node.calls_noted[number] = now_s
    return True
