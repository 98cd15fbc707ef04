"""A folder for backups: which stick it is, its generations, and what its faults mean."""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from server.desa.backup.errors import (
    StickAbsent,
    StickFull,
    StickGone,
    StickReadOnly,
    TooLongForStick,
)
from server.desa.backup.sealed_file import named

MARK_FILE: Final = "kentongan-flashdisk.txt"
PART: Final = ".baru"
"""Ends the name of what is not whole yet."""
BROKEN: Final = ".rusak"
"""Ends the name of a backup that did not pass its drill."""
_MARK: Final = re.compile(r"[0-9A-F]{4}", re.ASCII)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class Stick:
    """A folder that takes backups; its mark tells it from another stick in the same place."""

    folder: Path
    mark: str


@dataclass(frozen=True, slots=True)
class Generation:
    """A backup on a stick."""

    path: Path
    node: int
    instance: int
    number: int


@contextlib.contextmanager
def faults_told() -> Iterator[None]:
    """Faults of a stick as what people can do about them."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StickFull from error
        if error.errno in _READ_ONLY:
            raise StickReadOnly from error
        if error.errno == errno.EFBIG:
            raise TooLongForStick from error
        raise StickGone from error


def find(folder: Path, home: Path, random: Callable[[int], bytes], *, by_hand: bool) -> Stick:
    """The stick in a folder; one that was never used gets its mark.

    A folder without a mark on the box's own card is a place where no stick is mounted: filled
    unseen, it would be lost together with the card. By hand any folder is taken.

    Args:
        folder: where it is mounted.
        home: the box's directory.
        random: for a new mark.
        by_hand: a person named this folder now.

    Raises:
        StickAbsent: nothing is mounted there.
        StickReadOnly, StickFull, StickGone: a new mark cannot be written.
    """
    marked = mark_of(folder)
    if marked:
        return Stick(folder, marked)
    if not folder.is_dir() or not (by_hand or other_disk(folder, home)):
        raise StickAbsent
    mark = random(2).hex().upper()
    with faults_told():
        place(folder, MARK_FILE, lambda file: file.write(f"{mark}\n".encode()))
    return Stick(folder, mark)


def mark_of(folder: Path) -> str:
    """The mark of the stick that is there, "" for none."""
    try:
        marked = (folder / MARK_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return marked if _MARK.fullmatch(marked) else ""


def other_disk(folder: Path, home: Path) -> bool:
    """Whether a folder lies on another disk than the box; a folder that is not there does not."""
    try:
        return folder.stat().st_dev != home.stat().st_dev
    except OSError:
        return False


def place(folder: Path, name: str, fill: Callable[[BinaryIO], object]) -> None:
    """Write a file under another name, sync it, and give it its own in one step.

    Raises:
        OSError: it is not there, and neither is a part of it.
    """
    part = folder / (name + PART)
    part.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
            # What is read back must come from the stick, not from memory.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        part.rename(folder / name)
        sync_folder(folder)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Make names lasting; some file systems of sticks cannot sync a folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def generations(folder: Path, node: int) -> tuple[Generation, ...]:
    """The backups of a desa in a folder, newest first.

    Raises:
        OSError: it cannot be listed.
    """
    found = []
    for path in folder.iterdir():
        name = named(path.name)
        if name is not None and name[0] == node and path.is_file() and not path.is_symlink():
            found.append(Generation(path, *name))
    return tuple(sorted(found, key=lambda one: (one.instance, one.number), reverse=True))


def clear_parts(folder: Path, node: int) -> None:
    """Remove what a stop in the middle left of this desa."""
    for path in folder.glob(f"kentongan-{node:010d}-*{PART}"):
        path.unlink()


def rotate(folder: Path, node: int, instance: int, keep: int) -> tuple[int, ...]:
    """Remove the oldest backups of this box; gives the numbers that went.

    Those of an earlier box of the desa stay until a person removes them: it may be the only
    place of what that box had not brought to the Polres.
    """
    own = [one for one in generations(folder, node) if one.instance == instance]
    for old in own[keep:]:
        old.path.unlink()
    return tuple(old.number for old in own[keep:])


def set_aside(made: Path, node: int) -> None:
    """Put a backup that failed its drill out of the way; only the newest such is kept."""
    for path in made.parent.glob(f"kentongan-{node:010d}-*{BROKEN}"):
        path.unlink()
    made.rename(made.with_name(made.name + BROKEN))


def free_octets(folder: Path) -> int:
    """What still fits."""
    return shutil.disk_usage(folder).free
