"""The words by which a text is understood, read from the lists in `words/`.

Phrases are separated by commas, and their line breaks mean nothing. They are compared after
folding, so they may stand in any spelling that `spellings.txt` knows. Regional words suggest a
category like any other word, but only Indonesian words stand in the lists that raise urgency.
"""

import sys
from importlib.resources import files
from typing import Final

from server.domain.reading.labels import Category

Phrase = tuple[str, ...]

STRONG_MARK: Final = "+"
CLUE_MARK: Final = "?"
IDIOM: Final = "?kiasan"
SECRECY: Final = "?rahasia"


def _lines(name: str) -> list[str]:
    text = files(__package__).joinpath("words", name).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def sections(name: str) -> dict[str, tuple[str, ...]]:
    """The phrases of each `[section]` of a list."""
    held: dict[str, list[str]] = {}
    for line in _lines(name):
        if line.startswith("["):
            current = held.setdefault(line.strip("[] "), [])
        else:
            current.append(line)
    return {
        section: tuple(
            " ".join(phrase.split()) for phrase in " ".join(lines).split(",") if phrase.strip()
        )
        for section, lines in held.items()
    }


def _spellings() -> dict[str, str]:
    entries: list[str] = []
    for line in _lines("spellings.txt"):
        if line[0].isspace():
            entries[-1] += line
        else:
            entries.append(line)
    parts = (entry.partition(":") for entry in entries)
    return {short: meant.strip() for meant, _, shorts in parts for short in shorts.split()}


SPELLINGS: Final = _spellings()
LISTS: Final = sections("lists.txt")
OFFICIALS: Final = sections("officials.txt")

COMBOS: Final[tuple[tuple[Category, int, tuple[str, ...]], ...]] = (
    # What it is, how much it counts, the clues that must all be there.
    (Category.CURANMOR, 5, ("kendaraan", "hilang")),
    (Category.TERNAK, 6, ("hewan", "hilang")),
    (Category.PENCURIAN, 3, ("barang", "hilang")),
    (Category.ORANG_HILANG, 3, ("orang", "hilang")),
    (Category.KDRT, 6, ("keluarga", "kekerasan")),
    (Category.PENGANIAYAAN, 3, ("pukul_orang",)),
    (Category.KARHUTLA, 4, ("lahan", "api")),
    (Category.KEBAKARAN, 2, ("bangunan", "api")),
    (Category.KONFLIK, 5, ("kelompok", "senjata")),
    (Category.KONFLIK, 3, ("kelompok", "berkelahi")),
    (Category.PERAMPOKAN, 2, ("senjata", "hilang")),
    (Category.KERIBUTAN, 1, ("senjata", "berkelahi")),
)


def phrases(listed: tuple[str, ...]) -> frozenset[Phrase]:
    """The phrases of a list, each as its words."""
    return frozenset(tuple(phrase.split()) for phrase in listed)


def _tagged() -> dict[str, frozenset[str]]:
    tags: dict[str, set[str]] = {}

    def hold(listed: tuple[str, ...], tag: str) -> None:
        for phrase in listed:
            spelt = " ".join(SPELLINGS.get(word, word) for word in phrase.split())
            tags.setdefault(phrase if phrase == spelt else spelt, set()).add(tag)

    for name, listed in sections("strong.txt").items():
        hold(listed, Category(name) + STRONG_MARK)
    for name, listed in sections("weak.txt").items():
        hold(listed, Category(name).value)
    for name, listed in sections("clues.txt").items():
        hold(listed, CLUE_MARK + name)
    hold(LISTS["kiasan"], IDIOM)
    hold(LISTS["rahasia"], SECRECY)
    # Thousands of phrases share a few hundred sets of lists.
    same: dict[frozenset[str], frozenset[str]] = {}
    return {
        phrase: same.setdefault(frozenset(held), frozenset(held)) for phrase, held in tags.items()
    }


TAGS: Final = _tagged()
LONGEST_PHRASE: Final = 4
VOCABULARY: Final = frozenset(
    sys.intern(word)
    for listed in (
        TAGS,
        *(OFFICIALS[name] for name in ("pejabat", "perbuatan", "diderita", "penyelewengan")),
    )
    for phrase in listed
    for word in phrase.split()
)
