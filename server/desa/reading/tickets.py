"""Drawing the number of a new report."""

from server import lookup
from server.desa.node import Node
from server.domain import ticket
from server.domain.report import Stamp

TICKET_WINDOW_DAYS = 365


def draw(node: Node, stamp: Stamp) -> str:
    """A ticket that no report of the last twelve months carries, of this box or one before it."""
    since_s = stamp.wall_s - TICKET_WINDOW_DAYS * 86_400
    taken = lookup.tickets_since(node.projection.db, since_s)
    instance = node.ledger.log_id.instance
    return ticket.draw(taken, lambda bound: _below(node, bound), instance)


def _below(node: Node, bound: int) -> int:
    """A random number below `bound`, without bias worth naming (64 random bits)."""
    return int.from_bytes(node.random(8), "big") % bound
