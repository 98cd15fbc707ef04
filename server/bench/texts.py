"""Texts that a measure plays: drawn from a seed, each with a mark that no other has."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

from sms.pdu import split_deliver

_START: Final = datetime(2026, 11, 1, tzinfo=UTC)
_CONSONANTS, _VOWELS = "bdgjklmnrs", "aiueo"
_MARK: Final = re.compile(r"rumah ([a-z]{10}) ")
_MATTERS: Final = (
    "Pak, ada maling ayam di rumah {mark} dekat masjid, tolong datang",
    "mohon dicek pak, pohon tumbang menutup jalan depan rumah {mark} sejak subuh",
    "lapor, banjir mulai masuk ke rumah {mark} dan warga sudah mengungsi ke balai desa",
    "ada orang berkelahi di depan rumah {mark} sekarang, takutnya jadi ramai pak",
)
_LONG: Final = (
    "Selamat malam pak, saya warga sini mau lapor tentang rumah {mark} karena tadi malam ada "
    "orang tak dikenal mondar mandir di dekat kandang, lalu pagi ini dua ekor kambing hilang "
    "dan pagar kebun kopi di sebelahnya rusak. Sudah kami tanyakan ke pos ronda, mereka melihat "
    "mobil bak warna gelap tanpa lampu sekitar jam dua. Mohon petugas datang melihat, warga "
    "resah karena bulan lalu di dusun sebelah kejadian yang sama juga. Terima kasih pak."
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a villager, and the PDUs that bring it."""

    sender: str
    text: str
    pdus: tuple[str, ...]


def singles(count: int, seed: int, senders: int = 0) -> tuple[Text, ...]:
    """Texts of one part each, from as many numbers unless `senders` says fewer."""
    chance = Random(f"{seed} singles")  # noqa: S311 -- play, not keys
    return tuple(
        _made(chance.choice(_MATTERS), number, senders or count, chance) for number in range(count)
    )


def triples(count: int, seed: int) -> tuple[Text, ...]:
    """Texts of three parts each."""
    chance = Random(f"{seed} triples")  # noqa: S311 -- play, not keys
    return tuple(_made(_LONG, number, count, chance) for number in range(count))


def marks(text: str) -> Counter[str]:
    """The marks of the texts that stand in what a program kept."""
    return Counter(_MARK.findall(text))


def marks_of(texts: Iterable[Text]) -> Counter[str]:
    """The marks of texts."""
    return sum((marks(one.text) for one in texts), Counter())


def _made(shape: str, number: int, senders: int, chance: Random) -> Text:
    sender = f"+62812{30_000_000 + 7_919 * (number % senders):08d}"
    text = shape.format(mark=_name(number, chance))
    return Text(sender, text, split_deliver(sender, text, _START, number % 256, wide=False))


def _name(number: int, chance: Random) -> str:
    """Ten letters: unlike digits, they make two texts differ also for whoever masks numbers."""
    digits = f"{number:04d}{chance.randrange(10)}"
    return "".join(_CONSONANTS[int(d)] + chance.choice(_VOWELS) for d in digits)
