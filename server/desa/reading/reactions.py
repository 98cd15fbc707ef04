"""Reactions: the texts that go out because of what was decided."""

from server import lookup, words
from server.desa.node import Node
from server.domain import events as e
from server.domain.decide import Decision, sensitive
from server.domain.react import react
from server.domain.report import Report, Stamp, Status

# One number brings the officers' phones to ring this often in a day; its reports are all kept.
ALARMS_A_SENDER = 3
ALARM_WINDOW_S = 86_400


def with_reactions(node: Node, decision: Decision, stamp: Stamp, *, name: str = "") -> Decision:
    """Add the texts that follow from a decision's events; a sealed matter alarms nobody here."""
    if decision.official:
        return decision
    officers = _alarmed(node, decision, stamp)
    clock = words.clock(stamp.wall_s, node.settings.desa.zone)
    notices = list(decision.notices)
    for event in decision.events:
        report = _report_before(node, event)
        if report is not None:
            neutral = sensitive(report)
            notices += react(event, report, officers, neutral=neutral, name=name, clock=clock)
    return Decision(decision.events, tuple(notices), decision.official)


def _alarmed(node: Node, decision: Decision, stamp: Stamp) -> tuple[str, ...]:
    """Officers to alarm: nobody any more for a number that alarmed them often today already."""
    for event in decision.events:
        if isinstance(event, e.ReportReceived | e.TextCompleted):
            return called(node, event.sender, stamp)
    return lookup.officer_numbers(node.projection.db)


def called(node: Node, sender: str, stamp: Stamp) -> tuple[str, ...]:
    """Numbers of the officers whom an emergency of this sender rings now."""
    since_s = stamp.wall_s - ALARM_WINDOW_S
    if lookup.urgent_since(node.projection.db, sender, since_s) >= ALARMS_A_SENDER:
        return ()
    return lookup.officer_numbers(node.projection.db)


def _report_before(node: Node, event: e.DesaEvent) -> Report | None:
    if isinstance(event, e.ReportReceived):
        return Report(event.ticket, Status.NEW, event.urgency, sender=event.sender)
    ticket = getattr(event, "ticket", None)
    return None if ticket is None else node.projection.report(ticket)
