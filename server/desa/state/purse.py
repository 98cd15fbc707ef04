"""What is kept of each SIM's credit: the last answer, a balance a day, what was warned of."""

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from typing import Final

HISTORY_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Purse:
    """A SIM's credit as it was told last; None is unknown.

    Attributes:
        told_s: when, seconds since 1970 (UTC).
        sure: the network told it by USSD; an SMS may be anybody's.
        told_day: day since 1970 on which it was told.
        spent_that_day: parts that had gone out on that day until then.
        asked_s: the last question, seconds since 1970 (UTC).
        why: why that brought nothing, Indonesian; "" when it did.
    """

    balance_rp: int | None = None
    valid_until: date | None = None
    told_s: int | None = None
    sure: bool = False
    told_day: int = 0
    spent_that_day: int = 0
    asked_s: int | None = None
    why: str = ""


@dataclass(slots=True)
class Asking:
    """A purse in RAM, with when its SIM was asked.

    Attributes:
        asked_at: monotonic seconds of the questions of the last day.
        code: how many codes have failed; the next one is taken on the next occasion.
        soon: an operator wrote about credit.
        looked_s: monotonic seconds of the last look at whether something is due.
    """

    purse: Purse
    asked_at: list[float] = field(default_factory=list)
    code: int = 0
    soon: bool = False
    looked_s: float | None = None


def read(db: sqlite3.Connection, sim: str) -> Purse:
    """What is kept of a SIM; all unknown for a new one."""
    row = db.execute(
        "select balance_rp, valid_until, told_s, sure, told_day, spent_that_day, asked_s, why"
        " from credit where sim = ?",
        (sim,),
    ).fetchone()
    if row is None:
        return Purse()
    balance_rp, until, told_s, sure, told_day, spent, asked_s, why = row
    valid_until = None if until is None else date.fromisoformat(until)
    return Purse(balance_rp, valid_until, told_s, bool(sure), told_day, spent, asked_s, why)


def keep(db: sqlite3.Connection, sim: str, purse: Purse) -> None:
    """Keep what a SIM told."""
    until = None if purse.valid_until is None else purse.valid_until.isoformat()
    db.execute(
        "insert or replace into credit (sim, balance_rp, valid_until, told_s, sure, told_day,"
        " spent_that_day, asked_s, why) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            sim,
            purse.balance_rp,
            until,
            purse.told_s,
            int(purse.sure),
            purse.told_day,
            purse.spent_that_day,
            purse.asked_s,
            purse.why,
        ),
    )


def note_day(db: sqlite3.Connection, sim: str, day: int, balance_rp: int) -> None:
    """Keep the last balance of a day, for 90 days; days since 1970."""
    db.execute(
        "insert or replace into credit_days (sim, day, balance_rp) values (?, ?, ?)",
        (sim, day, balance_rp),
    )
    db.execute("delete from credit_days where day <= ?", (day - HISTORY_DAYS,))


def history(db: sqlite3.Connection, sim: str) -> tuple[tuple[int, int], ...]:
    """(day since 1970, rupiah) of the last 90 days on which a balance was told, oldest first."""
    rows = db.execute("select day, balance_rp from credit_days where sim = ? order by day", (sim,))
    return tuple((int(day), int(rupiah)) for day, rupiah in rows)


def warned(db: sqlite3.Connection, sim: str) -> frozenset[str]:
    """Keys of the warnings that people have had of a SIM as it stands."""
    rows = db.execute("select warning from credit_warned where sim = ?", (sim,))
    return frozenset(str(key) for (key,) in rows)


def keep_warned(db: sqlite3.Connection, sim: str, keys: frozenset[str]) -> None:
    """People have had these warnings, and no others that still hold."""
    db.execute("delete from credit_warned where sim = ?", (sim,))
    db.executemany(
        "insert into credit_warned (sim, warning) values (?, ?)", ((sim, key) for key in keys)
    )
