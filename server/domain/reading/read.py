"""Reading a text: what the lists, the rules and the model make of it together."""

from dataclasses import dataclass

from server.domain.reading import lexicon
from server.domain.reading.fold import fold
from server.domain.reading.labels import Category, Kind, Urgency
from server.domain.reading.officials import accusation
from server.domain.reading.places import Place, find_place
from server.domain.reading.rules import leading, level, weigh, why


@dataclass(frozen=True, slots=True)
class Reading:
    """What the text seems to say; a guess that a person confirms.

    `confidence` runs from 0.0 (nothing recognised) to 1.0; `why` names the phrases that decided,
    most telling first. `official` is a complaint about an official: the text must be sealed.
    """

    category: Category
    urgency: Urgency
    place: Place
    confidential: bool
    official: bool
    confidence: float
    why: tuple[str, ...]
    kind: Kind = Kind.REPORT


def read(text: str) -> Reading:
    """Read a text; never raises, whatever it holds."""
    words = fold(text)
    weighed = weigh(words)
    evidence = accusation(words)
    category, confidence = _best(weighed.scores, official=bool(evidence))
    return Reading(
        category=category,
        urgency=level(category, weighed),
        place=find_place(text),
        confidential=lexicon.SECRECY in weighed.tags or words[:1] in (["rahasia"], ["diam"]),
        official=bool(evidence),
        confidence=confidence,
        why=evidence or why(category, weighed),
    )


def _best(scores: dict[Category, int], *, official: bool) -> tuple[Category, float]:
    if official:
        return Category.APARAT, 0.9
    ranked = leading(scores)
    first, second = (*(scores[category] for category in ranked), 0, 0)[:2]
    share = round(first / (first + second + 1), 2) if first > 1 else first / 10
    return (ranked[0] if ranked else Category.LAINNYA), share


def sort_of_sender(sender: str | None) -> str:
    """Of a sender as it stands in a message: a "phone" or the "service" of an operator or shop."""
    digits = (sender or "").lstrip("+")
    return "phone" if sender is None or (digits.isdecimal() and len(digits) > 7) else "service"
