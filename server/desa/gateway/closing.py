"""The end of an outgoing text, or of one try: its next state, with the journal entry of that."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from server import radio
from server.desa.node import Node
from server.domain import events as e
from server.domain.decide import Decision
from server.domain.report import Stamp
from sms import outbox
from sms.outbox import State


@dataclass(frozen=True, slots=True)
class End:
    """Where a text goes, why, and which brake sent it there."""

    state: State
    reason: str | None = None
    brake: str = ""

    @property
    def word(self) -> str:
        """The outcome as it is journalled; "" for a state that is none."""
        if self.state in {State.QUEUED, State.UNKNOWN}:
            return ""
        return ":".join(filter(None, (self.state, self.brake)))


def withhold(node: Node, row: outbox.Row, text: radio.Outgoing, end: End, now_s: float) -> None:
    """End a text unsent; one that may have gone out already has failed instead."""
    if row.state is State.UNKNOWN:
        end = End(State.FAILED, end.reason)
    close(node, row, text, end, node.stamp(now_s))


def close(
    node: Node,
    row: outbox.Row,
    text: radio.Outgoing,
    end: End,
    stamp: Stamp,
    also: Callable[[sqlite3.Connection], None] | None = None,
) -> None:
    """Move a text and journal it at once.

    What did not go out is journalled also where it was an alarm or concerned no report: a
    number that is kept quiet, and an officer who was not called, must be seen.
    """

    def write(db: sqlite3.Connection) -> None:
        outbox.move(db, row, end.state, reason=end.reason)
        if also is not None:
            also(db)

    unsent = end.state in {State.WITHHELD, State.EXPIRED, State.FAILED}
    events: tuple[e.DesaEvent, ...] = ()
    if end.word and (unsent or (text.ticket is not None and text.name != "alarm")):
        events = (e.MessageSent(text.ticket or "", text.name, end.word),)
    decision = Decision(events, official=text.official)
    node.saw(row.id, end.state, stamp.wall_s)
    node.ledger.record(stamp, decision, cause="", also=lambda: within(node, write))


def within(node: Node, write: Callable[[sqlite3.Connection], None]) -> None:
    """More writes for the transaction that runs."""
    with node.database.write() as db:
        write(db)
