"""Files that people carry: read with a limit, written whole or not at all, also onto a stick."""

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import Final

from server.domain.errors import Told


class CarryError(Told):
    """Berkas itu tidak dapat dibaca atau ditulis; periksa flashdisk dan namanya, lalu ulangi."""


class NoSuchFile(CarryError):
    """Berkas itu tidak ada; periksa namanya dan apakah flashdisknya terpasang."""


class NotAFile(CarryError):
    """Nama itu bukan berkas biasa; sebutkan nama berkas di flashdisk."""


class NoFolder(CarryError):
    """Folder tujuan tidak ada; periksa apakah flashdisknya terpasang."""


class NotAllowed(CarryError):
    """Berkas tidak boleh ditulis di sana; buka kunci tulis flashdisk atau pilih folder lain."""


class Full(CarryError):
    """Tempat tujuan penuh; hapus berkas lain atau pakai flashdisk lain. Tidak ada yang hilang."""


class Unplugged(CarryError):
    """Flashdisk tercabut atau rusak; pasang lagi dan ulangi. Tidak ada yang hilang."""


_CAUSES: Final[dict[int, type[CarryError]]] = {
    errno.ENOENT: NoFolder,
    errno.ENOTDIR: NoFolder,
    errno.EISDIR: NotAFile,
    errno.EACCES: NotAllowed,
    errno.EPERM: NotAllowed,
    errno.EROFS: NotAllowed,
    errno.ENOSPC: Full,
    errno.EDQUOT: Full,
    errno.EFBIG: Full,
    errno.EIO: Unplugged,
    errno.ENODEV: Unplugged,
    errno.ENXIO: Unplugged,
    errno.ESTALE: Unplugged,
}


def read_file(path: Path, octets_max: int) -> bytes:
    """A file's octets, at most one more than the limit, so that its reader sees what is too large.

    Raises:
        NoSuchFile, NotAFile, CarryError: it cannot be read.
    """
    try:
        # What is no file, such as a pipe, must not keep us waiting.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise NoSuchFile from error
    except OSError as error:
        raise _told(error) from error
    try:
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise NotAFile
            return file.read(octets_max + 1)
    except OSError as error:
        raise _told(error) from error


def write_file(path: Path, octets: bytes) -> None:
    """Put a file in place: whatever happens, the name holds the old file or the new one, whole.

    Raises:
        CarryError: the old file, or none, is there as before.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        _settle(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _told(error) from error


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems of sticks cannot do that for a folder.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def _told(error: OSError) -> CarryError:
    return _CAUSES.get(error.errno or 0, CarryError)()
