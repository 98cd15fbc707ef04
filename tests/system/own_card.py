"""A node's directory on a small card of its own, which a test can fill, break and mend."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILM = "film.mp4"


@dataclass(frozen=True)
class Card:
    """A mounted file system.

    Attributes:
        place: where it is mounted.
    """

    place: Path

    def fill(self) -> int:
        """Let another program's file take all the room; gives its octets."""
        with (self.place / FILM).open("ab", buffering=0) as file, contextlib.suppress(OSError):
            for step in (1 << 16, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(step)) == step:
                        pass
        return (self.place / FILM).stat().st_size

    def crowd(self) -> int:
        """Let other programs' files take all the names; gives how many."""
        count = 0
        with contextlib.suppress(OSError):
            while True:
                (self.place / f"{FILM}.{count}").touch()
                count += 1
        return count

    def free(self) -> None:
        """Delete what others put there."""
        for path in self.place.glob(f"{FILM}*"):
            path.unlink()

    def sync(self) -> None:
        """Bring all that was written to it so far to the device."""
        words = (_program("sync"), "-f", str(self.place))
        subprocess.run(words, check=True, capture_output=True, timeout=60)

    def remount(self, *options: str) -> None:
        """Change how it is mounted."""
        mount("-o", ",".join(("remount", *options)), str(self.place))


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, name
    return found


def mount(*words: str) -> None:
    """Call mount."""
    subprocess.run((_program("mount"), *words), check=True, capture_output=True, timeout=60)


def unmount(place: Path) -> None:
    """Take a card out, also one that is still in use."""
    done = subprocess.run(
        (_program("umount"), str(place)), check=False, capture_output=True, timeout=60
    )
    if done.returncode:
        subprocess.run(
            (_program("umount"), "-l", str(place)), check=True, capture_output=True, timeout=60
        )


@contextlib.contextmanager
def in_memory(place: Path, *options: str) -> Iterator[Card]:
    """A tmpfs; `options` say how large it is."""
    place.mkdir(exist_ok=True)
    mount("-t", "tmpfs", "-o", ",".join(("mode=700", *options)), "card", str(place))
    try:
        yield Card(place)
    finally:
        unmount(place)


@contextlib.contextmanager
def in_image(image: Path, place: Path) -> Iterator[Card]:
    """An ext4 file system in a file; made when the file is new."""
    place.mkdir(exist_ok=True)
    if not image.exists():
        with image.open("wb") as file:
            file.truncate(32 << 20)
        words = (_program("mkfs.ext4"), "-q", "-F", str(image))
        subprocess.run(words, check=True, capture_output=True, timeout=60)
    mount("-o", "loop", str(image), str(place))
    try:
        yield Card(place)
    finally:
        unmount(place)


def home() -> str:
    """A new folder with a short name, in memory where there is room."""
    shm = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    return tempfile.mkdtemp(prefix="kentongan-", dir=shm if shm.is_dir() else None)
