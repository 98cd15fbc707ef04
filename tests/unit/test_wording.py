"""What the command line refuses is said in Indonesian, with the way to do it right."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli.wording import NeedsYes, NotAgreed, agree

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = ("Error", "Usage", "Try ", "Missing", "No such", "Invalid", "requires", "unexpected")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("desa init", "Isian DIRECTORY belum diisi."),
        ("desa init x", "Pilihan --card belum diisi."),
        ("desa inti", "Perintah inti tidak dikenal. Maksudnya init?"),
        ("desa status x --jsno", "Pilihan --jsno tidak dikenal. Maksudnya --json?"),
        ("desa status x --json=1", "Pilihan --json tidak memakai nilai."),
        ("polres init x --name", "Pilihan --name harus diikuti nilainya."),
        ("polres run x --port a", "Pilihan --port tidak dapat dipakai: harus angka antara 0 dan"),
        ("modem simulate --link x --latency y", "pilih salah satu dari none, usb"),
        ("desa status README.md", "Isian DIRECTORY tidak dapat dipakai: itu berkas, padahal"),
        ("demo --messages tidak.ada", "Pilihan --messages tidak dapat dipakai: berkas itu tidak"),
        ("desa status x y z", "Ada kata yang berlebih: y z."),
        ("bench pdu --count x", "Pilihan --count tidak dapat dipakai: harus angka bulat."),
        ("--log keras desa", "pilih salah satu dari debug, info, warning, error"),
    ],
)
def test_a_wrong_command_line_is_answered_in_indonesian(words: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", *words.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "--help" in done.stderr
    assert not any(word in done.stderr for word in ENGLISH)
    assert done.stdout == ""


def test_what_is_lasting_is_asked_first_and_silence_is_no_answer() -> None:
    agree("Sungguh?", yes=True)
    with CliRunner().isolation(input="ya\n"):
        agree("Sungguh?", yes=False)
    with CliRunner().isolation(input="tidak\n"), pytest.raises(NotAgreed):
        agree("Sungguh?", yes=False)
    with CliRunner().isolation(input=""), pytest.raises(NeedsYes):
        agree("Sungguh?", yes=False)
