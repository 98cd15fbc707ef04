"""How well messages are read: shares of right answers, strictly and with second labels."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.bench.reading.messages import Message
from server.domain.reading.labels import Category, Kind, Urgency
from server.domain.reading.places import Place
from server.domain.reading.read import SURE, Reading, read, sort_of_sender
from sms.commands.keywords import CommandName

# Where labelled data lack a category, these stand for each other.
_COARSE: Final = {
    "sengketa": "konflik", "mayat": "lainnya", "senjata": "lainnya", "lingkungan": "lainnya",
    "aparat": "lainnya",
}  # fmt: skip
PLACED_COMMANDS: Final = frozenset({CommandName.DAFTAR, CommandName.RONDA})


@dataclass(frozen=True, slots=True)
class Judged:
    """A message and what the program read in it."""

    message: Message
    reading: Reading

    @property
    def place(self) -> Place:
        """The place, where the kind of text has one."""
        has = self.reading.kind is Kind.REPORT or self.reading.command in PLACED_COMMANDS
        return self.reading.place if has else Place(None, None, None, None)


@dataclass(frozen=True, slots=True)
class Share:
    """A share in 0.0 to 1.0, over how many messages, and what it should reach."""

    name: str
    value: float
    of: int
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether it reaches its target; None without one."""
        return None if self.target is None else self.value >= self.target


def judge(messages: Iterable[Message]) -> list[Judged]:
    """Read every message."""
    return [Judged(one, read(one.text, sort_of_sender(one.sender))) for one in messages]


def coarse(judged: Sequence[Judged]) -> list[Judged]:
    """The same with the categories that all labelled data have."""

    def known(category: str) -> str:
        return _COARSE.get(category, category)

    return [
        Judged(
            replace(one.message, category=known(one.message.category or "") or None),
            replace(one.reading, category=Category(known(one.reading.category))),
        )
        for one in judged
    ]


def shares(judged: Sequence[Judged]) -> list[Share]:
    """All figures of the reading."""
    reports = [one for one in judged if one.message.kind == Kind.REPORT]
    commands = [one for one in judged if one.message.kind == Kind.COMMAND]
    return [
        *_both("kind", judged, lambda one: one.reading.kind, 0.96),
        *_both("category", reports, lambda one: one.reading.category, 0.85, lenient=0.92),
        Share("category, macro-F1", macro_f1(reports), len(reports), 0.80),
        *_both("urgency", reports, lambda one: one.reading.urgency),
        *_urgent(reports),
        *_places(judged),
        _share("command", commands, _command_right, 0.97),
        *_secrecy(judged),
        _share("promo and operator: no answer", _machines(judged), _silent, 1.0),
        *_sure(judged),
    ]


def confusion(judged: Iterable[Judged]) -> Counter[tuple[str, str]]:
    """How often a category was read as another, over reports."""
    return Counter(
        (one.message.category or "", one.reading.category.value)
        for one in judged
        if one.message.kind == Kind.REPORT
    )


def macro_f1(reports: Sequence[Judged]) -> float:
    """The mean of each category's F1, over the categories that occur."""
    labels = {one.message.category for one in reports}
    return _mean([_f1(reports, label) for label in labels])


def right(one: Judged) -> bool:
    """Whether kind and, of a report, category are the labels or second ones."""
    if not one.message.allows("kind", one.reading.kind):
        return False
    if one.message.kind != Kind.REPORT or one.reading.kind is not Kind.REPORT:
        return True
    return one.message.allows("category", one.reading.category)


def _f1(reports: Sequence[Judged], label: str | None) -> float:
    hit = sum(one.message.category == label == one.reading.category for one in reports)
    said = sum(label == one.reading.category for one in reports)
    true = sum(label == one.message.category for one in reports)
    return 2 * hit / (said + true) if said + true else 0.0


def _both(
    name: str,
    judged: Sequence[Judged],
    answer: Callable[[Judged], str],
    target: float | None = None,
    lenient: float | None = None,
) -> list[Share]:
    strict = [getattr(one.message, name) == answer(one) for one in judged]
    kindly = [one.message.allows(name, answer(one)) for one in judged]
    return [
        Share(name, _mean(strict), len(judged), target),
        Share(f"{name}, second labels too", _mean(kindly), len(judged), lenient),
    ]


def _urgent(reports: Sequence[Judged]) -> list[Share]:
    """Recall and precision of darurat, strictly and with second labels."""
    said = [one for one in reports if one.reading.urgency is Urgency.DARURAT]
    true = [one for one in reports if one.message.urgency == Urgency.DARURAT]
    return [
        _share("darurat, recall", true, _alarmed, 0.97),
        _share("darurat, recall, second labels too", true, _urgency_allowed),
        _share("darurat, precision", said, _meant_urgent, 0.75),
        _share("darurat, precision, second labels too", said, _urgency_allowed),
    ]


def _alarmed(one: Judged) -> bool:
    return one.reading.urgency is Urgency.DARURAT


def _meant_urgent(one: Judged) -> bool:
    return one.message.urgency == Urgency.DARURAT


def _urgency_allowed(one: Judged) -> bool:
    return one.message.allows("urgency", one.reading.urgency)


def _places(judged: Sequence[Judged]) -> list[Share]:
    placed = [
        one
        for one in judged
        if one.message.kind == Kind.REPORT or one.message.command in PLACED_COMMANDS
    ]
    numbers = [(one.place.rt, one.place.rw) == (one.message.rt, one.message.rw) for one in placed]
    dusun = [_same(one.place.dusun, one.message.dusun) for one in placed]
    named = [one for one in placed if one.message.landmark or one.place.landmark]
    return [
        Share("RT and RW", _mean(numbers), len(placed), 0.97),
        Share("dusun", _mean(dusun), len(placed), 0.92),
        Share("landmark, token F1", _tokens_f1(named), len(named), 0.75),
    ]


def _tokens_f1(named: Sequence[Judged]) -> float:
    hit = said = true = 0
    for one in named:
        found, meant = _tokens(one.place.landmark), _tokens(one.message.landmark)
        hit += sum((found & meant).values())
        said += found.total()
        true += meant.total()
    return 2 * hit / (said + true) if said + true else 0.0


def _tokens(landmark: str | None) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", (landmark or "").casefold()))


def _same(found: str | None, meant: str | None) -> bool:
    return (found or "").casefold() == (meant or "").casefold()


def _command_right(one: Judged) -> bool:
    if one.reading.kind is not Kind.COMMAND:
        return False
    tickets = one.message.ticket in (None, one.reading.ticket)
    return tickets and one.message.allows("command", one.reading.command or "")


def _secrecy(judged: Sequence[Judged]) -> list[Share]:
    asked = [one for one in judged if one.message.confidential]
    taken = [one for one in judged if one.reading.confidential and one.message.kind == Kind.REPORT]
    return [
        _share("confidential, recall", asked, lambda one: one.reading.confidential, 0.95),
        _share("confidential, precision", taken, lambda one: one.message.confidential),
    ]


def _silent(one: Judged) -> bool:
    return one.reading.kind in (Kind.PROMO, Kind.OPERATOR)


def _sure(judged: Sequence[Judged]) -> list[Share]:
    sure = [one for one in judged if one.reading.confidence >= SURE]
    return [
        _share(f"right where confidence >= {SURE}", sure, right, 0.95),
        Share(f"share with confidence >= {SURE}", len(sure) / len(judged), len(judged)),
    ]


def _machines(judged: Sequence[Judged]) -> list[Judged]:
    return [one for one in judged if one.message.kind in (Kind.PROMO, Kind.OPERATOR)]


def _share(
    name: str,
    judged: Sequence[Judged],
    holds: Callable[[Judged], bool],
    target: float | None = None,
) -> Share:
    return Share(name, _mean([holds(one) for one in judged]), len(judged), target)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
