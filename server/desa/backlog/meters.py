"""What each road carried in each month, and when it last brought something; durable."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from server import words
from server.desa.node import Node
from server.domain.backlog import month_of
from sync.roads.meter import Metered

HTTPS: Final = "https"
FILE: Final = "file"
AIR: Final = "air"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a road carried in a month, in octets, and when it last succeeded, in UTC seconds."""

    up: int = 0
    down: int = 0
    last_s: int | None = None


def count(db: sqlite3.Connection, road: str, month: int, *, up: int = 0, down: int = 0) -> None:
    """Add octets to a month; runs inside the caller's transaction."""
    db.execute(
        "insert into road_months (road, month, up, down) values (?, ?, ?, ?) on conflict"
        " (road, month) do update set up = up + excluded.up, down = down + excluded.down",
        (road, month, up, down),
    )


def succeeded(db: sqlite3.Connection, road: str, at_s: int) -> None:
    """A road brought what it should; runs inside the caller's transaction."""
    db.execute("insert or replace into road_successes (road, at_s) values (?, ?)", (road, at_s))


def carried(db: sqlite3.Connection, road: str, month: int) -> Carried:
    """What a road carried in a month."""
    octets = db.execute(
        "select up, down from road_months where road = ? and month = ?", (road, month)
    ).fetchone()
    last = db.execute("select at_s from road_successes where road = ?", (road,)).fetchone()
    up, down = octets or (0, 0)
    return Carried(up, down, None if last is None else last[0])


def this_month(node: Node, now_s: float) -> int:
    """The month in the desa's zone."""
    return month_of(words.local(node.stamp(now_s).wall_s, node.settings.desa.zone).date())


def note_exchange(node: Node, road: str, now_s: float, *, well: bool) -> None:
    """Keep what the node's road counted since the last time; a power cut may lose the newest."""
    came = node.road.take_count() if isinstance(node.road, Metered) else (0, 0)
    if any(came) or well:
        note(node, road, now_s, up=came[0], down=came[1], well=well)


def note(
    node: Node, road: str, now_s: float, *, up: int = 0, down: int = 0, well: bool = False
) -> None:
    """Count what a road carried, and that it brought what it should."""
    with node.database.jot() as db:
        count(db, road, this_month(node, now_s), up=up, down=down)
        if well:
            succeeded(db, road, node.stamp(now_s).wall_s)
