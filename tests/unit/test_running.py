"""What every process does at its start and end, and what it says when it cannot begin."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hardware.simulated.pty import LinkTaken, PtyModem
from hardware.simulated.virtual import VirtualModem
from server.process.running import AlreadyRunning, NoDirectory, only_one, stop_on_signals


def test_one_directory_has_one_process(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(AlreadyRunning), only_one(tmp_path):
        pass


def test_a_directory_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for missing in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(NoDirectory), only_one(missing):
            pass


def test_many_signals_at_once_stop_a_process_that_waits_for_them() -> None:
    program = (
        "from server.process.running import stop_on_signals\n"
        "stop = stop_on_signals()\n"
        "print('ready', flush=True)\n"
        "while not stop.wait(0.0001): pass\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(20):
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_handlers_set_the_event() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = stop_on_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(10)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_the_virtual_modem_replaces_a_link_but_never_a_file(tmp_path: Path) -> None:
    kept = tmp_path / "keep.txt"
    kept.write_text("precious")
    with pytest.raises(LinkTaken):
        PtyModem(VirtualModem(), kept)
    assert kept.read_text() == "precious"
    link = tmp_path / "tty"
    link.symlink_to(kept)
    with PtyModem(VirtualModem(), link):
        assert link.resolve() != kept
    assert kept.read_text() == "precious"
