"""Files on a stick: whole or not at all, whatever happens to the power, the stick or its room."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server.process import carried
from server.process.carried import CarryError, read_file, write_file

OLD, NEW = b"old " * 4_000, b"new " * 500_000
# Writes the new file over and over, each time after the old one was put there.
WRITER = """
import sys
from pathlib import Path
from server.process.carried import write_file
path = Path(sys.argv[1])
print("ready", flush=True)
while True:
    write_file(path, b"new " * 500_000)
    write_file(path, b"old " * 4_000)
"""


def test_a_kill_while_writing_leaves_the_old_file_or_the_new_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "kiriman.kentongan"
    seen: set[bytes] = set()
    torn = 0
    for turn in range(200):
        if turn >= 24 and torn:
            break
        path.write_bytes(OLD)
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        # Spin for a moment of its own each time, so that the kill falls anywhere in the writing.
        until = time.perf_counter() + 0.0007 * (turn % 24)
        while time.perf_counter() < until:
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        seen.add(path.read_bytes())
        torn += (tmp_path / f".{path.name}.part").exists()
    assert seen <= {OLD, NEW}
    # The kills did fall into the writing, and what they left is cleared by the next.
    assert torn > 0
    write_file(path, NEW)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def refused(do: Callable[[], object]) -> type[CarryError]:
    """The kind of refusal."""
    with pytest.raises(CarryError) as error:
        do()
    assert error.value.sentence.endswith(".")
    return type(error.value)


def test_a_full_stick_keeps_the_old_file_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "kiriman.kentongan"
    write_file(path, OLD)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        assert refused(lambda: write_file(path, NEW)) is carried.Full
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == OLD
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_device_without_room_is_full() -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as file,
        pytest.raises(OSError, match="No space") as full,
    ):
        file.write(b"x")
    assert isinstance(carried._told(full.value), carried.Full)


def test_a_stick_that_is_gone_or_locked_is_explained(tmp_path: Path) -> None:
    assert refused(lambda: write_file(tmp_path / "stick" / "a", b"x")) is carried.NoFolder
    (tmp_path / "folder.kentongan").mkdir()
    assert refused(lambda: write_file(tmp_path / "folder.kentongan", b"x")) is carried.NotAFile
    assert refused(lambda: write_file(Path("/proc/a"), b"x")) in {
        carried.NoFolder,
        carried.NotAllowed,
    }
    gone = OSError(5, os.strerror(5))
    assert isinstance(carried._told(gone), carried.Unplugged)
    assert [one.name for one in tmp_path.iterdir()] == ["folder.kentongan"]


def test_reading_is_bounded_and_waits_for_no_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(lambda: read_file(tmp_path / "pipe", 10)) is carried.NotAFile
    assert refused(lambda: read_file(tmp_path / "none", 10)) is carried.NoSuchFile
    assert refused(lambda: read_file(tmp_path, 10)) is carried.NotAFile
    write_file(tmp_path / "long", b"x" * 1_000)
    assert read_file(tmp_path / "long", 10) == b"x" * 11
