"""The demo's check, as a program: texts through ttys while roads are cut and processes killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from server.demo.messages import own_messages

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 170
KEYS = ("sent", "kept", "reports", "at_polres", "doubled", "lost", "answered", "seconds")


def demo(*words: str) -> list[str]:
    return [sys.executable, "-m", "server", "demo", *words]


def test_nothing_is_lost_or_doubled_while_roads_break_and_a_box_dies(tmp_path: Path) -> None:
    file = tmp_path / "pesan.jsonl"
    lines = [{"sender": one.sender, "text": one.text} for one in own_messages(3, 60)]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = subprocess.run(
        demo("--check", "--messages", str(file)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    figures = {key: last[key] for key in KEYS}
    assert (figures["sent"], figures["lost"], figures["doubled"]) == (60, 0, 0)
    assert figures["answered"] == 60
    assert figures["kept"] >= 60
    assert figures["reports"] == figures["at_polres"] > 0
    assert "SIGKILL" in done.stdout


def test_only_one_object_is_printed_when_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "pesan.jsonl"
    file.write_text(json.dumps({"sender": "TELKOMSEL", "text": "Promo"}), encoding="utf-8")
    done = subprocess.run(
        demo("--check", "--json", "--messages", str(file)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["reasons"] == {"bukan nomor HP": 1}


def test_a_demo_that_is_told_to_leave_leaves_nothing() -> None:
    with subprocess.Popen(
        demo("--port", "0"), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "Ctrl-C" in line:
                break
        children = [int(pid) for pid in _children(running.pid)]
        homes = {_home(pid) for pid in children}
        assert (len(children), len(homes)) == (7, 1)
        assert all(home.is_dir() for home in homes)
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE_S) == 0
    assert not [pid for pid in children if _alive(pid)]
    assert not any(home.exists() for home in homes)


def _home(pid: int) -> Path:
    """The demo's folder, which every process of it names."""
    words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    (folder,) = {
        Path(word).parent for word in words if "/kentongan-demo-" in word and "json" not in word
    }
    return folder


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
