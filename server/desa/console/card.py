"""What the box's storage card says of itself: whether it failed, now or in the last weeks."""

import sqlite3
from typing import Final

from server.desa.node import Node

FAILING: Final = (
    "Kartu penyimpanan kotak gagal menyimpan. SMS ditahan di modem dan jaringan sampai kartu "
    "bisa lagi; siapkan kartu baru dan cadangan terakhir."
)
FAILED: Final = (
    "Kartu penyimpanan kotak pernah gagal menyimpan dan dapat mati kapan saja; "
    "buat cadangan sekarang, lalu ganti kartu."
)
WARNED_DAYS: Final = 30
_DAY_S: Final = 86_400
COUNTER: Final = "card_failed_day"


def tend(node: Node, now_s: float) -> None:
    """Remember a failure over a stop: a card that failed once has earned no trust."""
    if not node.database.failures:
        return
    day = node.stamp(now_s).wall_s // _DAY_S
    with node.database.write() as db:
        if _failed_day(db) != day:
            db.execute(
                "insert or replace into counters (name, value) values (?, ?)", (COUNTER, day)
            )


def trouble(node: Node, now_s: float) -> str:
    """What people must do about the card, "" for nothing."""
    if node.database.failing:
        return FAILING
    if node.database.failures:
        return FAILED
    with node.database.read() as db:
        day = _failed_day(db)
    ago = None if day is None else node.stamp(now_s).wall_s // _DAY_S - day
    return FAILED if ago is not None and ago < WARNED_DAYS else ""


def _failed_day(db: sqlite3.Connection) -> int | None:
    found = db.execute("select value from counters where name = ?", (COUNTER,)).fetchone()
    return None if found is None else int(found[0])
