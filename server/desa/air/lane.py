"""The lane of the air road beside the outbox: one message at a time, within brakes and budget."""

import logging
from typing import Final

from hardware.errors import HardwareError, SendRefused, SendUnknown
from server import radio
from server.air import carrier
from server.air.carrier import Form
from server.desa import orders
from server.desa.air import books, jobs
from server.desa.air.jobs import Job
from server.desa.backlog import meters
from server.desa.backlog.meters import AIR
from server.desa.gateway import speaking
from server.desa.node import Node
from server.domain import events as e
from server.domain.decide import Decision
from sms import gateway, outbox
from sms.gateway import Asked
from sms.outbox import Purpose
from sync import peers
from sync.airtime import sealed
from sync.airtime.head import Head
from sync.airtime.window import Counter

log = logging.getLogger(__name__)
RETRY_S: Final = 30.0
HELD_S: Final = 60.0
KEPT_FOR_REPORTS: Final = 10


def speak(node: Node, modem: radio.Modem, now_s: float, *, urgent: bool) -> bool:
    """Send what is due by air; False when nothing is, or brakes hold it.

    Args:
        node: the node.
        modem: the modem.
        now_s: the monotonic clock.
        urgent: only what goes before other texts; else only what goes after them.

    Raises:
        HardwareError: the modem is gone before it took the message, which is tried again.
    """
    if not node.settings.air.number:
        return False
    with node.database.lock:
        _look_through(node, now_s)
        if node.air.in_hand or not _enrolled(node):
            return False
        find = jobs.urgent_job if urgent else jobs.other_job
        job = find(node, now_s)
        if job is None or (urgent and _alarm_first(node, now_s)) or not _may(node, job, now_s):
            return False
        node.air.in_hand = True
    try:
        _send(node, modem, job, now_s)
    finally:
        node.air.in_hand = False
    return True


def _look_through(node: Node, now_s: float) -> None:
    """Keys came by air: what they open is read."""
    if node.air.learned:
        count, node.air.learned = node.air.learned, 0
        orders.unlocked(node, "Polres lewat SMS udara", count, now_s)


def _enrolled(node: Node) -> bool:
    if not node.air.enrolled:
        with node.database.read() as db:
            node.air.enrolled = peers.certificate(db, node.keys.pinned) is not None
    return node.air.enrolled


def _alarm_first(node: Node, now_s: float) -> bool:
    """Whether a call to an officer nearby waits only for its turn."""
    seen = None
    with node.database.read() as db:
        for row in outbox.waiting(db, frozenset(Purpose) - {Purpose.ALARM}):
            if row.attempts or speaking.put_off(node, row, now_s):
                continue
            text = radio.open_outgoing(node.vault, row)
            seen = seen or speaking.sight(node, now_s)
            if text is not None and speaking.holding(node, row, text, seen, now_s) is None:
                return True
    return False


def _may(node: Node, job: Job, now_s: float) -> bool:
    """Whether day's budget and brakes let a job go; if not, it is looked at again after a while."""
    seen, said = speaking.sight(node, now_s), node.settings.air
    purpose = Purpose.ALARM if job.urgent else Purpose.BROADCAST
    asked = Asked(said.number, purpose, len(job.sms))
    held = gateway.held(asked, node.traffic, seen.spent, seen.limits, now_s)
    kept = 0 if job.urgent else min(KEPT_FOR_REPORTS, said.per_day // 2)
    with node.database.read() as db:
        spent = books.spent(db, _day(node, now_s))
    if held is None and spent + len(job.sms) <= said.per_day - kept:
        return True
    _later(node, job, now_s + HELD_S)
    return False


def _later(node: Node, job: Job, due_s: float) -> None:
    if job.attempt is not None:
        job.attempt.due_s = due_s
    else:
        node.air.beat_due_s = due_s


def _send(node: Node, modem: radio.Modem, job: Job, now_s: float) -> None:
    form = _form(node, job)
    keys, counter = jobs.pair_keys(node), 0
    for kind, body in job.sms:
        counter = _count(node)
        head = Head(kind, node.ledger.log_id.node, counter)
        octets = sealed.seal_air(keys.up, head, body(head))
        _spend(node, now_s, 1)
        meters.note(node, AIR, now_s, up=len(octets))
        try:
            modem.send(*carrier.submit(node.settings.air.number, octets, form))
        except SendUnknown:
            log.info("air message uncertain", extra={"kind": job.kind.name})
        except HardwareError as error:
            _spend(node, now_s, -1)
            _later(node, job, now_s + RETRY_S)
            if isinstance(error, SendRefused):
                log.info("air message refused", extra={"kind": job.kind.name})
                return
            raise
    log.info("air message sent", extra={"kind": job.kind.name, "sms": len(job.sms)})
    with node.database.lock:
        _settle(node, job, form, counter, now_s)


def _settle(node: Node, job: Job, form: Form, counter: int, now_s: float) -> None:
    """Remember what went; a report and a request for keys stand in the journal."""
    attempt, air = job.attempt, node.air
    stamp = node.stamp(now_s)
    if attempt is None:
        air.beat_s = now_s
        with node.database.write() as db:
            books.put(db, books.BEAT_S, stamp.wall_s)
        return
    first = not attempt.tries
    with node.database.write() as db:
        if not first and attempt.form is Form.OCTETS:
            books.put(db, books.MISSES, books.value(db, books.MISSES) + 1)
        if job.about:
            first = books.went(db, node.ledger.log_id.instance, job.about)
        if first:
            said = e.SpokeByAir(job.kind.name.lower(), job.ticket, len(job.sms))
            node.ledger.record(stamp, Decision((said,)), cause=f"air:{counter}")
    attempt.went(form, now_s)
    air.answered_by[counter] = form


def _form(node: Node, job: Job) -> Form:
    said = node.settings.air
    if said.form != "auto":
        return Form(said.form)
    with node.database.read() as db:
        misses = books.value(db, books.MISSES)
    attempt = job.attempt
    # The one that is about to go again says as well that nobody answered it.
    missed = attempt is not None and attempt.tries > 0 and attempt.form is Form.OCTETS
    return Form.TEXT if misses + missed >= said.text_after else Form.OCTETS


def _count(node: Node) -> int:
    if node.air.counter is None:
        node.air.counter = Counter(lambda count: _reserve(node, count))
    return node.air.counter.take()


def _reserve(node: Node, count: int) -> int:
    with node.database.write() as db:
        return books.reserve(db, count)


def _spend(node: Node, now_s: float, sms: int) -> None:
    """Count SMS for the air and for the credit that all texts share."""
    wall_s = node.stamp(now_s).wall_s
    with node.database.write() as db:
        outbox.spend(db, wall_s // gateway.DAY_S, wall_s // gateway.HOUR_S, sms)
        books.spend(db, _day(node, now_s), sms)


def _day(node: Node, now_s: float) -> int:
    return node.stamp(now_s).wall_s // gateway.DAY_S
