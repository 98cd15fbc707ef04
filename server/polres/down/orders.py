"""What people at the Polres order: states, answers, keys, revocation."""

from dataclasses import dataclass
from typing import Final

from server.card import node_number
from server.domain import events as e
from server.domain.errors import Reason, Refused
from server.domain.report import TRANSITIONS, Move, Report
from server.polres.district import District
from server.polres.down import downlog
from server.polres.errors import DesaClosed, UnknownDesa
from server.polres.rules.returns import GRANT_S
from server.polres.store import nodes, parcels, reports
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from sync.chain import LogId
from sync.entry import Log

ORDER_S: Final = 48 * 3_600
ANSWER_CHARS_MAX: Final = 140
NOTE_CHARS_MAX: Final = 500
ORDER_CARRIED_S: Final = 30 * 24 * 3_600
"""How long an order is valid for a desa that was last heard by a file that people carry."""
_ORDERED: Final = (Move.TAKE, Move.FORWARD, Move.CLOSE)


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that stands in our log; it goes down in the desa's next exchange."""

    instance: int
    seq: int


def order_status(
    district: District, code: str, ticket: str, move: Move, note: str, *, by: str, now_s: int
) -> Placed | Refused:
    """Order the desa to take, forward or close a report; valid for 48 hours, or 30 days by file.

    `note` says for FORWARD to whom, for CLOSE the result.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
    """
    note = " ".join(note.split())
    if move is not Move.TAKE and not note:
        return Refused(Reason.EMPTY_TEXT)
    if len(note) > NOTE_CHARS_MAX:
        return Refused(Reason.TEXT_TOO_LONG)
    with district.write() as connection:
        node = known(connection, code)
        report = _actionable(connection, node, ticket)
        if isinstance(report, Refused):
            return report
        if move not in _ORDERED or (report.status, move) not in TRANSITIONS:
            return Refused(Reason.WRONG_STATE)
        event = e.StatusOrdered(ticket, move.value, by, note, now_s + _lasts_s(connection, node))
        return Placed(*downlog.append(connection, district, node, event, now_s))


def order_answer(
    district: District, code: str, ticket: str, text: str, *, by: str, now_s: int
) -> Placed | Refused:
    """Order the desa to send this answer to the villager; valid for 48 hours, or 30 days by file.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
    """
    text = " ".join(text.split())
    if not text:
        return Refused(Reason.EMPTY_TEXT)
    if len(text) > ANSWER_CHARS_MAX:
        return Refused(Reason.TEXT_TOO_LONG)
    with district.write() as connection:
        node = known(connection, code)
        report = _actionable(connection, node, ticket)
        if isinstance(report, Refused):
            return report
        event = e.AnswerOrdered(ticket, by, text, now_s + _lasts_s(connection, node))
        return Placed(*downlog.append(connection, district, node, event, now_s))


def grant_keys(district: District, code: str, by: str, now_s: int) -> None:
    """A person allows one return of keys to a desa within the next 30 minutes.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
        DesaClosed: its box was reported stolen.
    """
    with district.write() as connection:
        node = known(connection, code)
        if node.revoked_s is not None:
            raise DesaClosed
        nodes.change(connection, node.node, grant_until_s=now_s + GRANT_S, grant_by=by)


def revoke(district: District, code: str, now_s: int) -> None:
    """A desa's box was reported stolen: no keys and no orders from here on, entries are flagged.

    A new card for the desa ends it.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
    """
    with district.write() as connection:
        node = known(connection, code)
        if node.revoked_s is None:
            head = PolresStore(connection).head(LogId(node.node, Log.UP, node.instance))
            nodes.change(connection, node.node, revoked_s=now_s, flagged_from=head.seq + 1)


def _lasts_s(connection: Connection, node: Node) -> int:
    newest = parcels.get(connection, node.node)
    carried = newest is not None and newest.taken_s >= (node.last_contact_s or 0)
    return ORDER_CARRIED_S if carried else ORDER_S


def known(connection: Connection, code: str) -> Node:
    """The desa of a code.

    Raises:
        UnknownDesa: it holds no card.
        BadDesaCode: not a desa's code.
    """
    node = nodes.get(connection, node_number(code))
    if node is None:
        raise UnknownDesa
    return node


def _actionable(connection: Connection, node: Node, ticket: str) -> Report | Refused:
    kept = reports.find(connection, node.node, ticket)
    if kept is None:
        return Refused(Reason.UNKNOWN_TICKET)
    if kept.report.sealed:
        return Refused(Reason.SEALED)
    return Refused(Reason.LOCKED) if kept.report.locked else kept.report
