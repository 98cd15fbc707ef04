"""The box's past as figures: hours put together into columns, and the charts over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server import words
from server.desa.desk import Balance, Past
from server.desa.state.samples import HOUR_S, Counts, Hour, Strength
from server.web import charts
from server.web.charts import Bars, Steps

_FULL_PERCENT: Final = 100
_BALANCE_DAYS: Final = 90
_BALANCE_TICKS: Final = 3


class Span(StrEnum):
    """How far back the charts look, as it stands in addresses."""

    DAY = "24-jam"
    WEEK = "7-hari"
    MONTH = "30-hari"


SPANS: Final = {Span.DAY: "24 jam", Span.WEEK: "7 hari", Span.MONTH: "30 hari"}
_COLUMNS: Final = {Span.DAY: (24, 1), Span.WEEK: (28, 6), Span.MONTH: (30, 24)}
"""Columns of each span, and the hours in one."""
_TICKS: Final = {Span.DAY: 4, Span.WEEK: 7, Span.MONTH: 5}
EACH: Final = {Span.DAY: "sejam", Span.WEEK: "dalam 6 jam", Span.MONTH: "sehari"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the charts and one line of the table."""

    label: str
    counts: Counts
    signals: dict[str, Strength]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the charts and their tables show.

    Attributes:
        ticks: words under the charts, each at the left end of an equal share.
        texts: None where no text came or went.
        signals: a line for each modem that had one.
        balances: a line for each modem, with the number at its top, and the ticks under it.
    """

    span: Span
    columns: tuple[Column, ...]
    ticks: tuple[str, ...]
    texts: Bars | None
    signals: tuple[tuple[str, Steps], ...]
    balances: tuple[tuple[str, Steps, int], ...]
    balance_ticks: tuple[str, ...]


def figures(past: Past, span: Span, now_s: int, zone: str) -> Figures:
    """The figures of a span that ends now."""
    count, hours = _COLUMNS[span]
    begins = _begins(span, now_s, zone)
    columns = _columns(past.hours, begins, count, hours)
    shown = [column.counts for column in columns]
    texts = charts.bars([c.received for c in shown], [c.sent for c in shown])
    share = count // _TICKS[span]
    return Figures(
        span=span,
        columns=tuple(columns),
        ticks=tuple(
            _tick(begins + timedelta(hours=at * share * hours), span) for at in range(_TICKS[span])
        ),
        texts=texts if texts.up or texts.down else None,
        signals=tuple(_signals(columns)),
        balances=tuple(_balances(past.balances, now_s, zone)),
        balance_ticks=tuple(
            words.day_month(_days_ago(now_s, zone, _BALANCE_DAYS - 1 - day).date())
            for day in range(0, _BALANCE_DAYS, _BALANCE_DAYS // _BALANCE_TICKS)
        ),
    )


def _begins(span: Span, now_s: int, zone: str) -> datetime:
    """Where the first column begins: whole hours or whole days of the desa."""
    if span is Span.DAY:
        now = words.local(now_s, zone)
        return now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    count, hours = _COLUMNS[span]
    return _days_ago(now_s, zone, count * hours // 24 - 1)


def _days_ago(now_s: int, zone: str, days: int) -> datetime:
    today = words.local(now_s, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days)


def _columns(noted: Iterable[Hour], begins: datetime, count: int, hours: int) -> Sequence[Column]:
    first = int(begins.timestamp()) // HOUR_S
    counts = [Counts() for _ in range(count)]
    signals: list[dict[str, Strength]] = [{} for _ in range(count)]
    for hour in noted:
        at = (hour.hour - first) // hours
        if 0 <= at < count:
            counts[at] = counts[at].plus(hour.counts)
            for name, strength in hour.signals:
                known = signals[at].get(name)
                signals[at][name] = strength if known is None else known.plus(strength)
    return [
        Column(_label(begins + timedelta(hours=at * hours), hours), counts[at], signals[at])
        for at in range(count)
    ]


def _label(at: datetime, hours: int) -> str:
    """The time that a line of the table stands for."""
    day = words.day_month(at.date())
    match hours:
        case 1:
            return f"{at:%H.%M}"
        case 24:
            return day
        case _:
            return f"{day}, {at:%H}-{at + timedelta(hours=hours):%H}"


def _tick(at: datetime, span: Span) -> str:
    match span:
        case Span.DAY:
            return f"{at:%H.%M}"
        case Span.WEEK:
            return words.weekday(at.date())[:3]
        case Span.MONTH:
            return words.day_month(at.date())


def _signals(columns: Sequence[Column]) -> Iterable[tuple[str, Steps]]:
    for name in sorted({name for column in columns for name in column.signals}):
        taken = [column.signals.get(name) for column in columns]
        yield (
            name,
            charts.steps(
                [None if one is None else one.average for one in taken],
                _FULL_PERCENT,
                [None if one is None else (one.least, one.most) for one in taken],
            ),
        )


def _balances(noted: Sequence[Balance], now_s: int, zone: str) -> Iterable[tuple[str, Steps, int]]:
    """What each SIM had, day by day; between two answers of the operator the older one holds."""
    first = _days_ago(now_s, zone, _BALANCE_DAYS - 1)
    for name in sorted({balance.radio for balance in noted}):
        values: list[float | None] = [None] * _BALANCE_DAYS
        for balance in noted:
            at = (words.local(balance.told_s, zone) - first).days
            if balance.radio == name and 0 <= at < _BALANCE_DAYS:
                values[at] = balance.rupiah
        known = [value for value in values if value is not None]
        if known:
            top = charts.ceiling(max(known))
            yield name, charts.steps(_held(values), top), top


def _held(values: Sequence[float | None]) -> list[float | None]:
    held: list[float | None] = []
    for value in values:
        held.append(value if value is not None or not held else held[-1])
    return held
