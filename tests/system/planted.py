"""Numbers and texts that are planted to be searched for, and unsealed files that hold them."""

import base64
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scanner import Needle, number_needles, text_needles

from sms import pdu

COUNT = 50
SHAPES = (
    "kemalingan tadi malam di rumah {} {} dekat kebun {} {} pelakunya {} {}",
    "Kerbau hilang di kebun {} {} dekat sumur {} {} saksinya {} {}",
    "oknum polisi minta uang kepada {} {} di warung {} {} saksinya {} {}",
    "RAHASIA ada yang jual sabu di rumah {} {} dekat kali {} {} namanya {} {}",
    "🔥 kebakaran di rumah {} {} dekat masjid {} {} pemiliknya {} {} 🙏",
    (
        "Selamat malam pak, saya warga sini mau lapor bahwa tadi malam di rumah {} {} ada orang "
        "tak dikenal mondar mandir, lalu pagi ini dua motor milik {} {} hilang dan pagar kopi "
        "rusak. Mohon petugas datang karena warga dusun resah. Saksinya {} {} yang ronda semalam."
    ),
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A number, a text from it, and three stretches of the text that nothing else holds."""

    name: str
    number: str
    text: str
    probes: tuple[str, ...]

    def needles(self) -> Iterator[Needle]:
        """All that would betray it."""
        yield from number_needles(f"number {self.name}", self.number)
        yield from text_needles(f"text {self.name}", self.probes)


def plant(seed: int, count: int = COUNT) -> tuple[Planted, ...]:
    """So many numbers and texts."""
    chance = random.Random(seed)
    return tuple(_one(number, chance) for number in range(count))


def _one(number: int, chance: random.Random) -> Planted:
    words = [_word(chance) for _ in range(6)]
    probes = tuple(f"{one} {other}" for one, other in zip(words[::2], words[1::2], strict=True))
    phone = f"+62812{chance.randrange(10**8):08}"
    return Planted(str(number), phone, SHAPES[number % len(SHAPES)].format(*words), probes)


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bdgjklmnprstw") + chance.choice("aeiou") for _ in range(5))


def write_unsealed(folder: Path, planted: tuple[Planted, ...]) -> None:
    """Write files as a careless program would: a database with PDUs, and text files."""
    with sqlite3.connect(folder / "naive.db") as db:
        db.execute("create table inbox (pdu blob, small text, large text, sender text, body text)")
        for one in planted:
            for octets in _pdus(one):
                row = (octets, octets.hex(), octets.hex().upper(), one.number, one.text)
                db.execute("insert into inbox values (?, ?, ?, ?, ?)", row)
    db.close()
    for codec in ("utf-8", "utf-16-le", "utf-16-be"):
        lines = [f"{one.number} {one.text}\n".encode(codec) for one in planted]
        (folder / f"{codec}.log").write_bytes(b"".join(lines))
        hexed = [line.hex() + "\n" + line.hex().upper() + "\n" for line in lines]
        (folder / f"{codec}.hex").write_text("".join(hexed), encoding="ascii")
    coded = [
        base64.b64encode(b"-" * offset + stretch.encode()).decode()
        for one in planted
        for stretch in (one.number, *one.probes)
        for offset in range(3)
    ]
    (folder / "export.b64").write_text("\n".join(coded), encoding="ascii")


def _pdus(one: Planted) -> Iterator[bytes]:
    """PDUs as the network writes them: every form of the number, every bit offset of the text."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    core = one.number.removeprefix("+62")
    for sender in (one.number, f"0{core}", core):
        for part in pdu.split_deliver(sender, one.text, at, 7):
            yield bytes.fromhex(part)
    for shift in range(8):
        for part in pdu.split_deliver(one.number, "x" * shift + " ".join(one.probes), at, 7):
            yield bytes.fromhex(part)
