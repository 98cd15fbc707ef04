"""What the lists and rules say of a text: scores of categories, a level of urgency."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from server.domain.reading import lexicon
from server.domain.reading.labels import Category, Urgency
from server.domain.reading.phrases import Hit, find

_STRONG_WEIGHT: Final = 3
LEVELS: Final = (Urgency.BIASA, Urgency.TINGGI, Urgency.DARURAT)
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
WHY_WORDS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the lists know of a text: phrases, what is not denied of them, points of categories."""

    words: Sequence[str]
    hits: tuple[Hit, ...]
    tags: frozenset[str]
    scores: dict[Category, int]


def weigh(words: Sequence[str]) -> Weighed:
    """Look at folded words with the lists alone."""
    hits = tuple(find(words))
    tags = frozenset(tag for hit in hits if not hit.negated for tag in hit.tags)
    return Weighed(words, hits, tags, _scores(hits, tags))


def leading(scores: dict[Category, int]) -> tuple[Category, ...]:
    """The two categories with the most points, best first; fewer where fewer have any."""
    order = list(Category)
    return tuple(sorted(scores, key=lambda one: (-scores[one], order.index(one)))[:2])


def _scores(hits: Sequence[Hit], tags: frozenset[str]) -> dict[Category, int]:
    scores: dict[Category, int] = {}
    counted: set[str] = set()
    for hit in hits:
        if hit.negated or hit.phrase in counted:
            continue
        counted.add(hit.phrase)
        for tag in hit.tags:
            if tag[0] != lexicon.CLUE_MARK:
                category = Category(tag.removesuffix(lexicon.STRONG_MARK))
                weight = _STRONG_WEIGHT if tag.endswith(lexicon.STRONG_MARK) else 1
                scores[category] = scores.get(category, 0) + weight + (hit.length > 1)
    for category, points, needed in lexicon.COMBOS:
        if all(f"?{tag}" in tags for tag in needed):
            scores[category] = scores.get(category, 0) + points
    return scores


def level(category: Category, weighed: Weighed) -> Urgency:
    """How urgent it is: danger raises, what is over or only heard of lowers."""

    def has(*names: str) -> bool:
        return any(f"?{name}" in weighed.tags for name in names)

    found = _DEFAULT_LEVEL.get(category, 1)
    danger = has("bahaya") or (has("anak_kecil") and category in _HAZARDS)
    at_work = category in _CRIMES and has("pelaku", "senjata")
    seen_now = category in _WATCHED and has("kini")
    if danger or at_work or seen_now or (category is Category.LAINNYA and has("desak")):
        found = 2
    elif has("kini", "segera"):
        found = max(found, 1)
    if has("lampau", "reda"):
        found = min(found, 1)
    heard = has("kabar", "sering", "tanya") and not danger and category not in _VICTIMS
    if has("lama", "latihan") or heard or _weeks_ago(weighed.words):
        found = min(found, 1 if has("kini") else 0)
    return LEVELS[found]


def _weeks_ago(words: Sequence[str]) -> bool:
    return any(count.isdecimal() and unit in ("minggu", "bulan") for count, unit in pairwise(words))


def why(category: Category, weighed: Weighed) -> tuple[str, ...]:
    """The phrases that speak for a category, most telling first."""
    clues = {f"?{tag}" for name, _, needed in lexicon.COMBOS if name == category for tag in needed}
    said = [hit for hit in weighed.hits if not hit.negated]
    groups = ({category + lexicon.STRONG_MARK}, {category.value}, clues)
    found = [hit.phrase for tags in groups for hit in said if tags & hit.tags]
    return tuple(dict.fromkeys(found))[:WHY_WORDS_MAX]
