"""The tables of the air road: counters, window, what was answered, SMS a day."""

import sqlite3

from sync.airtime.window import Window

_RESERVED, MISSES, BEAT_S = "reserved", "misses", "beat_s"


def reserve(db: sqlite3.Connection, count: int) -> int:
    """Make so many counters ours for ever; gives the first. In a transaction of its own."""
    first = value(db, _RESERVED) + 1
    put(db, _RESERVED, first + count - 1)
    return first


def admit(db: sqlite3.Connection, instance: int, counter: int) -> bool:
    """Take a counter of the Polres once; False when it came before or is too old."""
    found = db.execute(
        "select highest, seen from air_windows where instance = ?", (instance,)
    ).fetchone()
    before = Window() if found is None else Window.of(int(found[0]), bytes(found[1]))
    after = before.admit(counter)
    if after is None:
        return False
    db.execute(
        "insert or replace into air_windows (instance, highest, seen) values (?, ?, ?)",
        (instance, after.highest, after.pack()),
    )
    return True


def value(db: sqlite3.Connection, name: str) -> int:
    """A remembered number, 0 for none."""
    found = db.execute("select value from air_state where name = ?", (name,)).fetchone()
    return 0 if found is None else int(found[0])


def put(db: sqlite3.Connection, name: str, number: int) -> None:
    """Remember a number."""
    db.execute("insert or replace into air_state (name, value) values (?, ?)", (name, number))


def spend(db: sqlite3.Connection, day: int, sms: int) -> None:
    """Count SMS of a day; a negative number takes back what did not go out."""
    db.execute(
        "insert into air_days (day, sms) values (?, ?)"
        " on conflict (day) do update set sms = sms + excluded.sms",
        (day, sms),
    )
    db.execute("delete from air_days where day < ?", (day - 60,))


def spent(db: sqlite3.Connection, day: int) -> int:
    """SMS of the air road on a day."""
    found = db.execute("select sms from air_days where day = ?", (day,)).fetchone()
    return 0 if found is None else int(found[0])


def went(db: sqlite3.Connection, instance: int, seq: int) -> bool:
    """An urgent report went by air (again); True for the first time."""
    first = db.execute(
        "insert or ignore into air_reports (instance, seq, tries, answered) values (?, ?, 0, 0)",
        (instance, seq),
    ).rowcount
    db.execute(
        "update air_reports set tries = tries + 1 where instance = ? and seq = ?", (instance, seq)
    )
    return bool(first)


def answered(db: sqlite3.Connection, instance: int, seq: int) -> None:
    """The Polres has a report that went by air."""
    db.execute(
        "update air_reports set answered = 1 where instance = ? and seq = ?", (instance, seq)
    )


def is_answered(db: sqlite3.Connection, instance: int, seq: int) -> bool:
    """Whether the Polres has a report by air."""
    found = db.execute(
        "select answered from air_reports where instance = ? and seq = ?", (instance, seq)
    ).fetchone()
    return found is not None and bool(found[0])


def urgent_entries(
    db: sqlite3.Connection, node: int, instance: int, after: int
) -> tuple[tuple[int, ...], int]:
    """Numbers of the urgent entries of our log after one, and the number of its last entry."""
    rows = db.execute(
        "select seq, substr(header, 38, 1) from entries"
        " where node = ? and log = 0 and instance = ? and seq > ? order by seq",
        (node, instance, after),
    ).fetchall()
    last = after if not rows else int(rows[-1][0])
    return tuple(int(seq) for seq, flags in rows if bytes(flags)[0] & 1), last


def wrap_owed(
    db: sqlite3.Connection, place: tuple[int, int], session: bytes, acked: int
) -> bytes | None:
    """The Polres' wrap of a session whose first entry lies beyond what the Polres has.

    Args:
        db: the database.
        place: node and instance of our log.
        session: its id.
        acked: number of our last entry that the Polres has.
    """
    (first,) = db.execute(
        "select min(seq) from entries where node = ? and log = 0 and instance = ?"
        " and substr(header, 14, 16) = ?",
        (*place, session),
    ).fetchone()
    if first is not None and int(first) <= acked:
        return None
    found = db.execute(
        "select box from wraps where session = ? and role = 'polres'", (session,)
    ).fetchone()
    return None if found is None else bytes(found[0])
