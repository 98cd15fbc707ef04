"""Who could still open an old copy of what was given up: an erasure is complete without them."""

from dataclasses import dataclass

from server.desa import login
from server.desa.node import Node, people_of
from server.domain import events as e
from server.domain.decide import Decision
from sync.session import Role


@dataclass(frozen=True, slots=True)
class Erasure:
    """Bodies that were given up for good.

    Attributes:
        reports: how many reports it made unreadable.
        missing: officers who have not got new keys since.
        complete_s: since when nobody was missing; None while somebody is.
    """

    number: int
    asked_s: int
    reports: int
    missing: tuple[str, ...]
    complete_s: int | None


def erasures(node: Node) -> tuple[Erasure, ...]:
    """All of them, newest first."""
    with node.database.read() as db:
        rows = db.execute(
            "select number, asked_s, reports, complete_s from erasures order by number desc"
        ).fetchall()
    return tuple(
        Erasure(number, asked_s, reports, () if complete_s else missing(node, number), complete_s)
        for number, asked_s, reports, complete_s in rows
    )


def missing(node: Node, number: int) -> tuple[str, ...]:
    """Listed officers whose keys are older than an erasure."""
    people = people_of(node)
    with node.database.read() as db:
        renewed = {one.identity: one.renewed >= number for one in login.every(db) if one.identity}
    return tuple(
        one.name
        for one in people.recipients
        if one.role is Role.OFFICER and not renewed.get(one.key, False)
    )


def tell(node: Node, now_s: float) -> int:
    """Tell the Polres who is missing whenever that has changed; gives how many were told."""
    with node.database.read() as db:
        rows = db.execute(
            "select number, asked_s, reports, told from erasures where complete_s is null"
        ).fetchall()
    count = 0
    for number, asked_s, reports, told in rows:
        names = missing(node, number)
        if told is not None and told == "\n".join(names):
            continue
        stamp = node.stamp(now_s)
        event = e.ErasureTold(number, asked_s, reports, names)
        with node.database.write() as db:
            db.execute(
                "update erasures set told = ?, complete_s = ? where number = ?",
                ("\n".join(names), None if names else stamp.wall_s, number),
            )
            node.ledger.record(stamp, Decision((event,)), cause="erasure")
        count += 1
    return count
