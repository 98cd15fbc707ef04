"""Writing an export of the running node to a new file of its owner, or to standard output."""

import csv
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, cast

import click

from server.desa.console.export import COMMAND, LOCKED, NOT_SHOWN, UNREADABLE
from server.domain.errors import Told
from server.process import control

WARNING = (
    "Peringatan: hasilnya teks biasa tanpa kunci, berisi nomor dan cerita warga; "
    "simpan baik-baik dan hapus segera setelah dipakai."
)
_WITHHELD = {
    LOCKED: "di sesi yang terkunci (masuk dahulu di halaman dengan kunci HP)",
    NOT_SHOWN: "yang tidak tampil di halaman petugas (aduan tentang aparat, perintah, potongan)",
    UNREADABLE: "yang tidak terbaca",
}


class NotRunningHere(Told):
    """Kotak belum berjalan di folder itu; jalankan dahulu, sebab kunci SMS hanya ada di sana."""

    hint = "kentongan desa run DIR"


class FileThere(Told):
    """Berkas tujuan sudah ada; pilih nama lain, tidak ada yang ditimpa."""


class NoPlace(Told):
    """Berkas tujuan tidak dapat dibuat; periksa folder dan izinnya."""


class NoPassphrase(Told):
    """Berkas kata sandi tidak dapat dibaca atau kosong; tulis kata sandi di baris pertamanya."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who exports."""

    name: str
    passphrase: str = field(repr=False)


def ask_login(name: str | None, passphrase_file: Path | None) -> Login:
    """The officer's name and passphrase, asked at the terminal as far as they are not given.

    Raises:
        NoPassphrase: the file cannot be read or is empty.
    """
    who = name or click.prompt("Nama petugas", err=True)
    if passphrase_file is None:
        return Login(who, click.prompt("Kata sandi", hide_input=True, err=True))
    try:
        lines = passphrase_file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoPassphrase from error
    if not lines or not lines[0].strip():
        raise NoPassphrase
    return Login(who, lines[0].strip())


def export(directory: Path, out: str, login: Login, standard: TextIO) -> str:
    """Write the export; returns what was done and the warning, in Indonesian.

    Raises:
        FileThere, NoPlace: nothing was asked of the node.
        NotRunningHere, ControlRefused: no file is left behind.
    """
    if out == "-":
        return _told(_write(directory, login, standard))
    path = Path(out)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise FileThere from error
    except OSError as error:
        raise NoPlace from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            head = _write(directory, login, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return _told(head)


def _write(directory: Path, login: Login, file: TextIO) -> dict[str, object]:
    values = {"name": login.name, "passphrase": login.passphrase}
    items = control.stream(directory, COMMAND, **values)
    try:
        head = cast("dict[str, object]", next(items))
    except control.NotRunning as error:
        raise NotRunningHere from error
    rows = csv.writer(file)
    rows.writerow(cast("list[str]", head["columns"]))
    for row in cast("Iterator[list[str]]", items):
        rows.writerow(row)
    return head


def _told(head: dict[str, object]) -> str:
    withheld = cast("dict[str, int]", head["withheld"])
    lines = [f"{head['texts']} SMS diekspor; ini dicatat di jurnal kotak."]
    lines += [
        f"{count} SMS tidak ikut: {_WITHHELD.get(why, why)}." for why, count in withheld.items()
    ]
    return "\n".join([*lines, WARNING])
