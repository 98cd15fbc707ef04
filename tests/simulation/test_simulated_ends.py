"""A simulation that is told to end leaves nothing behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PATIENCE_S = 60.0


def simulating(folder: Path, jobs: int) -> subprocess.Popen[bytes]:
    """A long simulation whose worlds are played in a folder, once each of its processes plays."""
    command = [sys.executable, "-m", "server", "simulate", "--seeds", "0-9999", "--days", "30"]
    command += ["--folder", str(folder), "-j", str(jobs)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    until_s = time.monotonic() + PATIENCE_S
    while len(list(folder.glob("*/world"))) < jobs:
        assert process.poll() is None
        assert time.monotonic() < until_s
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_simulation_that_is_told_to_end_leaves_no_folder(tmp_path: Path, jobs: int) -> None:
    with simulating(tmp_path, jobs) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
