"""The roads to the Polres, the best first, each with its state: one line a road."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from server.desa import orders
from server.desa.backlog import meters
from server.desa.backlog.meters import AIR, FILE, HTTPS
from server.desa.node import Node
from sync.message import State


@dataclass(frozen=True, slots=True)
class RoadLine:
    """One road as people see it.

    Attributes:
        name: a word of the code, also in the tables.
        label: what people call it.
        open: whether it would carry something now.
        state: how it is, a few words.
        up, down: octets of this month.
        last_s: when it last succeeded, seconds since 1970; None for never.
    """

    name: str
    label: str
    open: bool
    state: str
    up: int = 0
    down: int = 0
    last_s: int | None = None


Tell = Callable[[Node, sqlite3.Connection, float], RoadLine]


def https(node: Node, db: sqlite3.Connection, now_s: float) -> RoadLine:
    """The internet, by whatever the box reaches it."""
    open_, state = _internet(node)
    spent = meters.carried(db, HTTPS, meters.this_month(node, now_s))
    return RoadLine(HTTPS, "Internet", open_, state, spent.up, spent.down, spent.last_s)


def _internet(node: Node) -> tuple[bool, str]:
    health = node.health
    if not node.settings.polres.url:
        return False, "alamat Polres belum diisi"
    if health.road_trouble and health.road_trouble != orders.trouble(health.sync_state):
        return False, "tidak tersambung, dicoba lagi sendiri"
    if not health.sync_state:
        return False, "belum tersambung"
    if health.sync_state not in (State.OK, State.KEYS_NEED_PERSON):
        return False, "ditahan Polres"
    return True, "tersambung"


def file(node: Node, db: sqlite3.Connection, now_s: float) -> RoadLine:
    """A file on a phone or a stick: nothing goes by itself, somebody must carry it."""
    spent = meters.carried(db, FILE, meters.this_month(node, now_s))
    state = "bila Anda membawanya"
    return RoadLine(FILE, "Berkas yang dibawa", False, state, spent.up, spent.down, spent.last_s)


def air(node: Node, db: sqlite3.Connection, now_s: float) -> RoadLine:
    """Sealed SMS: never what waits as a whole."""
    spent = meters.carried(db, AIR, meters.this_month(node, now_s))
    state = "hanya yang darurat" if node.settings.air.number else "nomor Polres belum diisi"
    return RoadLine(AIR, "SMS udara", False, state, spent.up, spent.down, spent.last_s)


ROADS: Final[tuple[Tell, ...]] = (https, file, air)
"""The best first: what waits goes by the first that is open."""


def lines(node: Node, db: sqlite3.Connection, now_s: float) -> tuple[RoadLine, ...]:
    """Every road as it is now."""
    return tuple(tell(node, db, now_s) for tell in ROADS)


def next_road(roads: tuple[RoadLine, ...]) -> RoadLine | None:
    """By which road what waits will go; None while none is open."""
    return next((road for road in roads if road.open), None)
