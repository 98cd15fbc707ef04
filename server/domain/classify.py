"""A first reading of a report: category, urgency, secrecy, complaint about an official."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.domain import lexicon
from server.domain.places import Place, find_place


class Category(StrEnum):
    """What a report is about."""

    PENCURIAN = "pencurian"
    PERAMPOKAN = "perampokan"
    CURANMOR = "curanmor"
    TERNAK = "ternak"
    PENGANIAYAAN = "penganiayaan"
    MAYAT = "mayat"
    KDRT = "kdrt"
    PELECEHAN = "pelecehan"
    NARKOBA = "narkoba"
    KERIBUTAN = "keributan"
    MIRAS = "miras"
    JUDI = "judi"
    PENIPUAN = "penipuan"
    KECELAKAAN = "kecelakaan"
    KEBAKARAN = "kebakaran"
    KARHUTLA = "karhutla"
    BANJIR = "banjir"
    LONGSOR = "longsor"
    GEMPA = "gempa"
    ORANG_HILANG = "orang_hilang"
    MEDIS = "medis"
    SENGKETA = "sengketa"
    KONFLIK = "konflik"
    ORANG_MENCURIGAKAN = "orang_mencurigakan"
    ORANG_ASING = "orang_asing"
    SENJATA = "senjata"
    LINGKUNGAN = "lingkungan"
    APARAT = "aparat"
    INFRASTRUKTUR = "infrastruktur"
    LAINNYA = "lainnya"


class Urgency(StrEnum):
    """How soon somebody must act: now, today, or when there is time."""

    DARURAT = "darurat"
    TINGGI = "tinggi"
    BIASA = "biasa"


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


@dataclass(frozen=True, slots=True)
class _Hit:
    """One known phrase at word `at`; `tags` are the lists that hold it."""

    phrase: str
    at: int
    length: int
    tags: frozenset[str]
    negated: bool


_STRONG: Final = "+"
_BREAK: Final = "|"
_STRONG_WEIGHT: Final = 3
_LEVELS: Final = (Urgency.BIASA, Urgency.TINGGI, Urgency.DARURAT)
_DEFAULT_LEVEL: Final = {
    Category.PERAMPOKAN: 2, Category.KEBAKARAN: 2, Category.MEDIS: 2, Category.KECELAKAAN: 2,
    Category.MAYAT: 2, Category.NARKOBA: 0, Category.JUDI: 0, Category.MIRAS: 0,
    Category.SENGKETA: 0, Category.ORANG_ASING: 0, Category.LINGKUNGAN: 0, Category.APARAT: 0,
    Category.INFRASTRUKTUR: 0, Category.LAINNYA: 0, Category.PENIPUAN: 0,
}  # fmt: skip
_CRIMES: Final = frozenset({
    Category.PENCURIAN, Category.PERAMPOKAN, Category.CURANMOR, Category.TERNAK, Category.KDRT,
    Category.PENGANIAYAAN, Category.KERIBUTAN, Category.KONFLIK, Category.PELECEHAN,
    Category.SENJATA,
})  # fmt: skip
_LETTER_OF_DIGIT: Final = str.maketrans("0134578", "oieastb")
_WORD: Final = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*|[.,;:!?()\n]")
_RT_OR_COUNT: Final = re.compile(r"(?:rt|rw|sd|sdn|smp|smpn)?\d+[a-z]{0,3}|[a-z]+\d*")
_TWICE: Final = re.compile(r"([a-z]{2,})2(nya|an|ku)?")
_LONG_RUN: Final = re.compile(r"([a-z])\1{2,}")
_SUFFIXES: Final = ("nya", "ny", "ku", "mu", "lah", "kah", "ki", "mi", "ka", "e", "i", "x")
_PREFIXES: Final = ("di", "ke", "nge", "ter")
_LEARN_FROM_LETTERS: Final = 6
_MAX_WORDS: Final = 600


def _split(phrases: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in phrases.split(",") if phrase.strip()]


def _phrase_tags() -> dict[tuple[str, ...], frozenset[str]]:
    tags: dict[tuple[str, ...], set[str]] = {}

    def hold(phrases: str, tag: str) -> None:
        for phrase in _split(phrases):
            words = tuple(lexicon.ABBREVIATIONS.get(word, word) for word in phrase.split())
            tags.setdefault(words, set()).add(tag)

    for name, (strong, weak) in lexicon.WORDS.items():
        hold(strong, Category(name) + _STRONG)
        hold(weak, Category(name))
    for tag, phrases in lexicon.CLUES.items():
        hold(phrases, f"?{tag}")
    hold(lexicon.IDIOMS, "?kiasan")
    hold(lexicon.SECRECY, "?rahasia")
    return {words: frozenset(held) for words, held in tags.items()}


_PHRASES: Final = _phrase_tags()
_LONGEST: Final = max(map(len, _PHRASES))
_VOCABULARY: Final = frozenset(word for phrase in _PHRASES for word in phrase)


def _shortened() -> dict[str, str]:
    """Strong single words with one letter left out or swapped, and without their vowels."""
    slips: dict[str, set[str]] = {}
    for words, tags in _PHRASES.items():
        word = words[0]
        if len(words) > 1 or len(word) < _LEARN_FROM_LETTERS:
            continue
        if not any(tag.endswith(_STRONG) for tag in tags):
            continue
        made = {word[:at] + word[at + 1 :] for at in range(1, len(word))}
        made |= {
            word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)
        }
        bones = re.sub(r"[aeiou]", "", word)
        made |= {bones} if len(bones) > 3 else set()
        for slip in made - _VOCABULARY:
            slips.setdefault(slip, set()).add(word)
    return {slip: meant.pop() for slip, meant in slips.items() if len(meant) == 1}


_SLIPS: Final = _shortened()
_NEGATORS: Final = frozenset(_split(lexicon.NEGATORS))
_BRIDGE: Final = frozenset(_split(lexicon.NEGATION_BRIDGE))


def classify(text: str) -> Reading:
    """Read a report; never raises, whatever the text holds."""
    words = fold(text)
    hits = list(_hits(words))
    tags = {tag for hit in hits if not hit.negated for tag in hit.tags}
    official = is_about_official(words)
    scores = _scores(hits, tags)
    category, confidence = _best(scores, official=official)
    return Reading(
        category=category,
        urgency=_LEVELS[_level(category, tags, words)],
        place=find_place(text),
        confidential="?rahasia" in tags or words[:1] in (["rahasia"], ["diam"]),
        official=official,
        confidence=confidence,
        why=_why(category, hits),
    )


def fold(text: str) -> list[str]:
    """The words of a text in one spelling, a `|` at each break between clauses."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words: list[str] = []
    for raw in _WORD.findall(plain)[:_MAX_WORDS]:
        if raw[0].isalnum():
            words.extend(_fold_word(raw).split())
        elif words and words[-1] != _BREAK:
            words.append(_BREAK)
    return words


def _fold_word(raw: str) -> str:
    word = "".join(c for c in unicodedata.normalize("NFD", raw) if c.isalnum())
    if not _RT_OR_COUNT.fullmatch(word) and not word.isdecimal():
        twice = _TWICE.fullmatch(word)
        word = twice[1] + (twice[2] or "") if twice else word.translate(_LETTER_OF_DIGIT)
    elif twice := _TWICE.fullmatch(word):
        word = twice[1] + (twice[2] or "")
    word = _LONG_RUN.sub(r"\1", word)
    for form in _forms(word):
        if form in lexicon.ABBREVIATIONS:
            return lexicon.ABBREVIATIONS[form]
        if form in _VOCABULARY:
            return form
    return _SLIPS.get(word, word)


def _forms(word: str) -> Iterator[str]:
    """The word itself, then what is left without an ending or a prefix."""
    yield word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) > 3:
            yield word[: -len(suffix)]
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) > 3:
            yield word[len(prefix) :]


def _hits(words: list[str]) -> Iterator[_Hit]:
    """The known phrases, longest first at each word, none overlapping."""
    at = 0
    while at < len(words):
        length = next(
            (n for n in range(_LONGEST, 0, -1) if tuple(words[at : at + n]) in _PHRASES), 0
        )
        if length:
            phrase = tuple(words[at : at + length])
            yield _Hit(" ".join(phrase), at, length, _PHRASES[phrase], _is_negated(words, at))
        at += max(length, 1)


def _is_negated(words: list[str], at: int) -> bool:
    before = at - 1
    while before >= 0 and words[before] in _BRIDGE:
        before -= 1
    return before >= 0 and words[before] in _NEGATORS


def _scores(hits: list[_Hit], tags: set[str]) -> dict[Category, int]:
    scores: dict[Category, int] = {}
    counted: set[str] = set()
    for hit in hits:
        if hit.negated or hit.phrase in counted:
            continue
        counted.add(hit.phrase)
        for tag in hit.tags:
            if tag[0] != "?":
                category = Category(tag.removesuffix(_STRONG))
                weight = _STRONG_WEIGHT if tag.endswith(_STRONG) else 1
                scores[category] = scores.get(category, 0) + weight + (hit.length > 1)
    for name, weight, needed in lexicon.COMBOS:
        if all(f"?{tag}" in tags for tag in needed):
            scores[Category(name)] = scores.get(Category(name), 0) + weight
    return scores


def _best(scores: dict[Category, int], *, official: bool) -> tuple[Category, float]:
    if official:
        return Category.APARAT, 0.9
    order = list(Category)
    ranked = sorted(scores, key=lambda category: (-scores[category], order.index(category)))
    if not ranked or scores[ranked[0]] < 2:
        return (ranked[0] if ranked else Category.LAINNYA), 0.1 if ranked else 0.0
    first = scores[ranked[0]]
    second = scores[ranked[1]] if len(ranked) > 1 else 0
    return ranked[0], round(first / (first + second + 1), 2)


def _level(category: Category, tags: set[str], words: list[str]) -> int:
    def has(*names: str) -> bool:
        return any(f"?{name}" in tags for name in names)

    level = _DEFAULT_LEVEL.get(category, 1)
    danger = has("bahaya")
    if danger or (category is Category.ORANG_HILANG and has("anak_kecil")):
        level = 2
    elif category in _CRIMES and (has("pelaku", "senjata") or (has("kini") and has("desak"))):
        level = 2
    elif has("kini"):
        level = max(level, 1)
    if has("lampau", "reda"):
        level = min(level, 1)
    if has("lama", "latihan") or (has("kabar", "sering", "tanya") and not danger):
        level = min(level, 1 if has("kini") else 0)
    return level


def _why(category: Category, hits: list[_Hit]) -> tuple[str, ...]:
    strong = [h.phrase for h in hits if category + _STRONG in h.tags and not h.negated]
    weak = [h.phrase for h in hits if category in h.tags and not h.negated]
    return tuple(dict.fromkeys(strong + weak))[:5]
