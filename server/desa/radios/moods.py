"""What each trouble of a modem means to the people at the box."""

from hardware.answers import NotForgotten, Notice, StoreFull, Unreadable
from hardware.errors import (
    CommandFailed,
    HardwareError,
    MemoryFull,
    NotAModem,
    PinWanted,
    SimMissing,
    Timeout,
)
from server.desa.desk import ModemMood

CARD_TROUBLE = (
    "Kotak tidak dapat menulis ke kartunya. SMS tetap aman di modem dan jaringan; "
    "periksa sisa ruang kartu, lalu ganti kartu bila tetap begini."
)
SEARCHING_TROUBLE = "Modem belum mendapat sinyal. Pindahkan antena ke tempat lebih tinggi."
KEEPS_TROUBLE = (
    "Modem tidak mau menghapus SMS yang sudah tersimpan; memorinya dapat penuh. "
    "Cabut dan pasang lagi, lalu ganti modem bila tetap begini."
)

UNREADABLE_TROUBLE = (
    "Di memori modem ada SMS yang tidak dapat dibaca. Cabut modem dan pasang lagi; "
    "bila tetap begini, ganti kartu SIM."
)


def mood_of(trouble: HardwareError) -> ModemMood:
    """How a modem is that fails in this way."""
    match trouble:
        case PinWanted() | SimMissing():
            return ModemMood.BLOCKED
        case NotAModem() | Timeout() | CommandFailed() | MemoryFull():
            return ModemMood.SILENT
        case _:
            return ModemMood.ABSENT


def storage_trouble(notice: Notice, before: str) -> str:
    """What a notice says of the memory's state, if it does."""
    match notice:
        case NotForgotten():
            return KEEPS_TROUBLE
        case Unreadable():
            return UNREADABLE_TROUBLE
        case StoreFull():
            return before or MemoryFull.sentence
        case _:
            return before
