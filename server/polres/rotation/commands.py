"""Exchange keys on the control socket."""

import dataclasses
import time
from collections.abc import Callable
from typing import Final

from server.polres.district import District
from server.polres.rotation.renewing import forget_old, renew
from server.polres.rotation.standing import sentences, standing_now

NAME: Final = "exchange key"
RENEW: Final = "renew"
FORGET: Final = "forget"
Asked = dict[str, str]


def answers(district: District) -> dict[str, Callable[[Asked], object]]:
    """Commands of the socket by name."""
    return {NAME: lambda asked: _do(district, asked.get("do", ""))}


def _do(district: District, wish: str) -> list[str]:
    said: list[str] = []
    if wish == RENEW:
        renew(district, int(time.time()))
        said += [
            "Kunci baru dipakai; kotak menerimanya sendiri pada hubungan berikutnya.",
            "polres.key berubah: simpan salinan barunya terpisah, sekarang juga.",
        ]
    if wish == FORGET:
        count = forget_old(district)
        said += [
            f"{count} kunci lama dihapus dari polres.key.",
            "Musnahkan juga salinan polres.key yang lama, lalu simpan salinan yang sekarang.",
        ]
    return [*said, *sentences(standing_now(district))]


def told(district: District) -> dict[str, object]:
    """The same for `status`, as plain values."""
    return dataclasses.asdict(standing_now(district))
