"""SMS of operators about credit: what they are about, and what they tell; nothing is believed."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sms.operator.balance import Told, read_answer
from sms.operator.templates import ANY, writes_as
from sms.phone import SenderKind, sender_kind


class Kind(StrEnum):
    """What an operator writes about."""

    TOPPED_UP = "topped up"
    LOW = "low"
    ENDING = "ending"
    ENDED = "ended"
    PACKAGE_OVER = "package over"
    BALANCE = "balance"


WORDS: Final = {
    Kind.TOPPED_UP: "kabar operator: pulsa bertambah",
    Kind.LOW: "kabar operator: pulsa hampir habis",
    Kind.ENDING: "kabar operator: masa aktif kartu akan berakhir",
    Kind.ENDED: "kabar operator: masa aktif kartu sudah berakhir",
    Kind.PACKAGE_OVER: "kabar operator: paket habis",
    Kind.BALANCE: "kabar operator: sisa pulsa",
}
"""What the officer reads beside such a text."""

_ENDS_SOON: Final = (
    r"(?:masa aktif|masa berlaku|kartu|nomor)[^\n]{0,60}?"
    r"\b(?:akan (?:segera )?(?:habis|berakhir)|segera (?:habis|berakhir)|berakhir)"
    r"|perpanjang masa aktif"
)
_ENDED: Final = (
    r"(?:masa aktif|kartu|nomor)(?:[^.\n]|\.\d){0,60}(?:telah|sudah) (?:habis|berakhir|lewat)"
    r"|(?:memasuki|masuk|dalam) masa tenggang"
)
_TOPPED_UP: Final = (
    r"(?:isi ulang|pengisian|top ?up|isi pulsa|transfer pulsa)(?:[^.\n]|\.\d){0,60}"
    r"(?:berhasil|sukses|diterima|successful)"
    r"|(?:berhasil|sukses)(?:[^.\n]|\.\d){0,30}(?:isi ulang|pengisian|isi pulsa|top ?up)"
    r"|pulsa(?:[^.\n]|\.\d){0,40}(?:bertambah|telah diterima|telah masuk|sudah masuk)"
    r"|(?:menerima|mendapat(?:kan)?|dapat) (?:transfer |kiriman )?pulsa"
)
_PACKAGE_OVER: Final = (
    r"(?:paket|kuota)(?:[^.\n]|\.\d){0,60}(?:habis|berakhir|tidak aktif|kedaluwarsa|kadaluarsa)"
)
_LOW: Final = (
    r"pulsa(?:[^.\n]|\.\d){0,40}(?:hampir habis|tidak cukup|tdk cukup|tidak mencukupi|kurang dari"
    r"|menipis|habis|sudah rendah)|(?:segera|ayo) isi (?:ulang|pulsa)"
)
# A text that is about several is taken for the first of these.
_ORDER: Final = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.TOPPED_UP, _TOPPED_UP),
        (Kind.ENDED, _ENDED),
        (Kind.PACKAGE_OVER, _PACKAGE_OVER),
        (Kind.ENDING, _ENDS_SOON),
        (Kind.LOW, _LOW),
    )
)


@dataclass(frozen=True, slots=True)
class Notice:
    """An operator's SMS about credit; `told` is what it claims."""

    kind: Kind
    told: Told

    @property
    def words(self) -> str:
        """What the officer reads beside the text."""
        return WORDS[self.kind]


def read_notice(sender: str, text: str) -> Notice | None:
    """What an SMS says about our credit; None for a text of anybody but an operator or a service.

    A name or a short code can be forged by others: a notice is a reason to ask the network
    itself, and a note for people, never the truth about money.
    """
    kind = sender_kind(sender)
    if kind not in {SenderKind.SHORT_CODE, SenderKind.ALPHANUMERIC}:
        return None
    operator = writes_as(sender) or ANY
    if kind is SenderKind.ALPHANUMERIC and operator is ANY:
        return None
    told = read_answer(text, operator)
    flat = " ".join(text.casefold().split())
    for about, pattern in _ORDER:
        if pattern.search(flat):
            return Notice(about, told)
    return Notice(Kind.BALANCE, told) if told.balance_rp is not None else None
