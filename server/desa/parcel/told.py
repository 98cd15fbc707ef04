"""What people are told about the parcel road: values alone."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Made:
    """A file for the Polres.

    Attributes:
        name: how the file is called; it tells the desa and nothing else.
        entries: how many entries of the journal it carries.
        left: how many did not fit; they go with the next file, after a return.
    """

    name: str
    octets: bytes
    entries: int
    left: int


@dataclass(slots=True)
class TakenIn:
    """What a return brought.

    Attributes:
        acked: how many more entries the Polres signed for.
        orders: how many new orders came.
        waiting: how many orders wait for an officer's unlocking.
        opened: how many of our own older sessions were opened by returned keys.
        older: it told less than what had come before.
        trouble: what people must do, "" when nothing.
        key: it brought a newer exchange key of the Polres.
    """

    acked: int = 0
    orders: int = 0
    waiting: int = 0
    opened: int = 0
    older: bool = True
    trouble: str = ""
    key: bool = False


@dataclass(frozen=True, slots=True)
class ToCarry:
    """What a file would carry now, and what became of the last one.

    Attributes:
        entries: how many entries the Polres has not told to hold.
        since: the day on which the oldest of them was written, None when not known.
        made_s: when the last file was made, by this box; None for never.
        entries_since: how many entries were written after it.
        returned_s: when the Polres wrote the newest return that was taken in; None for never.
        orders: how many orders of the Polres wait for an officer's unlocking.
    """

    entries: int = 0
    since: date | None = None
    made_s: int | None = None
    entries_since: int = 0
    returned_s: int | None = None
    orders: int = 0


def made_sentences(made: Made) -> tuple[str, ...]:
    """What a file carries, in plain words."""
    said = [f"Berkas kiriman memuat {made.entries} catatan; bawa ke Polres."]
    if not made.entries:
        said = ["Tidak ada catatan baru; berkas ini hanya menanyakan balasan Polres."]
    if made.left:
        said.append(f"{made.left} catatan lagi ikut di berkas berikutnya, setelah balasan masuk.")
    return tuple(said)


def taken_sentences(told: TakenIn) -> tuple[str, ...]:
    """What a return brought, in plain words."""
    if told.older and not (told.orders or told.opened or told.key):
        said = ["Balasan ini sudah pernah masuk atau lebih lama; tidak ada yang berubah."]
    else:
        came = f"{told.acked} catatan diterima Polres, {told.orders} perintah baru"
        said = [f"Balasan Polres masuk: {came}."]
    if told.key:
        said.append("Kunci baru Polres diterima dan langsung dipakai.")
    if told.opened:
        said.append(f"{told.opened} sesi lama terbuka.")
    if told.waiting:
        said.append(
            f"{told.waiting} perintah menunggu kunci: buka sesi lama di halaman Kotak "
            "dengan kata sandi dan kunci HP."
        )
    return (*said, *((told.trouble,) if told.trouble else ()))
