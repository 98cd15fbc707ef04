"""An operator's answer about a prepaid card, read: balance, last day, and nothing guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from sms.operator.templates import ANY, Operator

RUPIAH_MAX: Final = 100_000_000
_TEXT_MAX: Final = 2_000
# A date belongs to a word that stands at most so far before it.
_REACH: Final = 40

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb peb februari february pebruari",
            "mar maret march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu ags agt aug agustus august",
            "sep sept september",
            "okt oct oktober october",
            "nov nop november nopember",
            "des dec desember december",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE: Final = (
    r"(?P<iso>(?<!\d)20\d\d-\d{1,2}-\d{1,2}(?!\d))"
    r"|(?P<dmy>(?<!\d)\d{1,2}([-/.])\d{1,2}\3(?:20\d\d|\d\d)(?!\d))"
    rf"|(?P<word>(?<!\d)\d{{1,2}}[ -]?(?:{_MONTH})[ ,-]?\s?(?:20\d\d|\d\d)(?!\d))"
)
_WORD_DATE: Final = re.compile(rf"(\d{{1,2}})[ -]?({_MONTH})\D*(\d+)")

# Amounts: 10250 / 10.250 / 10,250 / 1.234.567, each perhaps with two decimals.
# What goes on with a letter or a month is a size or a day.
_AMOUNT: Final = r"\d[\d.,]*+(?!(?<=\d)(?!s[./]?d)[a-z])" rf"(?![ -]?(?:{_MONTH})(?![a-z]))"
_MONEY: Final = r"(?:rp|idr)\s?[.:]?\s?"
_FILLING: Final = (
    r"(?:\s|[:=]| - |anda|kamu|utama|reguler|regular|saat|ini|sekarang|adalah|sebesar|tersisa"
    r"|sisa|kartu|nomor|main|your|is|(?:\+?62|0)8\d{7,11}(?!\d))*"
)
_LABELS: Final = ("pulsamu", "pulsanya", "pulsa", "saldo", "main balance", "balance", "credit")
_SIZE: Final = r"(?!\s?(?:gb|mb|kb|sms|menit|mnt|hari|jam|bulan|poin|%|[-/]\s?\d|:\d))"
_OTHER: Final = (
    r"isi", r"isi ulang", r"beli", r"transfer", r"bonus", r"paket", r"hutang", r"utang",
    r"pinjam", r"pinjaman", r"darurat", r"kirim", r"minta", r"minimal", r"min", r"minimum",
    r"promo", r"potong", r"potongan", r"bagi", r"voucher", r"gratis", r"reward", r"pengisian",
    r"pembelian", r"menerima", r"mendapat", r"mendapatkan", r"penambahan", r"kiriman",
)  # fmt: skip
_NOT_OURS: Final = re.compile(rf"\b(?:{'|'.join(_OTHER)})\s*$")
_GROUPED: Final = re.compile(r"(\d{1,3})(?:([.,])\d{3}(?:\2\d{3})*)?(?:[.,]\d{2})?")
_PLAIN: Final = re.compile(r"(\d+)(?:[.,]\d{2})?")

_SCAN: Final = re.compile(
    rf"{_DATE}"
    r"|(?P<end>[.;!\n](?=\s|$)|[|])"
    r"|(?P<grace>\b(?:masa\s)?tenggang\b|\bgrace\b)"
    r"|(?P<pack>\b(?:kuota|quota|paket|internet|roaming|poin|\d+(?:[.,]\d+)?\s?[gmk]b"
    r"|(?:bonus|h?utang|pinjaman|isi|beli|transfer)(?:\s(?:pulsa|saldo))?)\b)"
    r"|(?P<ours>\bpulsa\w*|\bsaldo\w*|\bbalance\b)"
    r"|(?P<card>\bmasa\s?(?:aktif|berlaku)\b|\bkartu\b|\bnomor\b)"
    r"|(?P<label>\baktif\b|\bberlaku\b|\bvalid\b|\bexp\w*|\bsd\b|\bhingga\b|\bsampai\b|\buntil\b"
    r"|\bs/d\b|\bberakhir\b)"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer tells; None is unknown, never nothing.

    Attributes:
        balance_rp: rupiah, decimals dropped.
        valid_until: last day of the masa aktif.
        grace_until: last day of the masa tenggang, after which the number is lost.
    """

    balance_rp: int | None = None
    valid_until: date | None = None
    grace_until: date | None = None

    def __bool__(self) -> bool:
        """Whether it tells anything."""
        return self != Told()


class _Subject(Enum):
    NONE = "none"
    CARD = "card"
    GRACE = "grace"
    PACKAGE = "package"


def read_answer(text: str, operator: Operator = ANY) -> Told:
    """Read the answer to a balance code, or an SMS about credit.

    What is not said in a way that is known stays unknown: prices of packages, bonuses and loans
    are not the balance, and the end of a package is not the end of the card. Days stand before
    months, as people in Indonesia write them.

    Args:
        text: as the network gave it, any characters.
        operator: adds the words of its own answers.
    """
    flat = _flatten(text)
    valid, grace = _dates(flat)
    return Told(_balance(flat, operator), valid, grace)


def parse_rupiah(amount: str) -> int | None:
    """A number as Indonesian operators write it, in whole rupiah; None where it is no such one."""
    plain = amount.strip().rstrip(".,-")
    if not plain.isascii():
        return None
    found = _GROUPED.fullmatch(plain) or _PLAIN.fullmatch(plain)
    if found is None:
        return None
    whole = re.sub(r"[.,]\d{2}$", "", plain)
    value = int("".join(filter(str.isdigit, whole))[:12])
    return value if value <= RUPIAH_MAX else None


def parse_date(text: str) -> date | None:
    """A day such as 30/11/26, 30-11-2026, 2026-11-30, 30 Nov 2026 or 30NOV26."""
    found = re.fullmatch(_DATE, text.strip().casefold(), re.ASCII)
    return None if found is None else _day(found)


def _flatten(text: str) -> str:
    """Small letters, single blanks, and s.d., s/d, Rp. without the signs that end sentences."""
    kept = text[:_TEXT_MAX].casefold()
    lines = "\n".join(" ".join(line.split()) for line in kept.splitlines())
    joined = re.sub(r"\bs\s?[./]\s?d\b\.?", "sd", lines)
    return re.sub(r"\b(rp|no|tgl|exp)\.", r"\1 ", joined)


def _balance(flat: str, operator: Operator) -> int | None:
    labels = "|".join(re.escape(one) for one in (*operator.labels, *_LABELS))
    asked = re.compile(
        rf"\b(?:{labels})\b{_FILLING}(?:{_MONEY})?(?<![-\d])({_AMOUNT}){_SIZE}", re.ASCII
    )
    for found in asked.finditer(flat):
        if _NOT_OURS.search(flat[max(0, found.start() - 20) : found.start()]) is None:
            return parse_rupiah(found[1])
    if operator.leads:
        first = re.match(rf"\s*{_MONEY}({_AMOUNT}){_SIZE}", flat, re.ASCII)
        return None if first is None else parse_rupiah(first[1])
    return None


def _dates(flat: str) -> tuple[date | None, date | None]:
    """(end of the masa aktif, end of the masa tenggang)."""
    found: dict[_Subject, date] = {}
    for subject, day in _dated(flat):
        found.setdefault(subject, day)
    return found.get(_Subject.CARD), found.get(_Subject.GRACE)


def _dated(flat: str) -> Iterator[tuple[_Subject, date]]:
    """Each date that a word leads to, with what it is about."""
    subject, fresh, label_at = _Subject.NONE, False, -_REACH - 1
    for one in _SCAN.finditer(flat):
        match one.lastgroup:
            case "end":
                fresh = False
            case "grace":
                subject, fresh, label_at = _Subject.GRACE, True, one.end()
            case "pack":
                subject, fresh = _Subject.PACKAGE, True
            case "ours":
                subject, fresh = _Subject.CARD, True
            case "card":
                label_at = one.end()
                if not (subject is _Subject.PACKAGE and fresh):
                    subject, fresh = _Subject.CARD, True
            case "label":
                label_at = one.end()
            case _:
                day = _day(one)
                if day is not None and one.start() - label_at <= _REACH:
                    yield _Subject.CARD if subject is _Subject.NONE else subject, day


def _day(found: re.Match[str]) -> date | None:
    if found["iso"]:
        year, month, day = (int(part) for part in found["iso"].split("-"))
    elif found["dmy"]:
        day, month, year = (int(part) for part in re.split(r"[-/.]", found["dmy"]))
    else:
        told = _WORD_DATE.match(found["word"])
        if told is None:
            return None
        day, month, year = int(told[1]), _MONTHS[told[2]], int(told[3])
    try:
        return date(year if year >= 100 else 2000 + year, month, day)
    except ValueError:
        return None
