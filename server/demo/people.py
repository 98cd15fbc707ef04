"""The desa of the demo and the villagers who live there."""

from dataclasses import dataclass
from typing import Final

POLRES: Final = "Polres Sumbawa"
DESK: Final = "spkt"


@dataclass(frozen=True, slots=True)
class Place:
    """A desa of Kabupaten Sumbawa: its Kemendagri code, its name, its officer and his phone."""

    code: str
    name: str
    officer: str
    number: str


@dataclass(frozen=True, slots=True)
class Villager:
    """Somebody with a phone.

    Attributes:
        number: in E.164; `+62812 0000 xxxx`.
        desa: index in `PLACES`.
        about: a few words that tell who this is.
    """

    name: str
    number: str
    desa: int
    about: str


PLACES: Final = (
    Place("52.04.07.2001", "Batu Rotok", "Bripka Andi", "+6281200001901"),
    Place("52.04.07.2004", "Tepal", "Aipda Made", "+6281200002902"),
    Place("52.04.07.2005", "Batu Dulang", "Bripka Yuni", "+6281200003903"),
)

VILLAGERS: Final = (
    Villager("Ibu Sahnun", "+6281200001101", 0, "petani, RT 02"),
    Villager("Pak Jamal", "+6281200001102", 0, "peternak kerbau"),
    Villager("Rina", "+6281200001103", 0, "kader posyandu"),
    Villager("Pak Haji Ma'ruf", "+6281200002201", 1, "ketua RT 05"),
    Villager("Dewi", "+6281200002202", 1, "guru SD"),
    Villager("Bang Udin", "+6281200002203", 1, "sopir truk kopi"),
    Villager("Nenek Saleha", "+6281200003301", 2, "penjaga warung"),
    Villager("Agus", "+6281200003302", 2, "peladang madu"),
    Villager("Ibu Komang", "+6281200003303", 2, "bendahara kelompok tani"),
)
