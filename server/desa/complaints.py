"""Complaints about officials: what the village may still do for who wrote one, unread."""

from dataclasses import replace

from server import lookup
from server.desa.node import Node
from server.domain import codec
from server.domain import events as e
from server.domain import requests as r
from server.domain.reading.labels import Urgency
from server.domain.reading.lexicon import OFFICIALS
from server.domain.report import Report, Status
from sms.commands import grammar
from sync.errors import SyncError


def accuses_office(text: str) -> bool:
    """Whether a word for an official and one for a misdeed stand in a text, read plainly."""
    plain = text.casefold()
    return any(word in plain for word in OFFICIALS["pejabat"]) and any(
        deed in plain for name in ("perbuatan", "suap", "diderita") for deed in OFFICIALS[name]
    )


def written_by(node: Node, sender: str, ticket: str | None) -> Report | None:
    """A number's newest complaint, or the one of a ticket; only the run that wrote it can tell."""
    for report in lookup.sealed(node.projection.db):
        if ticket in (None, report.ticket) and _writer(node, report) == sender:
            return replace(report, sender=sender)
    return None


def must_wait(node: Node, text: r.TextArrived) -> bool:
    """Whether an addition waits until its report is open: it may belong to a complaint.

    Nobody takes a complaint, so what is taken is none; and an emergency waits for nothing.
    """
    command = grammar.parse(text.text)
    if not isinstance(command, grammar.Add) or command.ticket is None:
        return False
    report = node.projection.report(command.ticket)
    if report is None or not report.locked or report.status is not Status.NEW:
        return False
    return text.answerable and text.reading.urgency is not Urgency.DARURAT


def _writer(node: Node, report: Report) -> str | None:
    entry = node.ledger.entry_at(report.seq)
    if entry is None:
        return None
    try:
        _, event = codec.decode(node.vault.open_entry(entry, unit=True))
    except SyncError:
        return None
    return event.sender if isinstance(event, e.ReportReceived) else None
