"""A first reading of a report: category, urgency, secrecy, complaint about an official."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, pairwise, product
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


_Span = tuple[int, int]
_STRONG: Final = "+"
_BREAK: Final = "|"
_IDIOM: Final = "?kiasan"
_STRONG_WEIGHT: Final = 3
_LEVELS: Final = (Urgency.BIASA, Urgency.TINGGI, Urgency.DARURAT)
_DEFAULT_LEVEL: Final = {
    Category.PERAMPOKAN: 2, Category.KEBAKARAN: 2, Category.MEDIS: 2, Category.KECELAKAAN: 2,
    Category.MAYAT: 2, Category.NARKOBA: 0, Category.JUDI: 0, Category.MIRAS: 0,
    Category.SENGKETA: 0, Category.ORANG_ASING: 0, Category.LINGKUNGAN: 0, Category.APARAT: 0,
    Category.INFRASTRUKTUR: 0, Category.LAINNYA: 0,
}  # fmt: skip
_CRIMES: Final = frozenset({
    Category.PENCURIAN, Category.PERAMPOKAN, Category.CURANMOR, Category.TERNAK, Category.KDRT,
    Category.PENGANIAYAAN, Category.KERIBUTAN, Category.KONFLIK, Category.PELECEHAN,
    Category.SENJATA,
})  # fmt: skip
_WATCHED: Final = _CRIMES - {Category.KERIBUTAN} | {Category.ORANG_MENCURIGAKAN}
_VICTIMS: Final = frozenset({Category.KDRT, Category.PELECEHAN, Category.PENGANIAYAAN})
_HAZARDS: Final = frozenset({
    Category.ORANG_HILANG, Category.BANJIR, Category.LONGSOR, Category.MEDIS, Category.KEBAKARAN,
})  # fmt: skip
_LETTER_OF_DIGIT: Final = str.maketrans("0134578", "oieastb")
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019`][^\W_]+)*|[.,;:!?()\n]")
_RT_OR_COUNT: Final = re.compile(
    r"(?:rt|rw|sd|sdn|smp|smpn)?\d+(?:[a-z]{0,3}|orang|ekor|rumah)|[a-z]+\d*"
)
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

    for name, phrases in lexicon.STRONG.items():
        hold(phrases, Category(name) + _STRONG)
    for name, phrases in lexicon.WEAK.items():
        hold(phrases, Category(name))
    for tag, phrases in lexicon.CLUES.items():
        hold(phrases, f"?{tag}")
    hold(lexicon.IDIOMS, _IDIOM)
    hold(lexicon.SECRECY, "?rahasia")
    return {words: frozenset(held) for words, held in tags.items()}


_PHRASES: Final = _phrase_tags()
_LONGEST: Final = max(map(len, _PHRASES))


def _known(phrases: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in _split(phrases))


_OFFICIALS: Final = _known(lexicon.OFFICIALS)
_OFFICES: Final = _known(lexicon.OFFICES)
_DEEDS: Final = _known(lexicon.DEEDS)
_GRAFT: Final = _known(lexicon.GRAFT)
_SUFFERED: Final = _known(lexicon.SUFFERED)
_MONEY: Final = _known(lexicon.PUBLIC_MONEY)
_MISUSE: Final = _known(lexicon.MISUSE)
_CLAIMED: Final = frozenset(_split(lexicon.CLAIMED))
_OTHER_STAFF: Final = frozenset(_split(lexicon.OTHER_STAFF))
_OTHER_ACTORS: Final = frozenset(_split(lexicon.OTHER_ACTORS))
_VOCABULARY: Final = frozenset(
    word
    for phrases in (_PHRASES, _OFFICIALS, _DEEDS, _SUFFERED, _MISUSE)
    for phrase in phrases
    for word in phrase
)


def _shortened() -> dict[str, str]:
    """Strong single words with one letter left out, two swapped, or all vowels gone."""
    slips: dict[str, set[str]] = {}
    for words, tags in _PHRASES.items():
        word, strong = words[0], any(tag.endswith(_STRONG) for tag in tags)
        if len(words) > 1 or len(word) < _LEARN_FROM_LETTERS or not strong:
            continue
        made = {word[:at] + word[at + 1 :] for at in range(1, len(word))}
        made |= {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
        bones = re.sub(r"[aeiou]", "", word)
        for slip in (made | ({bones} if len(bones) > 3 else set())) - _VOCABULARY:
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
    evidence = accusation(words)
    scores = _scores(hits, tags)
    category, confidence = _best(scores, official=bool(evidence))
    return Reading(
        category=category,
        urgency=_LEVELS[_level(category, tags, words)],
        place=find_place(text),
        confidential="?rahasia" in tags or words[:1] in (["rahasia"], ["diam"]),
        official=bool(evidence),
        confidence=confidence,
        why=evidence or _why(category, hits),
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
    if twice := _TWICE.fullmatch(word):
        word = twice[1] + (twice[2] or "")
    elif not _RT_OR_COUNT.fullmatch(word):
        word = word.translate(_LETTER_OF_DIGIT)
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
        if word.endswith(suffix) and len(word) - len(suffix) > (2 if suffix == "nya" else 3):
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
            yield _Hit(" ".join(phrase), at, length, _tags_of(phrase), _is_negated(words, at))
        at += max(length, 1)


def _tags_of(phrase: tuple[str, ...]) -> frozenset[str]:
    """Its own tags and, unless it is an idiom, the clues that stand inside it."""
    own = _PHRASES[phrase]
    if _IDIOM in own:
        return frozenset({_IDIOM})
    inner = (_PHRASES.get((word,), frozenset()) for word in phrase)
    return own | {tag for tags in inner for tag in tags if tag[0] == "?"}


def _is_negated(words: list[str], at: int) -> bool:
    before = next((word for word in reversed(words[:at]) if word not in _BRIDGE), "")
    return before in _NEGATORS


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
    first, second = (*(scores[category] for category in ranked[:2]), 0, 0)[:2]
    share = round(first / (first + second + 1), 2) if first > 1 else first / 10
    return (ranked[0] if ranked else Category.LAINNYA), share


def _level(category: Category, tags: set[str], words: list[str]) -> int:
    """Index into `_LEVELS`: danger raises, what is over or only heard of lowers."""

    def has(*names: str) -> bool:
        return any(f"?{name}" in tags for name in names)

    level = _DEFAULT_LEVEL.get(category, 1)
    danger = has("bahaya") or (has("anak_kecil") and category in _HAZARDS)
    at_work = category in _CRIMES and has("pelaku", "senjata")
    seen_now = category in _WATCHED and has("kini")
    if danger or at_work or seen_now or (category is Category.LAINNYA and has("desak")):
        level = 2
    elif has("kini", "segera"):
        level = max(level, 1)
    if has("lampau", "reda"):
        level = min(level, 1)
    heard = has("kabar", "sering", "tanya") and not danger and category not in _VICTIMS
    if has("lama", "latihan") or heard or _weeks_ago(words):
        level = min(level, 1 if has("kini") else 0)
    return level


def _weeks_ago(words: list[str]) -> bool:
    return any(count.isdecimal() and unit in ("minggu", "bulan") for count, unit in pairwise(words))


def _why(category: Category, hits: list[_Hit]) -> tuple[str, ...]:
    clues = {f"?{tag}" for name, _, needed in lexicon.COMBOS if name == category for tag in needed}
    said = [hit for hit in hits if not hit.negated]
    groups = ({category + _STRONG}, {category.value}, clues)
    found = [hit.phrase for tags in groups for hit in said if tags & hit.tags]
    return tuple(dict.fromkeys(found))[:5]


def accusation(words: list[str]) -> tuple[str, ...]:
    """What makes folded words a complaint about an official; empty without clear evidence."""
    if words[:1] == ["aparat"]:
        return ("aparat",)
    clauses = " ".join(words).split(_BREAK)
    return next((found for clause in clauses if (found := _accused(clause.split()))), ())


def _accused(clause: list[str]) -> tuple[str, ...]:
    people = [span for span in _spans(clause, _OFFICIALS) if _is_meant(clause, *span)]
    offices = _spans(clause, _OFFICES)
    graft = [span for span in _spans(clause, _GRAFT) if not _is_negated(clause, span[0])]
    deeds = [span for span in _spans(clause, _DEEDS) if not _is_negated(clause, span[0])]
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
