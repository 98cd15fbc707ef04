"""What villagers write: reports that no two share, commands, and what is neither."""

from typing import Final

from server.simulation.chance import Chance

MARK: Final = "zorvanik"
"""Stands in every report, so that one search of a disk finds any of them."""
NUMBERS: Final = "+62812777"
"""Begins every villager's number."""

_REPORTS: Final = (
    "ada maling motor di RT {rt} dekat pos ronda, ciri {mark} nomor {number}",
    "pak tolong kebakaran rumah warga RT {rt} {mark} {number} cepat",
    "banjir masuk rumah di RT {rt} RW 2 dekat sungai {mark} {number}",
    "ada orang mabuk ribut di depan mushola {mark} ke {number}",
    "kecelakaan motor di jembatan {mark} {number} ada yg luka",
    "jalan putus kena longsor {mark} {number} mobil tdk bisa lewat",
    "bu siti dipukul suaminya lagi, RT {rt} {mark} {number}",
    "lampu jalan mati sudah {number} hari {mark}",
)
_LONG: Final = (
    "Assalamualaikum pak, saya mau lapor dari RT {rt}, {mark} {number}: tadi malam sekitar jam dua "
    "ada tiga orang tidak dikenal naik mobil bak tanpa plat masuk ke kebun warga dan mengambil "
    "kelapa serta dua ekor kambing milik pak haji, warga sudah kumpul di pos ronda mohon dibantu"
)
_OFFICIAL: Final = "oknum polisi minta uang {number} ribu di pos {mark}, warga takut"
_COMMANDS: Final = (
    "STATUS", "cek laporan saya", "TAMBAH pelakunya lari ke sawah", "BATAL", "BANTUAN", "STOP", "",
)  # fmt: skip


class Sort:
    """What a text is, as far as the checks must know."""

    REPORT = "report"
    OFFICIAL = "official"
    COMMAND = "command"
    ROBOT = "robot"


def compose(chance: Chance, number: int) -> tuple[str, str]:
    """A text that somebody writes, with its sort."""
    known = {"rt": number % 9 + 1, "mark": MARK, "number": number}
    share = chance.random()
    if share < 0.70:
        return chance.choice(_REPORTS).format(**known), Sort.REPORT
    if share < 0.76:
        return _LONG.format(**known), Sort.REPORT
    if share < 0.82:
        return _OFFICIAL.format(**known), Sort.OFFICIAL
    return chance.choice(_COMMANDS), Sort.COMMAND


def short(number: int) -> str:
    """One of the many texts of a storm."""
    return f"gempa {MARK} {number} rumah roboh RT {number % 9 + 1}"
