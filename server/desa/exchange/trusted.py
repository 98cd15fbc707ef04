"""Whom the node's road may end at, as the card says and as later signed keys say."""

from server.desa.node import Node
from sync import peers
from sync.roads.http import Road, SecureRoad
from sync.roads.pin import Pin
from sync.roads.tls import Trust


def pinned(node: Node, road: Road) -> Road:
    """The road, told whom it may speak with over TLS."""
    if isinstance(road, SecureRoad):
        road.trust(_trust(node))
    return road


def _trust(node: Node) -> Trust:
    if node.trust is None:
        card = node.keys.card
        with node.database.read() as db:
            kept = peers.door(db)

        def keep(der: bytes) -> None:
            with node.database.write() as db:
                peers.keep_door(db, der)

        pin = Pin.unpack(card.door) if card.door else Pin()
        node.trust = Trust(card.root, pin, kept, keep)
    return node.trust
