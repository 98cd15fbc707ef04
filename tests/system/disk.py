"""A disk of its own: an ext4 file system in a file, mounted where only this process sees it."""

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS = 0x00020000
PIECE_OCTETS = 8 << 20
OVERLAP_OCTETS = 4_096


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=60)


def mounts_or_skip() -> None:
    """See mounts of our own from here on; they end with this process, however it ends."""
    if os.geteuid() or not all(map(shutil.which, ("mkfs.ext4", "mount", "umount"))):
        pytest.skip("mounting an image needs root, mkfs.ext4 and mount")
    if _LIBC.unshare(_NEW_MOUNTS):
        pytest.skip(f"no mounts of one's own: {os.strerror(ctypes.get_errno())}")
    try:
        _run("mount", "--make-rprivate", "/")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"mounts cannot be made private: {error.stderr.decode()}")


@contextlib.contextmanager
def disk(image: Path, place: Path, mib: int) -> Iterator[Path]:
    """A fresh file system whose journal holds data too, so that nothing written leaves no trace.

    The image stays after the unmounting, to be read in whole.
    """
    with image.open("wb") as file:
        file.truncate(mib << 20)
    _run("mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0", str(image))
    place.mkdir()
    try:
        _run("mount", "-o", "loop,nodiscard,data=journal", str(image), str(place))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this machine mounts no image: {error.stderr.decode()}")
    try:
        yield place
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            _run("umount", str(place))
        if os.path.ismount(place):
            _run("umount", "-l", str(place))


def pieces(image: Path, octets: int = PIECE_OCTETS) -> Iterator[bytes]:
    """The raw octets of an image, deleted space and journal too, in pieces that overlap."""
    with image.open("rb") as file:
        tail = b""
        while piece := file.read(octets):
            if piece.count(0) != len(piece):
                yield tail + piece
            tail = piece[-OVERLAP_OCTETS:]


def used_octets(image: Path) -> int:
    """How much of an image was ever written."""
    return sum(len(piece) for piece in pieces(image))
