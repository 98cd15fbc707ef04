"""The texts that the check plays: its own, drawn from a seed, or those of a file."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OWN_COUNT: Final = 250
_VILLAGERS: Final = 60


@dataclass(frozen=True, slots=True)
class Message:
    """A text and the number, name or short code that it comes from."""

    sender: str
    text: str


class BadMessages(Exception):
    """Berkas pesan tidak dapat dibaca; tiap baris harus objek JSON dengan sender dan text."""

    def __init__(self, line: int = 0) -> None:
        super().__init__(line)
        where = f" Yang salah: baris {line}." if line else ""
        self.sentence = (type(self).__doc__ or "").strip() + where


_REPORTS: Final = (
    "Pak ada {thing} di {place}, tolong cepat",
    "asslm pak, {thing} {when} di {place}. mhn ditindak lanjuti",
    "Lapor {thing} dkt {place} RT {rt}/RW {rw}",
    "tolong pak {thing}!! {place} skrg jg",
    "sy {who} mau lapor, {when} ada {thing} di {place}",
    "{thing} lagi pak di {place}, sdh yg ke {rt} kali",
    "Selamat {day} pak polisi. {when} terjadi {thing} di {place}, warga resah",
    "Mohon petugas datang ke {place}, {thing}, {who} yg lihat",
)
_THINGS: Final = (
    "maling ayam",
    "orang berkelahi",
    "kerbau hilang 2 ekor",
    "pohon tumbang nutup jalan",
    "orang mabuk bikin onar",
    "kebakaran lahan",
    "tabrakan motor, 1 orang luka",
    "banjir masuk rumah",
    "orang tak dikenal mondar mandir bawa parang",
    "judi sabung ayam",
    "tanah longsor",
    "motor dicuri",
    "sengketa batas kebun",
    "anak hilang umur 7 th",
    "penipuan lewat telpon ngaku dari bank",
)
_PLACES: Final = (
    "dusun Puncak Ngengas",
    "jembatan Brang Rea",
    "dekat masjid Nurul Huda",
    "pasar desa",
    "SDN 1",
    "kebun kopi blok atas",
    "pertigaan kantor desa",
    "rumah pak Kadus",
    "lapangan bola",
)
_WHEN: Final = ("tadi malam", "barusan", "kemarin sore", "jam 2 tadi", "sejak subuh")
_WHO: Final = ("warga sini", "ketua RT", "pemilik warung", "ibu rumah tangga", "guru ngaji")
_DAYS: Final = ("pagi", "siang", "sore", "malam")
_COMMANDS: Final = ("STATUS", "status pak", "BANTUAN", "info", "STOP", "CEK", "Batal")
_ODD: Final = (
    "👍🙏 mksh pak",
    "ok",
    "?",
    "RAHASIA ada yg jual sabu di belakang warung ujung, jgn sebut nama sy",
    "Kakah ada tau bemaling jaran ku pang orong, tulung datang",
    "LAPOR!!!! 🔥🔥🔥 rumah kebakaran 🏠",
    "TAMBAH pelakunya pakai jaket hitam",
    "oknum polisi minta uang 500 ribu di pos, sy ada bukti",
)
_OPERATORS: Final = (
    Message("TELKOMSEL", "Paket internet Anda segera berakhir. Isi ulang sekarang!"),
    Message("3636", "Sisa pulsa Anda Rp1.250 berlaku s.d. 31/12/2026"),
    Message("BMKG", "Info Gempa Mag:5.1, 77 km BaratDaya SUMBAWA, tidak berpotensi tsunami"),
    Message("+6285899", "Selamat! Nomor Anda memenangkan undian, hubungi kami"),
)


def own_messages(seed: int, count: int = OWN_COUNT) -> tuple[Message, ...]:
    """The same texts for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - play must be repeatable, not secret
    return tuple(_draw(draw) for _ in range(count))


def read_messages(path: Path) -> tuple[Message, ...]:
    """The texts of a file of JSON lines with `sender` and `text`; other keys do not matter.

    Raises:
        BadMessages: it cannot be read, or a line is something else.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadMessages from error
    return tuple(_read(line, number) for number, line in enumerate(lines, 1) if line.strip())


def _read(line: str, number: int) -> Message:
    try:
        told: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadMessages(number) from error
    match told:
        case {"sender": str(sender), "text": str(text)}:
            return Message(sender, text)
        case _:
            raise BadMessages(number)


def _draw(draw: random.Random) -> Message:
    kinds: tuple[Callable[[random.Random], Message], ...] = (_report, _long, _command, _odd)
    share = draw.random()
    if share < 0.04:
        return draw.choice(_OPERATORS)
    (kind,) = draw.choices(kinds, (78, 6, 7, 9))
    return kind(draw)


def _report(draw: random.Random) -> Message:
    return Message(_number(draw), _sentence(draw))


def _long(draw: random.Random) -> Message:
    """A text that needs several parts; now and then with a sign that GSM-7 lacks."""
    story = " ".join(_sentence(draw) + "." for _ in range(draw.randint(3, 6)))
    return Message(_number(draw), story + draw.choice(("", " terima kasih 🙏")))


def _command(draw: random.Random) -> Message:
    return Message(_number(draw), draw.choice(_COMMANDS))


def _odd(draw: random.Random) -> Message:
    return Message(_number(draw), draw.choice(_ODD))


def _sentence(draw: random.Random) -> str:
    return draw.choice(_REPORTS).format(
        thing=draw.choice(_THINGS),
        place=draw.choice(_PLACES),
        when=draw.choice(_WHEN),
        who=draw.choice(_WHO),
        day=draw.choice(_DAYS),
        rt=f"{draw.randint(1, 9):02}",
        rw=f"{draw.randint(1, 5):02}",
    )


def _number(draw: random.Random) -> str:
    villager = draw.randint(1, _VILLAGERS)
    return f"{draw.choice(('+62', '+62', '0'))}8120000{villager:04}"
