"""The last heartbeat of a desa's box, as people read it."""

from dataclasses import dataclass

from server.polres.store import air
from server.polres.store.engine import Connection
from server.polres.store.nodes import Node
from sync.airtime.words import Beat
from sync.errors import MalformedFrame


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a box told of itself by SMS.

    Attributes:
        beat_s: when it came, seconds since 1970 (UTC).
        backlog: entries that wait for a road to the Polres.
        waiting: texts that wait to go out.
        credit_rp: None for unknown.
        up_s: how long the box was on.
        starts: how often it was started.
        locked: it holds reports that nobody can open there.
    """

    beat_s: int
    backlog: int
    waiting: int
    credit_rp: int | None
    up_s: int
    starts: int
    signal_percent: int | None
    locked: bool


def heartbeat(connection: Connection, node: Node) -> Heartbeat | None:
    """The last one of the desa's box that is there now; None before the first."""
    row = air.get(connection, node.node, node.instance)
    if row.beat is None or row.beat_s is None:
        return None
    try:
        beat = Beat.unpack(row.beat)
    except MalformedFrame:
        return None
    return Heartbeat(
        beat_s=row.beat_s,
        backlog=beat.backlog,
        waiting=beat.waiting,
        credit_rp=None if beat.credit_rp < 0 else beat.credit_rp,
        up_s=beat.up_min * 60,
        starts=beat.starts,
        signal_percent=beat.signal_percent,
        locked=beat.locked,
    )
