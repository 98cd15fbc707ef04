"""Reading a text: what the lists, the rules and the model make of it together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.domain.reading import lexicon
from server.domain.reading.features import features
from server.domain.reading.fold import fold
from server.domain.reading.labels import Category, Kind, Urgency
from server.domain.reading.model import Likelihoods, shipped
from server.domain.reading.officials import accusation, somebody_else
from server.domain.reading.places import Place, find_place
from server.domain.reading.rules import WHY_WORDS_MAX, Weighed, level, weigh, why
from sms.commands import grammar
from sms.commands.keywords import CommandName, Keyword, keyword, ticket_in

# A text is no report only where the reading is this sure of it: whoever is in need must be heard.
SURE: Final = 0.9
PHONE: Final = "phone"
SERVICE: Final = "service"
# Found by cross-validation on the project's own messages; docs/reading.md has the table.
_URGENT_FROM: Final = {Urgency.DARURAT: 0.12, Urgency.TINGGI: 0.2, Urgency.BIASA: 0.4}
_URGENT_AGAINST_THE_LOOK_FROM: Final = 0.65
_SEALED_FROM: Final = 0.3
_SEALED_THOUGH_URGENT_FROM: Final = 0.6
_SEALED_THOUGH_OTHERS_FROM: Final = 0.9
_CONFIDENTIAL_FROM: Final = 0.06
# Reports are most of what the model learnt from; other kinds would come off badly.
_MORE_OFTEN_THAN_LEARNT: Final = {Kind.CHATTER: 2.0, Kind.COMMAND: 2.0, Kind.PROMO: 2.0}
_SHORTEST_NUMBER: Final = 8
_WORD_LETTERS_MAX: Final = 24
_IDLE: Final = frozenset({Kind.CHATTER, Kind.PROMO, Kind.OPERATOR})
_OF_GRAMMAR: Final[dict[type, CommandName]] = {
    grammar.Status: CommandName.STATUS,
    grammar.Add: CommandName.TAMBAH,
    grammar.Cancel: CommandName.BATAL,
    grammar.Help: CommandName.INFO,
    grammar.Stop: CommandName.STOP,
    grammar.Confidential: CommandName.RAHASIA,
}
# Commands whose text may hold a matter of its own.
_TELLING: Final = frozenset({CommandName.TAMBAH, CommandName.RAHASIA, CommandName.BELUM})


@dataclass(frozen=True, slots=True)
class Reading:
    """What the text seems to say; a guess that a person confirms.

    `confidence` runs from 0.0 to 1.0 and is how often such a reading is right; `why` names the
    words that decided, most telling first. `official` is a complaint about an official: the text
    must be sealed. `command` and `ticket` are None where the text asks for nothing by name.
    """

    category: Category
    urgency: Urgency
    place: Place
    confidential: bool
    official: bool
    confidence: float
    why: tuple[str, ...]
    kind: Kind = Kind.REPORT
    command: CommandName | None = None
    ticket: str | None = None


def read(text: str, sender: str = PHONE) -> Reading:
    """Read a text; never raises, whatever it holds.

    Args:
        text: the whole text.
        sender: `PHONE`, or `SERVICE` for short codes and names.
    """
    weighed = weigh(fold(text))
    answers = shipped().answers(features(text, weighed, sender))
    asked = keyword(text)
    kinds = _kinds(text, sender, asked, answers["kind"])
    kind = max(kinds, key=lambda one: kinds[one])
    command = _command(text, asked, answers["command"]) if kind is Kind.COMMAND else None
    tells = kind is Kind.REPORT or command in _TELLING
    category, likely, evidence = _matter(weighed, answers, tells=tells)
    confidence = round(kinds[kind] * (likely if kind is Kind.REPORT else 1.0), 3)
    found = Reading(
        category=category,
        urgency=_urgency(kind, category, weighed, answers["urgency"]),
        place=find_place(text),
        confidential=_secret(text, weighed, answers["confidential"]["yes"]),
        official=category is Category.APARAT,
        confidence=confidence,
        why=evidence or _why(category, weighed),
        kind=kind,
        command=command,
        ticket=_ticket(text, asked) if kind is Kind.COMMAND else None,
    )
    idle = kind in _IDLE and confidence >= SURE and not found.official
    return replace(found, category=Category.LAINNYA, urgency=Urgency.BIASA) if idle else found


def sort_of_sender(sender: str | None) -> str:
    """Of a sender as it stands in a message: `PHONE`, or `SERVICE` of an operator or shop."""
    digits = (sender or "").lstrip("+")
    number = digits.isdecimal() and len(digits) >= _SHORTEST_NUMBER
    return PHONE if sender is None or number else SERVICE


def _kinds(text: str, sender: str, asked: Keyword | None, said: Likelihoods) -> dict[Kind, float]:
    """How likely each kind is; what a service sends or the grammar knows is certain."""
    if not isinstance(grammar.parse(text), grammar.FreeText) or _is_plain(asked):
        return {Kind.COMMAND: 1.0}
    weighed = {
        kind: likely * _MORE_OFTEN_THAN_LEARNT.get(kind, 1.0)
        for kind, likely in ((Kind(label), likely) for label, likely in said.items())
        if sender == PHONE or kind in (Kind.PROMO, Kind.OPERATOR)
    }
    whole = sum(weighed.values())
    return {kind: likely / whole for kind, likely in weighed.items()}


def _is_plain(asked: Keyword | None) -> bool:
    return asked is not None and asked.exact and (asked.ticket is not None or not asked.words_after)


def _matter(
    weighed: Weighed, answers: dict[str, Likelihoods], *, tells: bool
) -> tuple[Category, float, tuple[str, ...]]:
    """The category, how likely it is, and what accuses an official.

    Doubt about an official is for sealing, unless somebody may be in danger (promise 7), or the
    text tells nothing.
    """
    said = answers["category"]
    evidence = accusation(weighed.words)
    if evidence:
        return Category.APARAT, max(said[Category.APARAT], 0.9), evidence
    likeliest = Category(max(said, key=lambda label: said[label]))
    urgent = answers["urgency"][Urgency.DARURAT] >= 0.5
    sealed_from = _SEALED_THOUGH_URGENT_FROM if urgent else _SEALED_FROM
    if somebody_else(weighed.words):
        sealed_from = _SEALED_THOUGH_OTHERS_FROM
    if tells and said[Category.APARAT] >= sealed_from:
        return Category.APARAT, said[Category.APARAT], ()
    if likeliest is Category.APARAT:
        likeliest = Category(max((c for c in said if c != Category.APARAT), key=lambda c: said[c]))
    return likeliest, said[likeliest], ()


def _urgency(kind: Kind, category: Category, weighed: Weighed, said: Likelihoods) -> Urgency:
    """The likeliest urgency; a darurat is missed rarely, at the price of false alarms."""
    wanted = _URGENT_FROM[level(category, weighed)]
    denied = not weighed.scores and any(hit.negated for hit in weighed.hits)
    if denied or kind is not Kind.REPORT:
        wanted = _URGENT_AGAINST_THE_LOOK_FROM
    if said[Urgency.DARURAT] >= wanted:
        return Urgency.DARURAT
    return max((Urgency.TINGGI, Urgency.BIASA), key=lambda one: said[one])


def _secret(text: str, weighed: Weighed, likely: float) -> bool:
    asked = isinstance(grammar.parse(text), grammar.Confidential)
    return asked or lexicon.SECRECY in weighed.tags or likely >= _CONFIDENTIAL_FROM


def _command(text: str, asked: Keyword | None, said: Likelihoods) -> CommandName:
    parsed = type(grammar.parse(text))
    if parsed in _OF_GRAMMAR:
        return _OF_GRAMMAR[parsed]
    if asked is not None and (asked.exact or asked.ticket is not None):
        return asked.name
    return CommandName(max(said, key=lambda label: said[label]))


def _ticket(text: str, asked: Keyword | None) -> str | None:
    return asked.ticket if asked is not None and asked.ticket else ticket_in(text)


def _why(category: Category, weighed: Weighed) -> tuple[str, ...]:
    """The listed phrases that speak for a category, else the words that the model heeded."""
    listed = why(category, weighed)
    return listed or _heeded(category, weighed.words)


def _heeded(category: Category, words: Sequence[str]) -> tuple[str, ...]:
    points = {
        word: shipped().lean(features(word, weigh([word]), PHONE), "category", category)
        for word in dict.fromkeys(words[:40])
        if 2 < len(word) <= _WORD_LETTERS_MAX
    }
    best = sorted((word for word in points if points[word] > 0), key=lambda one: -points[one])
    return tuple(best[: min(3, WHY_WORDS_MAX)])
