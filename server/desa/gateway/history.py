"""The history of the gateway on the card: hours of texts, calls and signal for 30 days."""

import sqlite3
from typing import Final

from server.desa.node import Node
from server.desa.state.radio import ModemMood
from server.desa.state.samples import HOUR_S, Counts, Hour, Kind, Strength, surge
from server.domain.report import Trust

KEPT_HOURS: Final = 30 * 24
ONLY: Final = "modem"
"""Name of the modem of a box that does not tell its modems apart."""
WRITE_EVERY_S: Final = 600.0
"""SD cards wear: one commit for all that was counted meanwhile."""


def count(node: Node, kind: Kind, now_s: float, times: int = 1) -> None:
    """Count texts that came, went out or were withheld, and calls; in RAM until `flush`."""
    with node.database.lock:
        node.samples.count(kind, _hour(node, now_s), now_s, times)


def note_signal(node: Node, name: str, percent: int | None, now_s: float) -> None:
    """Note the signal of a modem, 0..100; what is unknown is not noted."""
    if percent is not None:
        with node.database.lock:
            node.samples.sample(name, percent, _hour(node, now_s))


def note_signals(node: Node, now_s: float) -> None:
    """Note the signal of every modem that answers, as it was last seen."""
    with node.database.lock:
        health = node.health
        seen = [(radio.name, radio.mood, radio.signal_percent) for radio in health.radios.values()]
        for name, mood, percent in seen or [(ONLY, health.modem, health.signal_percent)]:
            if mood in {ModemMood.GOOD, ModemMood.SEARCHING}:
                note_signal(node, name, percent, now_s)


def flush(node: Node, now_s: float, *, stop: bool = False) -> bool:
    """Bring what was counted to the card, at most every ten minutes, and at a stop."""
    kept = node.samples
    with node.database.lock:
        if kept.written_s is None:
            kept.written_s = node.started_s
        if not (stop or now_s - kept.written_s >= WRITE_EVERY_S):
            return False
        kept.written_s = now_s
        if not (kept.counts or kept.signals):
            return False
        with node.database.write() as db:
            for hour, counts in kept.counts.items():
                _add_counts(db, hour, counts)
            for (hour, name), strength in kept.signals.items():
                _add_signal(db, hour, name, strength)
            # A clock that merely believes the year must not throw a true history away.
            if node.stamp(now_s).trust >= Trust.SMSC:
                oldest = _hour(node, now_s) - KEPT_HOURS
                db.execute("delete from traffic_hours where hour <= ?", (oldest,))
                db.execute("delete from signal_hours where hour <= ?", (oldest,))
        kept.counts.clear()
        kept.signals.clear()
    return True


def hours(node: Node, now_s: float, span: int = KEPT_HOURS) -> tuple[Hour, ...]:
    """Hours of the last `span` in which something was noted, oldest first."""
    with node.database.lock:
        newest = _hour(node, now_s)
        counts = _counts(node, newest - span, newest)
        signals = _signals(node, newest - span, newest)
    return tuple(
        Hour(hour, counts.get(hour, Counts()), tuple(sorted(signals.get(hour, {}).items())))
        for hour in sorted(counts.keys() | signals.keys())
    )


def surge_now(node: Node, now_s: float) -> int:
    """Texts of the last hour where these are unusually many, else 0."""
    with node.database.lock:
        hour = _hour(node, now_s)
        kept = _counts(node, hour - 8 * 24, hour)
        # After a start the running hour on the card knows more than this run has seen.
        last_hour = max(node.samples.last_hour(now_s), kept.get(hour, Counts()).received)
    return surge(last_hour, hour, kept)


def _hour(node: Node, now_s: float) -> int:
    return node.stamp(now_s).wall_s // HOUR_S


def _counts(node: Node, after: int, newest: int) -> dict[int, Counts]:
    with node.database.read() as db:
        rows = db.execute(
            "select hour, received, sent, withheld, calls from traffic_hours"
            " where hour > ? and hour <= ?",
            (after, newest),
        )
        found = {int(hour): Counts(*counted) for hour, *counted in rows}
    for hour, counts in node.samples.counts.items():
        if after < hour <= newest:
            found[hour] = found.get(hour, Counts()).plus(counts)
    return found


def _signals(node: Node, after: int, newest: int) -> dict[int, dict[str, Strength]]:
    with node.database.read() as db:
        rows = db.execute(
            "select hour, radio, samples, total, least, most from signal_hours"
            " where hour > ? and hour <= ?",
            (after, newest),
        ).fetchall()
    stored = [((int(hour), str(name)), Strength(*taken)) for hour, name, *taken in rows]
    found: dict[int, dict[str, Strength]] = {}
    for (hour, name), strength in (*stored, *node.samples.signals.items()):
        if after < hour <= newest:
            radios = found.setdefault(hour, {})
            kept = radios.get(name)
            radios[name] = strength if kept is None else kept.plus(strength)
    return found


def _add_counts(db: sqlite3.Connection, hour: int, more: Counts) -> None:
    db.execute(
        "insert into traffic_hours (hour, received, sent, withheld, calls) values (?, ?, ?, ?, ?)"
        " on conflict (hour) do update set received = received + excluded.received,"
        " sent = sent + excluded.sent, withheld = withheld + excluded.withheld,"
        " calls = calls + excluded.calls",
        (hour, more.received, more.sent, more.withheld, more.calls),
    )


def _add_signal(db: sqlite3.Connection, hour: int, name: str, more: Strength) -> None:
    db.execute(
        "insert into signal_hours (hour, radio, samples, total, least, most)"
        " values (?, ?, ?, ?, ?, ?) on conflict (hour, radio) do update set"
        " samples = samples + excluded.samples, total = total + excluded.total,"
        " least = min(least, excluded.least), most = max(most, excluded.most)",
        (hour, name, more.samples, more.total, more.least, more.most),
    )
