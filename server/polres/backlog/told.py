"""The backlog of each desa as pages and commands tell it."""

from dataclasses import dataclass
from typing import Final

from server.domain.backlog import Progress, catch_up
from server.polres.backlog.hearing import AIR, FILE, HTTPS
from server.polres.store import roads
from server.polres.store.engine import Connection
from server.polres.store.nodes import Node

LABELS: Final = {HTTPS: "Internet", FILE: "Berkas yang dibawa", AIR: "SMS udara"}
"""What people call each road."""


@dataclass(frozen=True, slots=True)
class RoadLine:
    """A road that a desa was heard over.

    Attributes:
        name: a word of the code.
        last_s: seconds since 1970.
        up, down: octets of this month from the desa and to it, without what carries them.
    """

    name: str
    label: str
    last_s: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Lag:
    """What a desa announced and that has not come.

    Attributes:
        since_s: when that was first known, seconds since 1970; None where nothing is missing.
        progress: of a long catch-up that has begun.
        roads: those the desa was heard over, the latest first.
    """

    since_s: int | None = None
    progress: Progress | None = None
    roads: tuple[RoadLine, ...] = ()


NOTHING: Final = Lag()


class Lags:
    """The backlogs of all desas, read at once.

    Args:
        connection: to read from.
        month: of which the octets are told.
    """

    def __init__(self, connection: Connection, month: int) -> None:
        self._roads = roads.every(connection, month)
        self._lags = roads.lags(connection)

    def of(self, node: Node, held: int) -> Lag:
        """The backlog of a desa of which entries up to `held` are here."""
        found = self._lags.get(node.node)
        lines = tuple(
            RoadLine(row.road, LABELS.get(row.road, row.road), row.last_s, row.up, row.down)
            for row in self._roads.get(node.node, ())
        )
        if found is None or node.announced_seq <= held:
            return Lag(roads=lines)
        return Lag(found.since_s, catch_up(found.base_seq, held, node.announced_seq), lines)
