"""Files that only their owner reads, written whole or not at all."""

import os
from pathlib import Path
from typing import Final

OLD: Final = ".old"


def write_private(path: Path, text: str) -> None:
    """Replace a file: a power cut leaves the old one or the new one, never half of one."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder's files to the card."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_secret(path: Path, text: str) -> None:
    """As `write_private`, and what stood in the file is written over, as well as a disk lets us.

    Until that is done it stands under a name of its own, so that a start after a power cut can
    finish it. Flash and journals may keep a copy all the same.
    """
    finish_replacing(path)
    old = path.with_name(path.name + OLD)
    os.link(path, old)
    # Held open: whoever reads the file meanwhile may take the other name for a left one.
    handle = os.open(old, os.O_WRONLY)
    try:
        write_private(path, text)
        _overwrite(handle)
    finally:
        os.close(handle)
    old.unlink(missing_ok=True)
    sync_folder(path.parent)


def finish_replacing(path: Path) -> None:
    """Finish a `replace_secret` that was cut off; does nothing when none was."""
    old = path.with_name(path.name + OLD)
    if not old.exists():
        return
    if not (path.exists() and path.samefile(old)):
        handle = os.open(old, os.O_WRONLY)
        try:
            _overwrite(handle)
        finally:
            os.close(handle)
    # Else the cut came before the new file: both names are of the one that counts.
    old.unlink(missing_ok=True)
    sync_folder(path.parent)


def _overwrite(handle: int) -> None:
    left = os.fstat(handle).st_size
    while left:
        left -= os.write(handle, os.urandom(left))
    os.fsync(handle)
