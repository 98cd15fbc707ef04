"""Complaints about officials: who did what to whom, within one clause (promise 7)."""

from collections.abc import Sequence
from itertools import chain, product
from typing import Final

from server.domain.reading import lexicon
from server.domain.reading.fold import BREAK
from server.domain.reading.phrases import is_negated

_Span = tuple[int, int]
_LISTS: Final = lexicon.OFFICIALS
_OFFICIALS: Final = lexicon.phrases(_LISTS["pejabat"])
_OFFICES: Final = lexicon.phrases(_LISTS["kantor"])
_DEEDS: Final = lexicon.phrases(_LISTS["perbuatan"])
_GRAFT: Final = lexicon.phrases(_LISTS["suap"])
_SUFFERED: Final = lexicon.phrases(_LISTS["diderita"])
_MONEY: Final = lexicon.phrases(_LISTS["uang rakyat"])
_MISUSE: Final = lexicon.phrases(_LISTS["penyelewengan"])
_CLAIMED: Final = frozenset(_LISTS["mengaku"])
_OTHER_STAFF: Final = frozenset(_LISTS["petugas lain"])
_OTHER_ACTORS: Final = frozenset(_LISTS["pelaku lain"])
_ADDRESSES: Final = frozenset({"pak", "bu", "lapor", "tolong", "bapak", "ibu", "yth", "maaf"})
_TELLS: Final = frozenset({"ada", "tolong", "saya", "anak", "suami", "rumah", "di", "mohon"})
_ADDRESS_WORDS: Final = 3


def accusation(words: Sequence[str]) -> tuple[str, ...]:
    """What makes folded words a complaint about an official; empty without clear evidence."""
    if list(words[:1]) == ["aparat"]:
        return ("aparat",)
    clauses = " ".join(words).split(BREAK)
    return next((found for clause in clauses if (found := _accused(clause.split()))), ())


def somebody_else(words: Sequence[str]) -> bool:
    """Whether all who are named are only spoken to, only claim an office, or hold another."""
    clauses = [part.split() for part in " ".join(words).split(BREAK)]
    named = [(clause, span) for clause in clauses for span in _spans(clause, _OFFICIALS)]
    if not named:
        return not _OTHER_STAFF.isdisjoint(words)
    return all(
        not _is_meant(clause, *span) or (clause is clauses[0] and _is_address(clause, span))
        for clause, span in named
    )


def _is_address(clause: list[str], span: _Span) -> bool:
    """At the beginning, and nothing is told of them: "pak babin ada yang ..."."""
    start, end = span
    spoken_to = start <= _ADDRESS_WORDS and set(clause[:start]) <= _ADDRESSES
    return spoken_to and bool(start) and clause[end : end + 1] != [] and clause[end] in _TELLS


def _accused(clause: list[str]) -> tuple[str, ...]:
    people = [span for span in _spans(clause, _OFFICIALS) if _is_meant(clause, *span)]
    offices = _spans(clause, _OFFICES)
    graft = [span for span in _spans(clause, _GRAFT) if not is_negated(clause, span[0])]
    deeds = [span for span in _spans(clause, _DEEDS) if not is_negated(clause, span[0])]
    pairs = (
        *_near(clause, people, deeds, gap=3),
        *_near(clause, _spans(clause, _SUFFERED), _agents(clause, people), gap=3),
        *_near(clause, graft, people, gap=3),
        *_near(clause, people, graft, gap=3),
        *_near(clause, graft, offices, gap=3),
        *_near(clause, offices, [*graft, *_spans(clause, _SUFFERED)], gap=4),
        *_near(clause, _spans(clause, _MONEY), _spans(clause, _MISUSE), gap=4, anybody=True),
        *_near(clause, _spans(clause, _MISUSE), _spans(clause, _MONEY), gap=2, anybody=True),
        *([span, span] for span in people if clause[max(0, span[0] - 1)] == "oknum"),
    )
    return tuple(dict.fromkeys(" ".join(clause[a:b]) for a, b in chain(*pairs[:1])))


def _spans(words: list[str], known: frozenset[tuple[str, ...]]) -> list[_Span]:
    return [
        (at, at + n)
        for at in range(len(words))
        for n in (4, 3, 2, 1)
        if at + n <= len(words) and tuple(words[at : at + n]) in known
    ]


def _near(
    clause: list[str], first: list[_Span], then: list[_Span], gap: int, *, anybody: bool = False
) -> list[tuple[_Span, _Span]]:
    """Pairs in this order, at most `gap` words apart; unless `anybody`, no one else between."""
    others = frozenset() if anybody else _OTHER_ACTORS
    return [
        (a, b)
        for a, b in product(first, then)
        if 0 <= b[0] - a[1] <= gap and others.isdisjoint(clause[a[1] : b[0]])
    ]


def _is_meant(clause: list[str], start: int, end: int) -> bool:
    """False for who only claims to be an official, and for staff of somebody else."""
    after = clause[end : end + 1]
    around = [*clause[max(0, start - 3) : start], *after]
    return _CLAIMED.isdisjoint(around) and _OTHER_STAFF.isdisjoint(after)


def _agents(clause: list[str], people: list[_Span]) -> list[_Span]:
    """Without a closing "pak polisi", which speaks to the reader."""
    return [
        span
        for span in people
        if not (
            span[1] == len(clause) and clause[max(0, span[0] - 1) : span[1]] == ["pak", "polisi"]
        )
    ]
