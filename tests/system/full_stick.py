"""Plays a stick that is full, pulled out or read-only, in a mount namespace of its own.

Run as `unshare --map-root-user --mount python full_stick.py BOX STICK`: what it mounts is seen by
nobody else and goes with it. Prints one JSON object for each backup that it tried.
"""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

MIB = 1 << 20


def main(box: Path, stick: Path) -> None:
    """Mount a small stick and try backups on it."""
    _call("mount", "-t", "tmpfs", "-o", "size=12m", "stick", str(stick))
    _told("room for one", box, stick, _started(box, stick))
    _told("no room for three", box, stick, _started(box, stick))
    third = _started(box, stick)
    _told("no room at all", box, stick, third)
    for path in stick.glob("*00002.cadangan"):
        path.unlink()
    filled = _started(box, stick)
    if _stopped_while_writing(filled, stick):
        _fill(stick)
        filled.send_signal(signal.SIGCONT)
    _told("filled in the middle", box, stick, filled)
    (stick / "film.mp4").unlink()
    pulled = _started(box, stick)
    if _stopped_while_writing(pulled, stick):
        _call("mount", "-o", "remount,ro", str(stick), check=False)
        _call("umount", "--lazy", str(stick))
        pulled.send_signal(signal.SIGCONT)
    _told("pulled out in the middle", box, stick, pulled)
    _call("mount", "-t", "tmpfs", "-o", "size=12m,ro", "stick", str(stick))
    _told("read-only", box, stick, _started(box, stick))


def _started(box: Path, stick: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "server", "desa", "backup", str(box), str(stick)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _stopped_while_writing(process: "subprocess.Popen[str]", stick: Path) -> bool:
    """Hold the process while half of a backup stands on the stick."""
    while process.poll() is None:
        if any(path.stat().st_size > MIB for path in stick.glob("*.baru")):
            process.send_signal(signal.SIGSTOP)
            return True
        time.sleep(0.001)
    return False


def _fill(stick: Path) -> None:
    with (stick / "film.mp4").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(64 << 10)):
                pass
        except OSError:
            pass


def _told(name: str, box: Path, stick: Path, process: "subprocess.Popen[str]") -> None:
    out, err = process.communicate(timeout=60)
    told = {
        "name": name,
        "code": process.returncode,
        "said": (out + err).strip(),
        "files": sorted(path.name for path in stick.iterdir()) if stick.is_dir() else [],
        "copies": sorted(path.name for path in box.glob("*.salinan")),
    }
    print(json.dumps(told), flush=True)


def _call(*words: str, check: bool = True) -> None:
    subprocess.run(words, check=check, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
