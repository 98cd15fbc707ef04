"""What a card that is full, read-only or failing means to whoever started a command."""

import errno
import sqlite3
from typing import Final

from server.domain.errors import Told

_PRIMARY: Final = 0xFF


class CardTrouble(Told):
    """Kartu penyimpanan tidak dapat dipakai; periksa kartunya, lalu jalankan lagi."""


class CardFull(CardTrouble):
    """Penyimpanan penuh; hapus berkas lain yang tidak perlu, lalu jalankan lagi."""


class CardReadOnly(CardTrouble):
    """Penyimpanan hanya dapat dibaca; buka kunci tulisnya atau ganti kartu, lalu jalankan lagi."""


class CardFails(CardTrouble):
    """Kartu penyimpanan gagal membaca atau menyimpan; ganti kartu dan pulihkan dari cadangan."""


_BY_ERRNO: Final[dict[int, type[CardTrouble]]] = {
    errno.ENOSPC: CardFull,
    errno.EDQUOT: CardFull,
    errno.EROFS: CardReadOnly,
    errno.EIO: CardFails,
}
_BY_CODE: Final[dict[int, type[CardTrouble]]] = {
    sqlite3.SQLITE_FULL: CardFull,
    sqlite3.SQLITE_READONLY: CardReadOnly,
    sqlite3.SQLITE_IOERR: CardFails,
}


def trouble_of(error: BaseException) -> CardTrouble | None:
    """What an error says of the card; None when it is about something else."""
    found = None
    if isinstance(error, OSError):
        found = _BY_ERRNO.get(error.errno or 0)
    elif isinstance(error, sqlite3.Error):
        found = _BY_CODE.get(_code(error) & _PRIMARY)
    return None if found is None else found()


def refuses_to_write(error: BaseException) -> bool:
    """Whether SQLite met a device that failed, so that nobody knows what of a file is on it."""
    return isinstance(error, sqlite3.Error) and _code(error) & _PRIMARY == sqlite3.SQLITE_IOERR


def tells_broken(error: BaseException) -> bool:
    """Whether SQLite found that a file is damaged, or no database."""
    codes = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return isinstance(error, sqlite3.Error) and _code(error) & _PRIMARY in codes


def name_of(error: sqlite3.Error) -> str:
    """SQLite's own name of an error, e.g. `SQLITE_IOERR_FSYNC`."""
    return str(getattr(error, "sqlite_errorname", type(error).__name__))


def _code(error: sqlite3.Error) -> int:
    # Errors of Python's own module, such as a closed connection, carry none.
    return int(getattr(error, "sqlite_errorcode", 0))
