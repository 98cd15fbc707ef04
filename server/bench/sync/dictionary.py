"""Builds the compressor's dictionary from the project's own words: no names, no numbers."""

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import zstandard

from server.bench.sync import phrases
from server.bench.sync.journal import Keys, Text, entries_of, events_of, log_of
from server.vault import Bodies
from sync.codec.columns import Columns, Row
from sync.codec.numbers import Writer

CONTENT_OCTETS: Final = 30_000
_SEED: Final = 20_260_101
_SAMPLE_RUNS: Final = 6
_SAMPLE_TEXTS: Final = 500
_SAMPLE_ENTRIES: Final = 50
_TRAINED_OCTETS: Final = 8_192
# zstd's dictionaries end their tables with the three offsets that a block begins with.
_TABLES_END: Final = bytes.fromhex("010000000400000008000000")
_SPELT: Final = Path(__file__).with_name("spelt.txt")
_WORDS: Final = Path(__file__).with_name("words.txt")
_DIGIT: Final = re.compile(r"\d")


def build() -> bytes:
    """The newest dictionary: zstd's tables for such texts, then the texts, most telling last."""
    trained = zstandard.train_dictionary(_TRAINED_OCTETS, list(_samples()), level=9).as_bytes()
    tables = trained[: trained.index(_TABLES_END) + len(_TABLES_END)]
    return tables + content(CONTENT_OCTETS)


def content(octets: int) -> bytes:
    """Texts without names and numbers, each ended by a zero octet; about so many octets."""
    draw = random.Random(_SEED)  # noqa: S311 -- the same dictionary each time
    words = [_plain(one) for one in _lexicon()]
    parts = [", ".join(words)]
    size = len(parts[0])
    things = tuple(thing for group in phrases.THINGS.values() for thing in group)
    seen: set[str] = set()
    while size < octets:
        how = phrases.style(draw)
        text = phrases.sentence(draw, how, things, draw.choice(phrases.WHERE)).lower()
        if text not in seen and not _DIGIT.search(text):
            seen.add(text)
            parts.append(text)
            size += len(text) + 1
    parts += map(_plain, _spelt())
    return ("\0".join(parts) + "\0").encode("ascii")


def _spelt() -> Sequence[str]:
    """Texts as people spell them, written for this."""
    return _SPELT.read_text(encoding="ascii").splitlines()


def _lexicon() -> Sequence[str]:
    """Words and phrases of the lists as they stood when the dictionary was made."""
    return _WORDS.read_text("utf-8").splitlines()


def _plain(phrase: str) -> str:
    return _DIGIT.sub("", phrase).encode("ascii", "ignore").decode()


def _samples() -> Iterator[bytes]:
    """The text streams of frames of invented journals, for the tables alone."""
    for seed in range(_SEED, _SEED + _SAMPLE_RUNS):
        draw = random.Random(seed)  # noqa: S311 -- the same dictionary each time
        texts = invented(draw, _SAMPLE_TEXTS)
        keys = Keys.of(seed)
        written = tuple(events_of(texts, seed, answers=bool(seed % 2)))
        opener = Bodies(keys.vault())
        rows = [
            Row(entry.header, opener.opened(entry) or b"")
            for entry in entries_of(written, keys.vault(), log_of())
        ]
        columns = Columns()
        for first in range(0, len(rows), _SAMPLE_ENTRIES):
            to = Writer()
            columns.write(to, rows[first : first + _SAMPLE_ENTRIES])
            yield to.streams()[0]


def invented(draw: random.Random, count: int) -> tuple[Text, ...]:
    """Texts of invented villagers in order of time, with invented numbers and places."""
    people = [
        (f"+628{draw.randrange(10**9, 10**10)}", phrases.style(draw), draw.randint(1, 12))
        for _ in range(150)
    ]
    groups = list(phrases.THINGS.values())
    time_s = 1_760_000_000
    texts: list[Text] = []
    for _ in range(count):
        time_s += 1 + int(draw.expovariate(1 / 5_000))
        sender, how, rt = draw.choice(people)
        words = phrases.sentence(draw, how, draw.choice(groups), draw.choice(phrases.WHERE))
        if draw.random() < 0.3:
            words += f" rt {rt} rw {1 + rt % 6}"
        texts.append(Text(time_s, sender, words))
    return tuple(texts)
