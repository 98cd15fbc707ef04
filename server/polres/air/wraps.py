"""Wraps of sessions that come by SMS, since no frame of those sessions could come."""

from server.polres.district import District
from server.polres.projection import refold
from server.polres.store import air, nodes, reports
from server.polres.store.engine import Connection
from server.polres.store.nodes import Node, SessionRow
from sync.airtime.words import WrapPiece
from sync.errors import CannotOpen, MalformedFrame
from sync.session import read_wrap


def add_piece(connection: Connection, node: Node, piece: WrapPiece) -> bytes:
    """Keep a piece; gives the whole box once none is missing, nothing before."""
    # Pieces of reports go by the numbers of their entries, these by numbers below 0.
    number = -1 - int.from_bytes(piece.session[:7], "big")
    place = (node.node, node.instance, number)
    return b"".join(air.add_part(connection, place, piece.total, piece.number, piece.octets))


def learn(connection: Connection, district: District, node: Node, box: bytes, now_s: int) -> bool:
    """Keep the keys of a session; False where they are known or the box is none for us.

    A session that is told of by SMS holds something that is owed.
    """
    try:
        _, content = district.keys.open_box(box)
        keys, started_s = read_wrap(content)
    except (CannotOpen, MalformedFrame):
        return False
    if keys.session is None:
        return False
    hidden = district.keys.hide("session", node.node, content)
    row = SessionRow(node.node, keys.id, hidden, started_s, now_s)
    if not nodes.add_session(connection, row):
        return False
    nodes.touch_session(connection, node.node, keys.id, now_s)
    if reports.has_locked(connection, node.node):
        refold(connection, district.keys, node)
    return True
