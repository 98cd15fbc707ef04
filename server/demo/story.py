"""The story that plays by itself: what villagers send, and when."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from server.demo.people import VILLAGERS, Villager

FIRST_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A villager sends a text, or rings and hangs up when there is none.

    Attributes:
        pause_s: seconds since the scene before.
        who: name of the villager.
    """

    pause_s: float
    who: str
    text: str | None

    @property
    def villager(self) -> Villager:
        """Whose phone it is."""
        return next(villager for villager in VILLAGERS if villager.name == self.who)


STORY: Final = (
    Scene(
        FIRST_S,
        "Ibu Sahnun",
        "Asslm pak, sy Sahnun RT 02. Td malam kandang ayam sy dibongkar orang dkt masjid, "
        "6 ekor hilang. Tolong di cek",
    ),
    Scene(
        4.0,
        "Bang Udin",
        "PAK TOLONG truk masuk jurang di tikungan Brang Rea, sopirnya kejepit, darahnya banyak",
    ),
    Scene(4.0, "Nenek Saleha", None),
    Scene(
        4.0,
        "Agus",
        "Pak ada asap tebal di lahan atas dusun Puncak, kebakaran, angin kencang ke kampung",
    ),
    Scene(
        5.0,
        "Rina",
        "Selamat pagi pak Babin. Hujan dari jam 3 subuh tidak berhenti, air sungai sudah naik "
        "ke jalan dusun dan masuk ke 4 rumah di RT 03. Posyandu kami pakai untuk mengungsi, ada "
        "11 orang, 3 balita dan 1 ibu hamil 8 bulan. Kami perlu selimut, air bersih dan perahu "
        "kalau air naik lagi. Jalan ke bawah tertutup lumpur.",
    ),
    Scene(
        5.0,
        "Nenek Saleha",
        "nak polisi ada org asing pake mobil hitam tanya2 rumah yg kosong, nenek takut",
    ),
    Scene(4.0, "Ibu Sahnun", "STATUS"),
    Scene(
        5.0,
        "Ibu Komang",
        "RAHASIA di gudang belakang pasar ada yg simpan sabu, datangnya malam2. "
        "Jgn sebut nama sy pak",
    ),
    Scene(
        5.0,
        "Dewi",
        "Saya guru di Tepal. Oknum polisi di pos minta uang 300 ribu ke murid saya, "
        "tanpa surat tilang. Mohon ditindak",
    ),
    Scene(4.0, "Agus", "TAMBAH api sudah sampai kebun kopi pak Salim, butuh pompa air"),
    Scene(
        5.0,
        "Pak Jamal",
        "kerbau sy 2 ekor hilang dr kandang, jejaknya ke arah Lawin. telinga kiri dibelah",
    ),
    Scene(
        5.0,
        "Pak Haji Ma'ruf",
        "Anak2 muda mabuk2an di lapangan RT 05 dr jam 10 td, warga ga bisa tidur. Mohon patroli",
    ),
    Scene(
        5.0,
        "Rina",
        "Pak ada anak umur 5 th terpisah dr ibunya di pasar, skrg di posyandu sama sy, baju merah",
    ),
)


Act = Callable[[Scene], None]


def play(act: Act, stop: threading.Event) -> None:
    """Play the story once, at its own pace, until `stop` is set."""
    for scene in STORY:
        if stop.wait(scene.pause_s):
            return
        act(scene)
